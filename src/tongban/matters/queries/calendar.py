"""The working calendar as people read it: a year, its months and weeks, and what differs from the published one."""

from __future__ import annotations

import calendar as weeks
from dataclasses import dataclass
from datetime import date

from tongban.lib.words import T
from tongban.lib.working_days import Calendar, is_announced, is_published, is_working_day, why_of
from tongban.matters.models import Case, DayOverride
from tongban.matters.queries.clocks import calendar_now
from tongban.matters.rules.cases import OPEN_STATES


@dataclass(frozen=True, slots=True)
class Day:
    """One day: whether offices work, what is special about it, and whether that is our own override."""

    day: date
    is_working: bool
    why: T | None
    is_override: bool
    is_announced: bool

    @property
    def mark(self) -> T | None:
        """The sign beside the number: 班 for a day made up, 休 for a holiday; nothing on ordinary days."""
        if self.is_working == (self.day.weekday() < 5):
            return None
        return _WORK if self.is_working else _REST


_WORK, _REST = T("班", "on"), T("休", "off")


@dataclass(frozen=True, slots=True)
class Year:
    """A year of working days; ``is_complete`` once its notice is known, from the software or entered here."""

    year: int
    months: list[list[list[Day | None]]]
    is_published: bool
    is_complete: bool
    working_days: int
    overrides: list[DayOverride]


def year_of(year: int) -> Year:
    """A year, month by month, week by week from Monday."""
    kept = calendar_now()
    months = [_month(year, month, kept) for month in range(1, 13)]
    days = [day for month in months for week in month for day in week if day is not None]
    overrides = list(DayOverride.objects.filter(day__year=year).order_by("day"))
    is_complete = is_published(year) or year in kept.announced_years
    return Year(year, months, is_published(year), is_complete, sum(day.is_working for day in days), overrides)


def _month(year: int, month: int, kept: Calendar) -> list[list[Day | None]]:
    return [
        [_day(date(year, month, number), kept) if number else None for number in week]
        for week in weeks.monthcalendar(year, month)
    ]


def _day(day: date, kept: Calendar) -> Day:
    return Day(day, is_working_day(day, kept), why_of(day, kept), day in kept.overrides, is_announced(day, kept))


def provisional_cases() -> int:
    """Open cases whose last day may still move, because a year's notice is missing."""
    return Case.objects.filter(
        state__in=OPEN_STATES, number__isnull=False, closed_at=None, due_is_provisional=True
    ).count()
