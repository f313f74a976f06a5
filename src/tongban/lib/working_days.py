"""Working days and deadlines in the People's Republic of China, and why a thing is due on its day.

Every limit on an agency is in working days (行政许可法 Art. 82); the day of the event is not counted (民法典 Art. 201);
a period that ends on a rest day ends on the next working day (民法典 Art. 203). Days are legal days in Asia/Shanghai.

Holidays and make-up days come from the yearly notices of the State Council as ``chinesecalendar`` carries them,
and from a jurisdiction's own overrides. For a year without a notice yet, weekends and the holidays the law ties to
a date are taken as rest and the result is provisional: recompute it when the notice is entered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType
from zoneinfo import ZoneInfo

import chinese_calendar

from tongban.lib.words import T

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONGEST_COUNT = 3660
"""Longest period counted, in days: ten years."""

_ANNOUNCED_YEARS = frozenset(day.year for day in chinese_calendar.holidays)
_HOLIDAY_NAMES = {
    holiday.value: T(str(vars(holiday)["chinese"]), holiday.value) for holiday in chinese_calendar.Holiday
}
# 全国年节及纪念日放假办法 as amended by 国务院令第795号 (from 2025-01-01): the holidays of fixed date.
_NEW_YEAR, _LABOUR, _NATIONAL = (_HOLIDAY_NAMES[name] for name in ("New Year's Day", "Labour Day", "National Day"))
_DATED_HOLIDAYS = {(1, 1): _NEW_YEAR, (5, 1): _LABOUR, (5, 2): _LABOUR} | {(10, day): _NATIONAL for day in (1, 2, 3)}
_WEEKDAYS = [
    T("星期一", "Monday"),
    T("星期二", "Tuesday"),
    T("星期三", "Wednesday"),
    T("星期四", "Thursday"),
    T("星期五", "Friday"),
    T("星期六", "Saturday"),
    T("星期日", "Sunday"),
]
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class DayOverride:
    """One day that differs from the published calendar, with the reason shown to whoever asks."""

    is_working: bool
    reason: T


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """What a jurisdiction adds to the published calendar; never changed once made, and itself only: counts are kept by it.

    ``overrides`` win over everything. ``announced_years`` are years whose State Council notice has been entered
    completely as overrides, so that a date in them is no longer provisional.
    """

    overrides: Mapping[date, DayOverride] = field(default_factory=lambda: MappingProxyType({}))
    announced_years: frozenset[int] = frozenset()


PUBLISHED = Calendar()
"""The published calendar as it is."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A last day, whether it may still move (``provisional``), and the lines that say how it was counted."""

    date: date
    provisional: bool
    because: tuple[T, ...]


@dataclass(frozen=True, slots=True)
class _Verdict:
    """One day: ``why`` is None for ordinary days, ``missing`` the year whose notice is not there yet."""

    day: date
    is_working: bool
    why: T | None
    missing: int | None = None


def legal_date(moment: datetime) -> date:
    """The calendar day in Asia/Shanghai of an aware moment; a naive one is a programming error."""
    if moment.tzinfo is None:
        raise ValueError("a legal date needs an aware datetime")
    return moment.astimezone(SHANGHAI).date()


def is_past(deadline: date, now: datetime) -> bool:
    """Whether the last moment of a deadline's day is over."""
    return legal_date(now) > deadline


def is_working_day(day: date, calendar: Calendar = PUBLISHED) -> bool:
    """Whether offices work that day; a guess where ``is_announced`` is false."""
    return _verdict(day, calendar).is_working


def is_announced(day: date, calendar: Calendar = PUBLISHED) -> bool:
    """Whether the notice that settles the day is known, or the day itself is overridden."""
    return _verdict(day, calendar).missing is None


def why_of(day: date, calendar: Calendar = PUBLISHED) -> T | None:
    """Why a day is worked or not: the holiday, the make-up day, the override; None for an ordinary day."""
    return _verdict(day, calendar).why


def is_published(year: int) -> bool:
    """Whether the State Council's notice for a year came with the software."""
    return year in _ANNOUNCED_YEARS


def working_days_between(start: date | datetime, end: date | datetime, calendar: Calendar = PUBLISHED) -> int:
    """The working days after ``start`` up to and including ``end``; negative when ``end`` is earlier."""
    first, last = _legal(start), _legal(end)
    if last < first:
        return -working_days_between(last, first, calendar)
    return sum(is_working_day(first + timedelta(days=n), calendar) for n in range(1, (last - first).days + 1))


def add_working_days(start: date | datetime, count: int, calendar: Calendar = PUBLISHED) -> Deadline:
    """The day on which ``count`` working days have passed, counted from the day after ``start``.

    ``count`` 0 means the same day, or the next working day after a rest day.
    """
    _check_count(count)
    return _counted(_legal(start), count, calendar)


@lru_cache(maxsize=4096)
def _counted(first: date, count: int, calendar: Calendar) -> Deadline:
    days: list[_Verdict] = []
    left = count
    for verdict in _days_from(first + timedelta(days=1 if count else 0), calendar):
        days.append(verdict)
        left -= verdict.is_working
        if left <= 0 and verdict.is_working:
            break
    opening = _COUNT_WORKING if count else _COUNT_NOTHING
    return _deadline(days, opening.format(start=day_text(first), count=count))


