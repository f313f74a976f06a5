"""Who was in a hall with somebody: told only for a disclosure that two people opened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tongban.applications.halls.models import Hall
from tongban.applications.halls.queries.tracing import Stay, overlapping, stays_of
from tongban.foundation.parties.hooks import Presence, presences
from tongban.lib.words import T


@presences.answer
def stays_in_halls(*, subject: Mapping[str, str], since: datetime, until: datetime) -> list[Presence]:
    """The stays of a person, each with whoever's stay overlaps it."""
    found = []
    for stay in stays_of(subject, since, until):
        hall = Hall.objects.get(pk=stay.trace.hall_id)
        others = tuple(_person(other) for other in overlapping(stay))
        key = f"halls.hall/{hall.pk}"
        found.append(
            Presence(key, T(hall.name, hall.name_en or hall.name), stay.since, stay.until, stay.trace.is_seen, others)
        )
    return found


def _person(other: Stay) -> tuple[str, str, datetime, datetime, bool]:
    sealed = other.trace.sealed or {}
    names = [str(sealed.get("name", "")), *(str(one) for one in sealed.get("companions", []))]
    contact = str(sealed.get("phone") or sealed.get("document_number", ""))
    return "、".join(names), contact, other.since, other.until, other.trace.is_seen
