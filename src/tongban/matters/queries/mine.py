"""Somebody's own cases, as their lists show them: no more columns than are shown, by statements made once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongban.foundation.parties.queries import Ground
from tongban.lib.actors import Actor
from tongban.lib.repeated import Repeated
from tongban.lib.words import T
from tongban.matters.models import Case, SignRequest
from tongban.matters.queries.cases import case_grounds, of_whom
from tongban.matters.queries.newest import ORDER, Newest
from tongban.matters.queries.signing import asked_to_sign
from tongban.matters.rules.cases import DRAFT, RETURNED

PER_PAGE = 30
_MOST_TO_SIGN = 100


class OwnCase(NamedTuple):
    """One case of a list."""

    pk: UUID
    name: str
    person_id: UUID | None
    number: str | None
    state: str
    started_at: datetime
    submitted_at: datetime | None
    service: str
    service_en: str
    is_asked: bool = True  # somebody is asked to sign it

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for the signature somebody was asked for."""
        return self.is_asked and self.state in (DRAFT, RETURNED)

    @property
    def title(self) -> T:
        """The name of the service in both languages."""
        return T(self.service, self.service_en)


class OwnCases(NamedTuple):
    """What waits for somebody's signature, and a page of their other cases; ``has_older`` when there are more."""

    to_sign: list[OwnCase]
    cases: list[OwnCase]
    has_older: bool


def own_cases(by: Actor, page: int = 1) -> OwnCases:
    """The actor's own cases and those of companies and people they act for in that service, newest first."""
    grounds = case_grounds(by)
    signing = [one for one in grounds if one.may_sign] if by.kind == "person" and not by.is_staff else []
    asked = _asked(signing, by.person_id)
    found = _found(grounds, (page - 1) * PER_PAGE)
    to_sign = [OwnCase(*row) for row in asked]
    there = {one.pk for one in to_sign}
    shown = [one for one in (OwnCase(*row) for row in found[:PER_PAGE]) if one.pk not in there]
    return OwnCases(to_sign, shown, len(found) > PER_PAGE)


def _asked(grounds: Sequence[Ground], me: UUID | None) -> list[Any]:
    if not grounds:
        return []
    if any(one.services for one in grounds):
        return list(_shown(asked_to_sign(of_whom(grounds), me))[:_MOST_TO_SIGN])
    return _TO_SIGN(me=me, **_whose(grounds))


def _found(grounds: Sequence[Ground], first: int) -> list[Any]:
    """A page of cases and one more, from the place ``first`` on."""
    found = None if first else _NEWEST(grounds)
    if found is None:
        found = list(_read(Case.objects.filter(of_whom(grounds))).order_by(*ORDER)[first : first + PER_PAGE + 1])
    return found


def _whose(grounds: Sequence[Ground]) -> dict[str, list[UUID]]:
    return {
        "people": [one.principal_id for one in grounds if one.kind == "person"],
        "organisations": [one.principal_id for one in grounds if one.kind == "organisation"],
    }


def _own_of(people: Any, organisations: Any) -> Q:
    return Q(person__pk__one_of=people) | Q(organisation__pk__one_of=organisations)


def _shown(found: QuerySet[Case], *more: str) -> QuerySet[Any]:
    return found.values_list(
        "pk", "name", "person_id", "number", "state", "started_at", "submitted_at", "definition__name",
        "definition__name_en", *more,
    )  # fmt: skip


def _read(own: QuerySet[Case]) -> QuerySet[Any]:
    asked = SignRequest.objects.filter(case=OuterRef("pk"), state=SignRequest.State.OPEN)
    return _shown(own.annotate(is_asked=Exists(asked)), "is_asked")


_NEWEST = Newest(_read, PER_PAGE + 1)
_TO_SIGN = Repeated[tuple[Any, ...]](
    lambda people, organisations, me: _shown(asked_to_sign(_own_of(people, organisations), me))[:_MOST_TO_SIGN]
)
