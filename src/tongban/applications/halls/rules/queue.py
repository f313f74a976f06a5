"""The visit's states, whose turn it is, and what one may honestly say about waiting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

BOOKED, CANCELLED = "booked", "cancelled"
REGISTERED, WAITING, CALLED, SERVING = "registered", "waiting", "called", "serving"
DONE, LEFT, NO_SHOW = "done", "left", "no_show"
ALL, INSIDE = "#all", "#inside"  # counters that are no queue's: all visits, people inside

STATES: dict[str, T] = {
    BOOKED: T("已预约", "Booked"), CANCELLED: T("已取消", "Cancelled"), REGISTERED: T("已登记", "Registered"),
    WAITING: T("等候中", "Waiting"), CALLED: T("已叫号", "Called"), SERVING: T("办理中", "Being served"),
    DONE: T("已办结", "Done"), LEFT: T("已离开", "Left"), NO_SHOW: T("过号", "Missed"),
}  # fmt: skip
AT_WINDOW = (CALLED, SERVING)
OPEN_STATES = (REGISTERED, WAITING, CALLED, SERVING)
TONES: dict[str, str] = {
    BOOKED: "plain", CANCELLED: "plain", REGISTERED: "plain", WAITING: "progress", CALLED: "action", SERVING: "progress",
    DONE: "good", LEFT: "plain", NO_SHOW: "bad",
}  # fmt: skip

NEXT: dict[str, frozenset[str]] = {
    BOOKED: frozenset({WAITING, CANCELLED, NO_SHOW}),
    REGISTERED: frozenset({WAITING, LEFT}),
    WAITING: frozenset({CALLED, LEFT}),
    CALLED: frozenset({SERVING, WAITING, NO_SHOW, LEFT}),
    SERVING: frozenset({DONE, WAITING, LEFT}),
    NO_SHOW: frozenset({WAITING}),
    DONE: frozenset(), LEFT: frozenset(), CANCELLED: frozenset(),
}  # fmt: skip

# A head start in minutes: who needs it waits less, and nobody waits for ever because of it.
PRIORITIES: dict[str, T] = {
    "elderly": T("老年人", "Elderly"), "disabled": T("残疾人", "Disabled"),
    "infant": T("孕妇或带婴幼儿", "Pregnant, or with an infant"), "appointment": T("预约", "Appointment"),
}  # fmt: skip
DEFAULT_HEAD_STARTS = {"elderly": 20, "disabled": 30, "infant": 20, "appointment": 30}
ELDERLY_FROM = 65
"""Years of age from which a hall may give the head start (老年人权益保障法 counts from 60; a hall may change it)."""
MISSED_PENALTY = 15
"""Minutes by which somebody who missed the call goes back."""


def queue_key(at: datetime, priorities: Sequence[str], head_starts: Mapping[str, int]) -> datetime:
    """What a queue is sorted by: the moment of joining, less the largest head start that applies."""
    return at - timedelta(minutes=max((head_starts.get(one, 0) for one in priorities), default=0))


def check_head_starts(head_starts: Mapping[str, int]) -> dict[str, int]:
    """Minutes by priority as a hall may set them: none to two hours."""
    for one, minutes in head_starts.items():
        if one not in PRIORITIES or not 0 <= minutes <= 120:
            raise Refusal("head_start_wrong", T("提前量填 0 至 120 分钟，0 就是不优先。",
                          "0 to 120 minutes; 0 gives no priority."), field=f"head_{one}")  # fmt: skip
    return {one: head_starts.get(one, 0) for one in PRIORITIES}


def age_on(birth: date, day: date) -> int:
    """Full years on a day."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one visitor takes at a window in minutes: a quick one, a slow one, and from how many that was learnt."""

    quick: float
    slow: float
    learnt_from: int = 0


def pace_of(minutes: Sequence[float], usual: int) -> Pace:
    """The pace from visits that were served; the hall's own figure until there are eight of them."""
    kept = sorted(one for one in minutes if 0.2 <= one <= 240)
    if len(kept) < 8:
        return Pace(usual * 0.7, usual * 1.5, len(kept))
    return Pace(kept[len(kept) // 4], kept[(len(kept) * 4) // 5], len(kept))


@dataclass(frozen=True, slots=True)
class Standing:
    """What a visitor is told about waiting: how many before, and the range in minutes, None when nobody can say."""

    before: int
    waits: tuple[int, int] | None


def wait_range(before: int, windows: int, pace: Pace) -> tuple[int, int] | None:
    """The least and most minutes to wait, in steps of five; None when no window serves this queue now.

    Those being served finish at an unknown moment, so the slow end counts one more than stand before.
    """
    if windows <= 0:
        return None
    low = before * pace.quick / windows
    high = (before + windows) / windows * pace.slow
    least = int(low // 5 * 5)
    return least, max(int(-(-high // 5) * 5), least + 5)


def wait_words(waits: tuple[int, int] | None) -> T:
    """A range as people say it."""
    if waits is None:
        return T("暂时没有窗口在办这类业务，工作人员开窗后会更新。",
                 "No window serves this queue at the moment; this changes as soon as one opens.")  # fmt: skip
    least, most = waits
    if least == 0:
        return T(f"不超过 {most} 分钟", f"up to {most} minutes")
    return T(f"大约 {least}–{most} 分钟", f"about {least}–{most} minutes")


def spoken_number(prefix: str, number: int) -> T:
    """A number for the ear: letters apart, digits one by one."""
    digits = "、".join(str(number).zfill(3))
    return T(f"{' '.join(prefix)} {digits}".replace("1", "幺"), f"{' '.join(prefix)} {' '.join(str(number).zfill(3))}")


def shown_number(prefix: str, number: int) -> str:
    """A number for the eye: A007."""
    return f"{prefix}{number:03d}"


def call_words(prefix: str, number: int, window: str) -> T:
    """What the hall's loudspeaker says."""
    said = spoken_number(prefix, number)
    return T(f"请 {said.zh} 号到 {window} 号窗口。", f"Number {said.en}, please go to window {window}.")
