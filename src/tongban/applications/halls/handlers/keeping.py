"""How long what halls know is kept: erased by schedule and by purpose, with a receipt in the public log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from tongban.applications.halls.models import Counter, Hall, Scan, Slot, Trace, Visit
from tongban.applications.halls.rules.shape import declared
from tongban.foundation.ledger.hooks import Affairs, Due, Retention, affairs, retentions
from tongban.lib.words import T

TRACE_DAYS = 14
VISIT_DAYS = 90


def _traces(now: datetime) -> QuerySet[Any]:
    return Trace.objects.filter(day__lt=timezone.localdate(now) - timedelta(days=TRACE_DAYS))


def _scans(now: datetime) -> QuerySet[Any]:
    return Scan.objects.filter(received_at__lt=now - timedelta(days=TRACE_DAYS))


def _visits(now: datetime) -> QuerySet[Any]:
    return Visit.objects.filter(is_anonymous=False, day__lt=timezone.localdate(now) - timedelta(days=VISIT_DAYS))


def _make_anonymous(ids: list[UUID]) -> Sequence[tuple[str, UUID]]:
    """What remains of a visit is a number, its times and its rating: the hall's figures."""
    Visit.objects.filter(pk__in=ids).update(
        is_anonymous=True,
        details=b"",
        phone_index=None,
        masked_name="",
        person=None,
        helped_by="",
        served_by="",
        case_id=None,
    )
    return []


def _hall_leaves(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
    """The newest leaf says what a hall asks about health now."""
    return {
        hall.pk: [Due("rule.changed", {"after": declared(hall.declaration)}, is_last=True)]
        for hall in Hall.objects.filter(pk__in=ids)
    }


@affairs.answer
def rows_and_leaves() -> list[Affairs]:
    """Halls that ask about health."""
    return [Affairs("halls.hall", lambda: Hall.objects.exclude(declaration={}), _hall_leaves)]


@retentions.answer
def kept_for_a_time() -> list[Retention]:
    """Traces and scans two weeks, visits three months with names and for ever without."""
    fortnight, quarter = T("14 天", "14 days"), T("90 天", "90 days")
    return [
        Retention("halls.traces", T("大厅溯源记录", "Who was in a hall"), fortnight, Trace, _traces),
        Retention("halls.scans", T("大厅进出扫码", "Scans at a hall's doors"), fortnight, Scan, _scans),
        Retention("halls.visits", T("大厅登记：姓名、证件、电话", "Visits of halls: names, documents, phones"), quarter, Visit,
                  _visits, remove=_make_anonymous),
        Retention("halls.slots", T("大厅预约时段", "Slots of halls"), quarter, Slot,
                  lambda now: Slot.objects.filter(starts_at__lt=now - timedelta(days=VISIT_DAYS))),
        Retention("halls.counters", T("大厅取号计数", "Counters of halls"), quarter, Counter,
                  lambda now: Counter.objects.filter(day__lt=timezone.localdate(now) - timedelta(days=VISIT_DAYS))),
    ]  # fmt: skip
