"""The legal clock: counted, stopped, started again, extended; the law's own examples and its properties."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.lib.words import T
from tongban.lib.working_days import Calendar, DayOverride, is_working_day
from tongban.matters.rules.clocks import NOT_STARTED, Tick, TickKind, reckon, since

WHY = T("受理", "accepted")


def tick(day: str, kind: TickKind, days: int = 0) -> Tick:
    """A moment at ten in the morning in China."""
    return Tick(datetime.fromisoformat(f"{day}T02:00:00+00:00"), kind, WHY, days)


def test_a_clock_that_has_not_started_has_no_day() -> None:
    assert reckon([], 20) == NOT_STARTED


def test_a_saturday_made_up_for_the_spring_festival_counts() -> None:
    assert reckon([tick("2026-02-09", "start")], 5).due == date(2026, 2, 14)


def test_a_stop_is_not_counted_and_its_own_day_is() -> None:
    # Accepted Monday 2026-03-02, five days: Monday 03-09. Stopped Wednesday 03-04 with 3 left, on again Friday 03-13.
    found = reckon([tick("2026-03-02", "start"), tick("2026-03-04", "stop"), tick("2026-03-13", "resume")], 5)
    assert found.due == date(2026, 3, 18)
    assert found.is_running
    assert any("还剩 3 个工作日" in line.zh for line in found.because)


def test_a_stopped_clock_says_what_is_left() -> None:
    found = reckon([tick("2026-03-02", "start"), tick("2026-03-04", "stop")], 5)
    assert (found.is_running, found.days_left, found.due) == (False, 3, date(2026, 3, 9))


def test_stopping_does_not_heal_lateness() -> None:
    found = reckon([tick("2026-03-02", "start"), tick("2026-03-12", "stop"), tick("2026-03-20", "resume")], 5)
    assert found.due == date(2026, 3, 9)


def test_an_extension_counts_from_the_last_day_also_while_stopped() -> None:
    assert reckon([tick("2026-03-02", "start"), tick("2026-03-03", "extend", 10)], 5).due == date(2026, 3, 23)
    stopped = [tick("2026-03-02", "start"), tick("2026-03-04", "stop"), tick("2026-03-05", "extend", 10)]
    assert reckon([*stopped, tick("2026-03-06", "resume")], 5).due == date(2026, 3, 25)


def test_an_override_moves_the_day_and_a_missing_year_is_provisional() -> None:
    flood = Calendar({date(2026, 3, 4): DayOverride(False, T("防汛停工", "flood"))})
    assert reckon([tick("2026-03-02", "start")], 5, flood).due == date(2026, 3, 10)
    assert reckon([tick("2026-12-28", "start")], 20).is_provisional


@pytest.mark.parametrize(
    "kinds", [["stop"], ["start", "start"], ["start", "resume"], ["start", "stop", "stop"], ["extend"]]
)
def test_what_cannot_follow_is_refused(kinds: list[TickKind]) -> None:
    with pytest.raises(ValueError, match="clock"):
        reckon([tick("2026-03-02", kind, 1) for kind in kinds], 5)


def test_a_department_stands_still_with_the_total_clock() -> None:
    ticks = [tick("2026-03-02", "start"), tick("2026-03-04", "stop"), tick("2026-03-13", "resume")]
    assert reckon(since(ticks, ticks[0].at, WHY), 3).due == date(2026, 3, 16)
    opened = datetime(2026, 3, 9, 2, tzinfo=UTC)  # while it stood
    assert reckon(since(ticks, opened, WHY), 3).due == date(2026, 3, 18)
    assert reckon(since(ticks, datetime(2026, 3, 16, 2, tzinfo=UTC), WHY), 3).due == date(2026, 3, 19)


@given(
    st.dates(date(2024, 1, 1), date(2025, 6, 1)), st.integers(1, 45),
    st.lists(st.integers(0, 40), max_size=4).map(lambda steps: steps[: len(steps) // 2 * 2]),
)  # fmt: skip
def test_exactly_the_period_lies_between_start_and_due_outside_the_stops(
    begun: date, period: int, steps: list[int]
) -> None:
    at = datetime(begun.year, begun.month, begun.day, 2, tzinfo=UTC)
    ticks, stops = [Tick(at, "start", WHY)], []
    for place, step in enumerate(steps):
        at += timedelta(days=step)
        if place % 2 == 0 and (due := reckon(ticks, period).due) is not None and at.date() > due:
            break
        ticks.append(Tick(at, "resume" if place % 2 else "stop", WHY))
        if place % 2:
            stops.append((ticks[-2].at.date(), at.date()))
    found = reckon(ticks, period)
    if not found.is_running or found.due is None:
        return
    days = [begun + timedelta(days=n) for n in range(1, (found.due - begun).days + 1)]
    counted = [d for d in days if is_working_day(d) and not any(stop < d <= on for stop, on in stops)]
    # A stop on the very last day leaves nothing: due is then the day the clock goes on, or the next working day.
    assert len(counted) in (period, period + 1)
    assert is_working_day(found.due)
