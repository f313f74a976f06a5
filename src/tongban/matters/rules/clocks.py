"""The legal clock: a last day counted from what happened, and the lines that say why it is that day.

Every limit on an office is in working days (行政许可法, 2019 revision, Art. 82), counted from the day after acceptance.
What Art. 45 names (hearing, expert review …) is not counted: the day the clock stops still counts, and counting goes
on the day after it starts again. A period that had run out before the clock stopped stays run out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from tongban.lib.words import T
from tongban.lib.working_days import (
    PUBLISHED,
    Calendar,
    Deadline,
    add_working_days,
    day_text,
    is_working_day,
    legal_date,
    working_days_between,
)

TickKind = Literal["start", "stop", "resume", "extend"]


@dataclass(frozen=True, slots=True)
class Tick:
    """One moment that moves the clock: ``why`` is shown to people, ``days`` are working days added by an extension."""

    at: datetime
    kind: TickKind
    why: T
    days: int = 0


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Where a clock stands: ``due`` as far as it can be said (None before it starts), and how that day was counted."""

    due: date | None
    is_provisional: bool
    because: tuple[T, ...]
    stopped_at: datetime | None = None
    days_left: int = 0  # when it stopped; negative when the day had passed by then

    @property
    def is_running(self) -> bool:
        """Whether working days are counted now."""
        return self.due is not None and self.stopped_at is None


NOT_STARTED = Reckoning(None, False, ())


def reckon(ticks: Iterable[Tick], period: int, calendar: Calendar = PUBLISHED) -> Reckoning:
    """Count a period of ``period`` working days over what happened, oldest first.

    ValueError for ticks that cannot follow one another: that is a fault of the caller, never of an applicant.
    """
    state = NOT_STARTED
    for tick in ticks:
        state = _STEPS[tick.kind](state, tick, period, calendar)
    return state


def _start(state: Reckoning, tick: Tick, period: int, calendar: Calendar) -> Reckoning:
    if state.due is not None:
        raise ValueError("a clock starts once")
    line = _STARTED.format(day=day_text(legal_date(tick.at)), why=tick.why)
    return _reached(add_working_days(tick.at, period, calendar), (line,), False)


def _stop(state: Reckoning, tick: Tick, period: int, calendar: Calendar) -> Reckoning:
    del period
    if state.due is None or not state.is_running:
        raise ValueError("only a running clock stops")
    left = working_days_between(tick.at, state.due, calendar)
    line = _STOPPED.format(day=day_text(legal_date(tick.at)), why=tick.why, left=left)
    return Reckoning(state.due, state.is_provisional, (*state.because, line), tick.at, left)


def _resume(state: Reckoning, tick: Tick, period: int, calendar: Calendar) -> Reckoning:
    del period
    if state.stopped_at is None:
        raise ValueError("only a stopped clock starts again")
    if state.days_left < 0:
        return Reckoning(state.due, state.is_provisional, (*state.because, _RUN_OUT))
    line = _RESUMED.format(day=day_text(legal_date(tick.at)))
    return _reached(add_working_days(tick.at, state.days_left, calendar), (*state.because, line), state.is_provisional)


def _extend(state: Reckoning, tick: Tick, period: int, calendar: Calendar) -> Reckoning:
    del period
    if state.due is None:
        raise ValueError("only a clock that started is extended")
    line = _EXTENDED.format(day=day_text(legal_date(tick.at)), why=tick.why, count=tick.days)
    because = (*state.because, line)
    if state.stopped_at is not None:
        return Reckoning(state.due, state.is_provisional, because, state.stopped_at, state.days_left + tick.days)
    return _reached(add_working_days(state.due, tick.days, calendar), because, state.is_provisional)


_STEPS = {"start": _start, "stop": _stop, "resume": _resume, "extend": _extend}


def _reached(deadline: Deadline, because: tuple[T, ...], was_provisional: bool) -> Reckoning:
    return Reckoning(deadline.date, deadline.provisional or was_provisional, (*because, *deadline.because))


def warn_from(due: date, days: int, calendar: Calendar = PUBLISHED) -> date:
    """The first day on which at most ``days`` working days are left until ``due``: from then on a clock is yellow."""
    day, left = due, days
    while left > 0:
        left -= is_working_day(day, calendar)
        day -= timedelta(days=1)
    return day


def since(ticks: Iterable[Tick], opened: datetime, why: T) -> list[Tick]:
    """The ticks of a clock inside the total one: started at ``opened``, standing still whenever the total one does."""
    later = [tick for tick in ticks if tick.at >= opened and tick.kind in ("stop", "resume")]
    if later and later[0].kind == "resume":  # opened while the total clock stood: it starts with it
        opened, later = later[0].at, later[1:]
    return [Tick(opened, "start", why), *later]


_STARTED = T("{day}：{why}。", "{day}: {why}.")
_STOPPED = T(
    "{day}起暂停计时：{why}。当日计入，此时还剩 {left} 个工作日。",
    "Stopped on {day}: {why}. That day counts; {left} working days were left.",
)
_RESUMED = T("{day}恢复计时，次日起继续计算。", "Going on from the day after {day}.")
_RUN_OUT = T("暂停时已经超期，截止日不变。", "The day had passed before the clock stopped; it stays.")
_EXTENDED = T("{day}延长 {count} 个工作日：{why}。", "Extended by {count} working days on {day}: {why}.")
