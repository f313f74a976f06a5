"""Working days against the notices of the State Council, and the lines that explain a deadline."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.lib.words import T
from tongban.lib.working_days import (
    PUBLISHED,
    SHANGHAI,
    Calendar,
    DayOverride,
    add_days,
    add_working_days,
    day_text,
    is_announced,
    is_past,
    is_working_day,
    legal_date,
    working_days_between,
)

days = st.dates(date(2005, 1, 1), date(2028, 6, 30))
counts = st.integers(0, 60)
NOTICE = T("国务院办公厅通知", "Notice of the General Office of the State Council")


def year(number: int) -> list[date]:
    first = date(number, 1, 1)
    return [first + timedelta(days=n) for n in range((date(number + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("month_day", [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)])
def test_the_make_up_days_of_2026_are_worked(month_day: tuple[int, int]) -> None:
    day = date(2026, *month_day)
    assert day.weekday() >= 5
    assert is_working_day(day)
    assert is_announced(day)


def test_2026_has_248_working_days() -> None:
    assert sum(map(is_working_day, year(2026))) == 248
    assert working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 248


def test_the_day_of_the_event_is_not_counted() -> None:
    # 行政许可法 Art. 32: five working days to say what is missing.
    assert add_working_days(date(2026, 11, 16), 5).date == date(2026, 11, 23)
    assert add_working_days(date(2026, 11, 21), 1).date == date(2026, 11, 23), "filed on a Saturday"


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        (date(2026, 2, 10), 7, date(2026, 2, 26)),  # over Spring Festival, with a worked Saturday before it
        (date(2026, 9, 18), 1, date(2026, 9, 20)),  # a worked Sunday
        (date(2026, 9, 30), 2, date(2026, 10, 9)),
        (date(2026, 10, 9), 1, date(2026, 10, 10)),
        (date(2026, 4, 30), 20, date(2026, 6, 1)),
        (date(2025, 12, 31), 1, date(2026, 1, 4)),
        (date(2026, 10, 3), 0, date(2026, 10, 8)),
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
    ],
)
def test_limits_in_working_days(start: date, count: int, due: date) -> None:
    deadline = add_working_days(start, count)
    assert deadline.date == due
    assert not deadline.provisional


def test_a_period_in_days_ends_on_a_working_day() -> None:
    # 民法典 Art. 203; 60 days to ask for reconsideration (行政复议法 Art. 20).
    assert add_days(date(2026, 8, 3), 60).date == date(2026, 10, 8)
    assert add_days(date(2026, 9, 15), 5).date == date(2026, 9, 20), "a worked Sunday is no rest day"
    assert add_days(date(2026, 11, 16), 2).date == date(2026, 11, 18)


def test_the_legal_day_is_the_one_in_shanghai() -> None:
    evening_in_utc = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert legal_date(evening_in_utc) == date(2026, 11, 23)
    assert legal_date(evening_in_utc - timedelta(seconds=1)) == date(2026, 11, 22)
    assert add_working_days(evening_in_utc, 1).date == date(2026, 11, 24)
    assert working_days_between(evening_in_utc, date(2026, 11, 24)) == 1
    with pytest.raises(ValueError, match="aware"):
        legal_date(datetime(2026, 11, 22))  # noqa: DTZ001


def test_a_deadline_is_past_when_its_day_is_over() -> None:
    due = date(2026, 11, 23)
    assert not is_past(due, datetime(2026, 11, 23, 23, 59, 59, tzinfo=SHANGHAI))
    assert is_past(due, datetime(2026, 11, 24, tzinfo=SHANGHAI))


def test_a_deadline_in_a_year_without_notice_is_provisional() -> None:
    deadline = add_working_days(date(2026, 11, 22), 30)
    assert deadline.provisional
    assert deadline.date == date(2027, 1, 4), "the law itself makes 1 January a holiday"
    assert any("2027" in line.en and "assumed" in line.en for line in deadline.because)
    assert not is_announced(date(2027, 3, 1))
    assert not is_announced(date(2003, 12, 1)), "before the first year the calendar knows"


def test_the_last_days_of_december_wait_for_the_next_notice() -> None:
    assert not add_working_days(date(2026, 12, 18), 5).provisional
    deadline = add_working_days(date(2026, 12, 18), 7)
    assert deadline.date == date(2026, 12, 29)
    assert deadline.provisional
    assert is_announced(date(2025, 12, 30))


def notice_of_2027() -> Calendar:
    """A notice as a jurisdiction enters it; its days are invented for the test."""
    rest = [date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3), date(2027, 1, 4)]
    overrides = {day: DayOverride(False, NOTICE) for day in rest}
    overrides[date(2026, 12, 27)] = DayOverride(True, NOTICE)
    return Calendar(overrides, frozenset({2027}))


def test_an_entered_notice_settles_the_deadline() -> None:
    deadline = add_working_days(date(2026, 11, 22), 30, notice_of_2027())
    assert deadline.date == date(2026, 12, 31)
    assert not deadline.provisional
    assert any(NOTICE.zh in line.zh for line in deadline.because)
    assert add_working_days(date(2026, 12, 31), 1, notice_of_2027()).date == date(2027, 1, 5)


def test_a_single_override_wins_without_settling_its_year() -> None:
    flood = Calendar({date(2027, 1, 5): DayOverride(False, T("防汛停工", "Closed for flood control"))})
    assert not is_working_day(date(2027, 1, 5), flood)
    assert is_announced(date(2027, 1, 5), flood)
    deadline = add_working_days(date(2027, 1, 4), 1, flood)
    assert (deadline.date, deadline.provisional) == (date(2027, 1, 6), True)
    assert "防汛停工" in "".join(line.zh for line in deadline.because)
    assert is_working_day(date(2026, 11, 28), Calendar({date(2026, 11, 28): DayOverride(True, NOTICE)}))


def test_the_lines_say_why_it_is_due_that_day() -> None:
    because = add_working_days(date(2026, 2, 10), 7).because
    assert [line.zh for line in because] == [
        "自2026年2月10日（星期二）的次日起算，共7个工作日。",
        "2026年2月14日（星期六）：春节调休上班，计入。",
        "2026年2月15日（星期日）至2026年2月23日（星期一）：春节，不计。",
        "所以截止日是2026年2月26日（星期四）。",
    ]
    assert because[1].en == "Saturday 14 February 2026: working day made up for Spring Festival, counted."
    assert "含休息日" in add_days(date(2026, 2, 10), 7).because[0].zh
    assert "当天办结" in add_working_days(date(2026, 2, 10), 0).because[0].zh
    assert day_text(date(2026, 7, 1)).en == "Wednesday 1 July 2026"


def test_a_period_has_a_sensible_length() -> None:
    for count in (-1, 3661):
        with pytest.raises(ValueError, match="period"):
            add_working_days(date(2026, 1, 5), count)
        with pytest.raises(ValueError, match="period"):
            add_days(date(2026, 1, 5), count)


@given(days, counts.filter(bool))
def test_counting_back_gives_the_same_number(start: date, count: int) -> None:
    due = add_working_days(start, count).date
    assert is_working_day(due)
    assert working_days_between(start, due) == count
    assert working_days_between(due, start) == -count


@given(days, counts)
def test_a_longer_period_never_ends_earlier(start: date, count: int) -> None:
    assert add_working_days(start, count).date < add_working_days(start, count + 1).date or count == 0
    assert add_working_days(start, count).date <= add_working_days(start, count + 1).date
    assert add_days(start, count).date <= add_days(start, count + 1).date
    assert add_days(start, count).date >= start + timedelta(days=count)


@given(days, counts)
def test_a_start_one_day_later_never_ends_earlier(start: date, count: int) -> None:
    assert add_working_days(start, count).date <= add_working_days(start + timedelta(days=1), count).date


@given(days)
def test_every_day_is_judged_the_same_with_an_empty_calendar(day: date) -> None:
    assert is_working_day(day, Calendar()) == is_working_day(day, PUBLISHED)