def add_days(start: date | datetime, count: int, calendar: Calendar = PUBLISHED) -> Deadline:
    """The last day of a period of ``count`` calendar days; a rest day at its end moves it to the next working day."""
    _check_count(count)
    first = _legal(start)
    days: list[_Verdict] = []
    for verdict in _days_from(first + timedelta(days=count), calendar):
        days.append(verdict)
        if verdict.is_working:
            break
    opening = _COUNT_ALL.format(start=day_text(first), count=count, end=day_text(days[0].day))
    return _deadline(days, opening)


def day_text(day: date) -> T:
    """A day as people read it: 2026年2月14日（星期六） / Saturday 14 February 2026."""
    weekday = _WEEKDAYS[day.weekday()]
    return T(
        f"{day.year}年{day.month}月{day.day}日（{weekday.zh}）",
        f"{weekday.en} {day.day} {_MONTHS[day.month - 1]} {day.year}",
    )


def _legal(moment: date | datetime) -> date:
    return legal_date(moment) if isinstance(moment, datetime) else moment


def _check_count(count: int) -> None:
    if not 0 <= count <= LONGEST_COUNT:
        raise ValueError(f"a period has 0 to {LONGEST_COUNT} days, not {count}")


def _days_from(day: date, calendar: Calendar) -> Iterator[_Verdict]:
    while True:
        yield _verdict(day, calendar)
        day += timedelta(days=1)


@lru_cache(maxsize=8192)
def _verdict(day: date, calendar: Calendar) -> _Verdict:
    override = calendar.overrides.get(day)
    if override:
        return _Verdict(day, override.is_working, override.reason)
    if day in chinese_calendar.workdays:
        return _Verdict(day, True, _MAKE_UP.format(holiday=_HOLIDAY_NAMES[chinese_calendar.workdays[day]]))
    if day in chinese_calendar.holidays:
        return _Verdict(day, False, _HOLIDAY_NAMES[chinese_calendar.holidays[day]])
    missing = _missing_notice(day, calendar)
    dated = _DATED_HOLIDAYS.get((day.month, day.day)) if missing else None
    return _Verdict(day, day.weekday() < 5 and dated is None, dated, missing)


def _missing_notice(day: date, calendar: Calendar) -> int | None:
    announced = _ANNOUNCED_YEARS | calendar.announced_years
    if day.year not in announced:
        return day.year
    # The notice for a year may move days at the end of the year before: 2018-12-29 was worked for New Year 2019.
    is_unsettled = (day.month, day.day) >= (12, 28) and day.year + 1 not in announced
    return day.year + 1 if is_unsettled else None


def _deadline(days: list[_Verdict], opening: T) -> Deadline:
    """The last of ``days`` as a deadline that explains every day counted or left out for a special reason."""
    last = days[-1].day
    lines = [opening]
    for (is_working, why), run in groupby(days, key=lambda verdict: (verdict.is_working, verdict.why)):
        if why is not None:
            span = list(run)
            lines.append((_COUNTED if is_working else _LEFT_OUT).format(why=why, days=_span(span[0].day, span[-1].day)))
    weekends = sum(not verdict.is_working and verdict.why is None for verdict in days)
    if weekends:
        lines.append(_WEEKENDS.format(count=weekends))
    missing = sorted({str(verdict.missing) for verdict in days if verdict.missing})
    if missing:
        lines.append(_PROVISIONAL.format(years=T("、".join(missing), ", ".join(missing))))
    lines.append(_SO.format(day=day_text(last)))
    return Deadline(last, bool(missing), tuple(lines))


def _span(first: date, last: date) -> T:
    return day_text(first) if first == last else _FROM_TO.format(first=day_text(first), last=day_text(last))


_COUNT_WORKING = T(
    "自{start}的次日起算，共{count}个工作日。", "{count} working days, counted from the day after {start}."
)
_COUNT_NOTHING = T("应当在{start}当天办结，遇休息日顺延。", "Due the same day, {start}, or on the next working day.")
_COUNT_ALL = T(
    "自{start}的次日起算，共{count}天（含休息日），到{end}。",
    "{count} days, rest days included, counted from the day after {start}: up to {end}.",
)
_MAKE_UP = T("{holiday}调休上班", "working day made up for {holiday}")
_COUNTED = T("{days}：{why}，计入。", "{days}: {why}, counted.")
_LEFT_OUT = T("{days}：{why}，不计。", "{days}: {why}, not counted.")
_WEEKENDS = T("另有周末{count}天，不计。", "Another {count} days of weekends are not counted.")
_PROVISIONAL = T(
    "{years}年的放假安排尚未录入，暂按周末和日期固定的节日推算，录入后重算。",
    "The holidays of {years} are not entered yet: weekends and holidays of fixed date are assumed. The date will be "
    "computed again once they are.",
)
_SO = T("所以截止日是{day}。", "So the last day is {day}.")
_FROM_TO = T("{first}至{last}", "{first} to {last}")
