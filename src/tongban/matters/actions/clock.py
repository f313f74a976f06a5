"""The clock of a case: kept from its events, and counted again when the calendar changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.lib.actors import Actor, system
from tongban.lib.jobs import job
from tongban.lib.words import T
from tongban.lib.working_days import Calendar
from tongban.matters.actions.common import lock_case, record, record_act
from tongban.matters.models import Case, Review
from tongban.matters.queries import content_of
from tongban.matters.queries.clocks import calendar_now, promised_clock, statutory_clock, ticks_of
from tongban.matters.rules.cases import OPEN, OPEN_STATES
from tongban.matters.rules.clocks import Tick, reckon, since, warn_from

CLOCK_FIELDS = ("due_on", "statutory_due_on", "due_is_provisional", "due_because", "warn_on", "clock_stopped_at")
_RECOUNTED_AT_ONCE = 200


def set_clock(case: Case, ticks: Sequence[Tick], calendar: Calendar) -> None:
    """Put what the ticks say onto the case; the caller saves ``CLOCK_FIELDS``."""
    content = content_of(case)
    promised = promised_clock(content, ticks, calendar)
    case.due_on, case.due_is_provisional = promised.due, promised.is_provisional
    case.due_because = [line.as_json() for line in promised.because]
    case.clock_stopped_at = promised.stopped_at
    warning = content.definition.clocks.warning_working_days
    case.warn_on = warn_from(promised.due, warning, calendar) if promised.due else None
    case.statutory_due_on = statutory_clock(content, ticks, calendar).due


def set_reviews(case: Case, ticks: Sequence[Tick], calendar: Calendar) -> None:
    """Move the last days of the open reviews with the clock of their case."""
    clocks = content_of(case).definition.clocks
    for review in case.reviews.filter(state=OPEN):
        due = reckon(since(ticks, review.opened_at, OPENED), clocks.review_working_days, calendar).due
        assert due is not None
        if due != review.due_on:
            warning = warn_from(due, clocks.warning_working_days, calendar)
            Review.objects.filter(pk=review.pk).update(due_on=due, warn_on=warning)


OPENED = T("部门收到", "received by the department")


def record_turn(case: Case, kind: str, tick: Tick, *, note: str = "", by: Actor, **facts: Any) -> None:
    """Write an event that moves the clock, with its leaf; the last days of the case and its reviews move with it."""
    ticks, calendar = [*ticks_of(case), tick], calendar_now()
    set_clock(case, ticks, calendar)
    case.save(update_fields=list(CLOCK_FIELDS))
    set_reviews(case, ticks, calendar)
    assert case.due_on is not None
    moved = {"clock": tick.kind, "why": tick.why.as_json(), "days": tick.days, "due_on": case.due_on.isoformat()}
    record_act(case, kind, by=by, at=tick.at, note=note, **moved, **facts)


@job()
def recount_deadlines(after: str = "") -> None:
    """Count the clocks of all open cases again, some at a time; safe to run twice."""
    rows = Case.objects.filter(state__in=OPEN_STATES, accepted_at__isnull=False, pk__gt=UUID(after or str(UUID(int=0))))
    found = list(rows.order_by("pk").values_list("pk", flat=True)[:_RECOUNTED_AT_ONCE])
    for case_id in found:
        recount(case_id)
    if len(found) == _RECOUNTED_AT_ONCE:
        recount_deadlines.later(after=str(found[-1]))


@transaction.atomic
def recount(case_id: UUID) -> None:
    """Count one case again; a day that moved becomes an event of its history."""
    case = lock_case(case_id)
    if case.state not in OPEN_STATES or case.accepted_at is None:
        return
    before, ticks, calendar = case.due_on, ticks_of(case), calendar_now()
    set_clock(case, ticks, calendar)
    case.save(update_fields=list(CLOCK_FIELDS))
    set_reviews(case, ticks, calendar)
    if case.due_on != before and case.due_on is not None:
        record(
            case, "recounted", by=system("matters.recount_deadlines"), at=timezone.now(),
            before=before.isoformat() if before else "", due_on=case.due_on.isoformat(),
        )  # fmt: skip
