"""Where the clocks of a case stand, counted from its events."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from types import MappingProxyType

from tongban.lib.words import T
from tongban.lib.working_days import Calendar, DayOverride
from tongban.matters.models import Case, CaseEvent
from tongban.matters.models import DayOverride as StoredDay
from tongban.matters.rules.clocks import Reckoning, Tick, reckon
from tongban.matters.rules.shape import Content


def calendar_now() -> Calendar:
    """The published calendar with this jurisdiction's overrides."""
    days = list(StoredDay.objects.all())
    return Calendar(
        MappingProxyType({one.day: DayOverride(one.is_working, T.read(one.reason)) for one in days}),
        frozenset(one.completes_year for one in days if one.completes_year),
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
    return ticks_in(case.events.order_by("at", "pk"))


def ticks_in(events: Iterable[CaseEvent]) -> list[Tick]:
    """The ticks among events."""
    return [tick for event in events if (tick := tick_of(event)) is not None]


def promised_clock(content: Content, ticks: Iterable[Tick], calendar: Calendar) -> Reckoning:
    """The clock of what the office promised."""
    return reckon(ticks, content.definition.clocks.promised.working_days, calendar)


def statutory_clock(content: Content, ticks: Iterable[Tick], calendar: Calendar) -> Reckoning:
    """The clock of what the law allows."""
    return reckon(ticks, content.definition.clocks.statutory.working_days, calendar)
