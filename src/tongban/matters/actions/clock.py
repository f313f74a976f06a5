"""The clock of a case: kept from its events, and counted again when the calendar changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor, system
from tongban.lib.jobs import job
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.lib.working_days import Calendar
from tongban.matters import hooks
from tongban.matters.actions.common import lock_case, record, record_act
from tongban.matters.models import Case, DayOverride, Review
from tongban.matters.queries import content_of
from tongban.matters.queries.clocks import calendar_now, promised_clock, statutory_clock, ticks_of
from tongban.matters.rules.cases import OPEN, OPEN_STATES, check_reason
from tongban.matters.rules.clocks import Tick, reckon, since

CLOCK_FIELDS = ("due_on", "statutory_due_on", "due_is_provisional", "due_because", "clock_stopped_at")
_RECOUNTED_AT_ONCE = 200


def set_clock(case: Case, ticks: Sequence[Tick], calendar: Calendar) -> None:
    """Put what the ticks say onto the case; the caller saves ``CLOCK_FIELDS``."""
    content = content_of(case)
    promised = promised_clock(content, ticks, calendar)
    case.due_on, case.due_is_provisional = promised.due, promised.is_provisional
    case.due_because = [line.as_json() for line in promised.because]
    case.clock_stopped_at = promised.stopped_at
    case.statutory_due_on = statutory_clock(content, ticks, calendar).due


def set_reviews(case: Case, ticks: Sequence[Tick], calendar: Calendar) -> None:
    """Move the last days of the open reviews with the clock of their case."""
    period = content_of(case).definition.clocks.review_working_days
    for review in case.reviews.filter(state=OPEN):
        due = reckon(since(ticks, review.opened_at, OPENED), period, calendar).due
        assert due is not None
        if due != review.due_on:
            Review.objects.filter(pk=review.pk).update(due_on=due)


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


@transaction.atomic
def set_day(
    day: date, *, is_working: bool, reason: T, source: str, completes_year: bool = False, by: Actor
) -> DayOverride:  # fmt: skip
    """Say that a day differs from the published calendar; open cases are counted again."""
    require(by, hooks.KEEP_CALENDAR)
    if not source.strip():
        raise Refusal(
            "source_missing", T("请写明依据（通知名称和文号）。", "Name the notice this rests on."), field="source"
        )
    before = DayOverride.objects.select_for_update().filter(day=day).first()
    kept, _ = DayOverride.objects.update_or_create(
        day=day,
        defaults={
            "is_working": is_working, "reason": reason.as_json(), "source": source.strip()[:200], "set_by": by.name[:120],
            "completes_year": day.year if completes_year else None,
        },
    )  # fmt: skip
    was = before.is_working if before else None
    if before is None or was != is_working or before.completes_year != kept.completes_year:
        _changed(kept, "" if was is None else str(was).lower(), str(is_working).lower(), source.strip(), by)
    return kept


@transaction.atomic
def unset_day(day: date, *, reason: str, by: Actor) -> None:
    """Take an override back; the published calendar holds again. Safe to repeat."""
    require(by, hooks.KEEP_CALENDAR)
    why = check_reason(reason)
    found = DayOverride.objects.select_for_update().filter(day=day).first()
    if found is None:
        return
    _changed(found, str(found.is_working).lower(), "", why, by)
    found.delete()


def _changed(row: DayOverride, before: str, after: str, reason: str, by: Actor) -> None:
    ledger.record(
        "rule.changed", by=by, subject=("matters.calendar", row.pk),
        values={"rule": f"calendar {row.day.isoformat()}", "before": before, "after": after, "reason": reason},
    )  # fmt: skip
    recount_deadlines.later()


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
