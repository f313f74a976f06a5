"""Opening hours as a notice on the door says them, and the day a hall thinks it is.

Hours are texts such as ``09:00-12:00 13:30-17:30``, one for each kind of day; ``20:00-02:00`` runs past midnight. A
business day begins at ``day_starts`` minutes after midnight, so that a visitor of 01:00 still belongs to yesterday.
All times are legal time, Asia/Shanghai.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.lib.working_days import SHANGHAI, is_working_day

KINDS: dict[str, T] = {
    "workday": T("工作日", "Working days"), "saturday": T("星期六", "Saturdays"), "sunday": T("星期日", "Sundays"),
    "holiday": T("法定节假日", "Public holidays"),
}  # fmt: skip
DEFAULT_HOURS = {"workday": "09:00-12:00 13:30-17:30", "saturday": "", "sunday": "", "holiday": ""}
DAY = 24 * 60
_LOOK_AHEAD = 40
_PERIOD = re.compile(r"(\d{1,2}):?(\d{2})?[-~—–至到]+(\d{1,2}):?(\d{2})?")
_BREAK = re.compile(r"[\s,，、;；和]+")

_UNREADABLE = T(
    "看不懂这个时间。请写成 09:00-12:00 13:30-17:30；不开放就留空。",
    "This is no time we can read. Write 09:00-12:00 13:30-17:30, or leave it empty when closed.",
)
_OVERLAP = T("两段时间重叠了，请改正。", "Two periods overlap: correct them.")

Period = tuple[int, int]
"""Minutes after midnight; the second may be past 1440."""


def read_periods(text: str, *, field: str = "") -> list[Period]:
    """The periods of a text, in order; refuses what is not a time and periods that overlap."""
    found = []
    tidy = text.translate(str.maketrans("：－０１２３４５６７８９", ":-0123456789")).replace(" - ", "-")
    for part in [one for one in _BREAK.split(tidy.strip()) if one]:
        match = _PERIOD.fullmatch(part)
        if match is None:
            raise Refusal("hours_unreadable", _UNREADABLE, field=field)
        begin, end = _minutes(match[1], match[2], field), _minutes(match[3], match[4], field)
        found.append((begin, end if end > begin else end + DAY))
    found.sort()
    if any(later[0] < earlier[1] for earlier, later in pairwise(found)) or (found and found[-1][1] - found[0][0] > DAY):
        raise Refusal("hours_overlap", _OVERLAP, field=field)
    return found


def _minutes(hour: str, minute: str | None, field: str) -> int:
    total = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or total > DAY:
        raise Refusal("hours_unreadable", _UNREADABLE, field=field)
    return total


def write_periods(periods: Sequence[Period]) -> str:
    """The text of periods, as it is stored and shown."""
    return " ".join(f"{_clock(begin)}-{_clock(end)}" for begin, end in periods)


def _clock(minutes: int) -> str:
    minutes = minutes % DAY if minutes != DAY else DAY
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def check_hours(hours: Mapping[str, str], day_starts: int) -> dict[str, str]:
    """The stored form of hours by kind of day; refuses days that run into the next business day, and no hours at all."""
    checked = {}
    for kind in KINDS:
        periods = read_periods(hours.get(kind, ""), field=f"hours_{kind}")
        if periods and (periods[-1][1] > DAY + day_starts or periods[0][0] < day_starts):
            raise Refusal("hours_past_day_start", T(
                "开放时间要落在一个营业日之内（营业日从 {clock} 起算）。请改时间，或改营业日的起点。",
                "Hours must lie within one business day, which begins at {clock}. Change the hours, or when the day begins.",
            ).format(clock=_clock(day_starts)), field=f"hours_{kind}")  # fmt: skip
        checked[kind] = write_periods(periods)
    if not any(checked.values()):
        raise Refusal("hours_missing", T("请至少填写一种日子的开放时间。", "Give the hours of at least one kind of day."),
                      field="hours_workday")  # fmt: skip
    return checked


def day_starts_for(hours: Mapping[str, str]) -> int:
    """When a hall's day best begins: four in the morning, or another hour at which it is never open."""
    for starts in (240, 0, 120, 180, 300, 360, 420):
        try:
            check_hours(hours, starts)
        except Refusal:
            continue
        return starts
    return 240


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a hall is open: hours by kind of day, closing days as (first, last) inclusive, when its day begins."""

    hours: Mapping[str, str]
    closures: tuple[tuple[date, date], ...] = ()
    day_starts: int = 240

    def business_day(self, moment: datetime) -> date:
        """The business day a moment belongs to."""
        return (moment.astimezone(SHANGHAI) - timedelta(minutes=self.day_starts)).date()

    def kind_of(self, day: date) -> str:
        """Which hours count on a day: a make-up day is a working day, a holiday in the week is none."""
        if is_working_day(day):
            return "workday"
        return {5: "saturday", 6: "sunday"}.get(day.weekday(), "holiday")

    def periods(self, day: date) -> list[tuple[datetime, datetime]]:
        """When the hall is open on a business day."""
        if any(first <= day <= last for first, last in self.closures):
            return []
        midnight = datetime.combine(day, time(), SHANGHAI)
        found = read_periods(self.hours.get(self.kind_of(day), ""))
        return [(midnight + timedelta(minutes=begin), midnight + timedelta(minutes=end)) for begin, end in found]

    def is_open(self, moment: datetime) -> bool:
        """Whether the doors are open; the closing minute itself no longer counts."""
        return any(begin <= moment < end for begin, end in self.periods(self.business_day(moment)))

    def opens_again(self, moment: datetime) -> datetime | None:
        """When it next opens after a moment at which it is closed; None within forty days."""
        today = self.business_day(moment)
        for ahead in range(_LOOK_AHEAD):
            for begin, _ in self.periods(today + timedelta(days=ahead)):
                if begin > moment:
                    return begin
        return None

    def closes(self, day: date) -> datetime | None:
        """When the doors close for the last time on a business day; None when closed all day."""
        periods = self.periods(day)
        return periods[-1][1] if periods else None

    def may_register(self, moment: datetime) -> bool:
        """Whether a visitor may register now: from an hour before the doors open, through the noon break, until they close."""
        periods = self.periods(self.business_day(moment))
        return bool(periods) and periods[0][0] - timedelta(hours=1) <= moment < periods[-1][1]
