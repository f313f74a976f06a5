"""Where the clocks of a case stand, counted from its events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType

from django.utils import timezone

from tongban.lib.repeated import Repeated
from tongban.lib.together import once
from tongban.lib.words import T
from tongban.lib.working_days import Calendar, DayOverride, add_days, add_working_days, legal_date
from tongban.matters.models import Case, CaseEvent
from tongban.matters.models import DayOverride as StoredDay
from tongban.matters.queries.cases import events_of, reviews_of
from tongban.matters.queries.definitions import content_of
from tongban.matters.rules.cases import OPEN, OPEN_STATES, RECEIVED, RETURNED, signal
from tongban.matters.rules.clocks import Reckoning, Tick, reckon, since
from tongban.matters.rules.shape import Content


def calendar_now() -> Calendar:
    """The published calendar with this jurisdiction's overrides."""
    return _calendar(once("matters.overrides", lambda: tuple(_DAYS())))


_DAYS = Repeated[tuple[date, bool, str, str, int | None]](
    lambda: StoredDay.objects.order_by("day").values_list(
        "day", "is_working", "reason__zh", "reason__en", "completes_year"
    )
)


@lru_cache(maxsize=64)
def _calendar(days: tuple[tuple[date, bool, str, str, int | None], ...]) -> Calendar:
    """The same calendar as long as nothing is overridden anew: what was counted by it is known."""
    return Calendar(
        MappingProxyType({day: DayOverride(is_working, T(zh, en)) for day, is_working, zh, en, _ in days}),
        frozenset(year for *_, year in days if year),
    )


def tick_of(event: CaseEvent) -> Tick | None:
    """What an event did to the clock; None when it left it alone."""
    facts = event.facts
    if "clock" not in facts:
        return None
    at = datetime.fromisoformat(facts["clock_at"]) if "clock_at" in facts else event.at
    return Tick(at, facts["clock"], T.read(facts["why"]), facts.get("days", 0))


def ticks_of(case: Case) -> list[Tick]:
    """Everything that moved the clock of a case, oldest first."""
    return ticks_in(events_of(case))


def ticks_in(events: Iterable[CaseEvent]) -> list[Tick]:
    """The ticks among events."""
    return [tick for event in events if (tick := tick_of(event)) is not None]


def promised_clock(content: Content, ticks: Iterable[Tick], calendar: Calendar) -> Reckoning:
    """The clock of what the office promised."""
    return reckon(ticks, content.definition.clocks.promised.working_days, calendar)


def statutory_clock(content: Content, ticks: Iterable[Tick], calendar: Calendar) -> Reckoning:
    """The clock of what the law allows."""
    return reckon(ticks, content.definition.clocks.statutory.working_days, calendar)


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of a case as people ask about it: whose, its last day, its colour, and line by line why it is that day."""

    title: T
    due: date
    signal: str
    is_provisional: bool
    because: tuple[T, ...]


_OPENED = T("部门收到", "received by the department")
_PROMISED = T("承诺办结", "Promised by the office")
_STATUTORY = T("法定时限", "Allowed by law")


def why_due(case: Case) -> list[Clock]:
    """Every clock of an open case: acceptance, promised, statutory, each department's, corrections awaited."""
    if case.state not in OPEN_STATES:
        return []
    calendar = (case.written and case.written.calendar) or calendar_now()
    if case.state == RECEIVED and case.submitted_at is not None:
        return [_acceptance(case, calendar)]
    found = [_correction(case, calendar)] if case.state == RETURNED and case.correct_by else []
    ticks = ticks_of(case)
    if not ticks:
        return found
    content, stopped = content_of(case), case.clock_stopped_at and legal_date(case.clock_stopped_at)
    for title, one, warn in (
        (_PROMISED, promised_clock(content, ticks, calendar), case.warn_on),
        (_STATUTORY, statutory_clock(content, ticks, calendar), None),
    ):
        assert one.due is not None
        colour = signal(one.due, timezone.localdate(), warn_on=warn, stopped_on=stopped)
        found.append(Clock(title, one.due, colour, one.is_provisional, one.because))
    return found + _departments(case, ticks, calendar, stopped)


def _departments(case: Case, ticks: list[Tick], calendar: Calendar, stopped: date | None) -> list[Clock]:
    period, found, today = content_of(case).definition.clocks.review_working_days, [], timezone.localdate()
    for review in reviews_of(case):
        if review.state != OPEN:
            continue
        one = reckon(since(ticks, review.opened_at, _OPENED), period, calendar)
        assert one.due is not None
        colour = signal(one.due, today, warn_on=review.warn_on, stopped_on=stopped)
        name = T(review.unit.name, review.unit.name_en or review.unit.name)
        found.append(Clock(name, one.due, colour, one.is_provisional, one.because))
    return found


def _acceptance(case: Case, calendar: Calendar) -> Clock:
    assert case.submitted_at is not None
    clock = content_of(case).definition.clocks.acceptance
    days = clock.working_days if clock else DAYS_TO_ACCEPT
    due = add_working_days(case.submitted_at, days, calendar)
    law = T("逾期未告知补正的，自收到之日起即为受理（行政许可法第三十二条）。",
            "If nothing is said by then, it is accepted from the day received (行政许可法 Art. 32).")  # fmt: skip
    colour = signal(due.date, timezone.localdate())
    return Clock(
        T("受理或一次告知", "Accept, or tell everything once"), due.date, colour, due.provisional, (*due.because, law)
    )


def _correction(case: Case, calendar: Calendar) -> Clock:
    event = next((event for event in reversed(events_of(case)) if event.kind == "returned"), None)
    assert event is not None
    assert case.correct_by is not None
    due = add_days(event.at, content_of(case).definition.clocks.correction.days, calendar)
    colour = signal(case.correct_by, timezone.localdate())
    return Clock(T("申请人补正", "The applicant's corrections"), case.correct_by, colour, due.provisional, due.because)


DAYS_TO_ACCEPT = 5  # working days, 行政许可法 (2019 revision) Art. 32
