"""Stays in halls out of sealed records; asked by nobody but an opened disclosure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from tongban.applications.halls.models import Trace
from tongban.lib.fields import blind_index_any

UNKNOWN_STAY = timedelta(hours=2)
"""How long somebody who was not scanned out is taken to have stayed."""
_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay, with its end as known or taken."""

    trace: Trace
    since: datetime
    until: datetime


def _stay(trace: Trace) -> Stay:
    return Stay(trace, trace.since, trace.until or trace.since + UNKNOWN_STAY)


def stays_of(subject: Mapping[str, str], since: datetime, until: datetime) -> list[Stay]:
    """Where a person known by document or phone was in a period; by the indexes alone, nothing is read through."""
    wanted = Q(pk__in=())
    if subject.get("document_number"):
        key = f"{subject.get('document_type', '')}|{subject['document_number']}"
        wanted |= Q(subject_index__in=blind_index_any("halls.subject", key))
    if subject.get("phone"):
        wanted |= Q(phone_index__in=blind_index_any("phone", subject["phone"]))
    rows = Trace.objects.filter(wanted, since__gte=since - timedelta(days=1), since__lt=until).order_by("since")
    return [stay for stay in map(_stay, rows) if stay.until > since]


def overlapping(stay: Stay) -> list[Stay]:
    """Everybody else whose stay in the same hall overlaps in time, in the order of coming."""
    rows = Trace.objects.filter(
        hall_id=stay.trace.hall_id, since__lt=stay.until, since__gte=stay.since - timedelta(days=1)
    ).exclude(pk=stay.trace.pk).order_by("since")  # fmt: skip
    return [other for other in map(_stay, rows[:_MOST]) if other.until > stay.since]
