"""Kinds of passes: what each is signed as, how long it holds, what has to be known of whoever gets it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tongban.lib.masks import mask_name
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.lib.working_days import SHANGHAI


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of pass: ``signed`` is the type in the credential, ``days`` the most it holds for, ``has_photo`` whether it shows a face.

    ``mark`` stands beside the type in the code where the type alone does not say what the community knows it by; ``title``
    then stands on its paper.
    """

    name: T
    signed: str
    days: int
    has_photo: bool = True
    mark: str = ""
    title: T | None = None


_HOUSEHOLD = T("同住老幼出入证", "Household pass")
KINDS: dict[str, Kind] = {
    "resident": Kind(T("居民", "Resident"), "resident", 90),
    "tenant": Kind(T("租户", "Tenant"), "tenant", 90),
    "visitor": Kind(T("访客", "Visitor"), "visitor", 1, has_photo=False),
    "courier": Kind(T("配送人员", "Courier"), "courier", 7),
    "vehicle": Kind(T("车辆", "Vehicle"), "vehicle", 90, has_photo=False),
    # The credential knows six types and no carer: they come and go, so that old lists ask for a check online.
    "carer": Kind(T("护理人员", "Carer"), "visitor", 90, mark="carer", title=T("护理人员出入证", "Carer's pass")),
    # Children and the elderly of a home, named on one pass that an adult of it holds.
    "household": Kind(T("同住老幼", "Household"), "resident", 90, has_photo=False, mark="household", title=_HOUSEHOLD),
    "tenants": Kind(
        T("租户同住老幼", "Tenants' household"), "tenant", 90, has_photo=False, mark="household", title=_HOUSEHOLD
    ),
}
RULED = ("resident", "tenant", "visitor", "courier", "vehicle", "carer")
"""What rules of a community speak of: what a guard's phone can read from a code. A household's is its type's."""
TYPE_NAMES: dict[str, T] = {one: KINDS[one].name for one in RULED}
HOUSEHOLDS = ("household", "tenants")
OF_HOME = ("resident", "tenant", *HOUSEHOLDS)
"""Kinds that stand on where the register says somebody lives, and end when it says so no more."""
ASKED_FOR = ("resident", "tenant", "courier", "vehicle", "carer")
RENEWED_BEFORE = timedelta(days=14)
MOST_GATES = 53  # bits a code has for them
NAMES_BETWEEN = "、"
MOST_PLACE = 24  # characters: a longer one makes the code hard to scan
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])")
_DWELLING = re.compile(r"(?P<estate>[^0-9A-Za-z-]{0,16})(?P<place>[0-9A-Za-z][0-9A-Za-z-]{0,23})")
_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]")


def ruled_as(type_: str, mark: str) -> str:
    """Under which rules a code stands, by its type and its mark."""
    return mark if mark in RULED else type_


def known_as(type_: str, mark: str) -> str:
    """What the community knows a code by."""
    return mark if mark in KINDS else type_


def mask_names(names: str) -> str:
    """One name, or several on one pass, as a guard sees them."""
    return NAMES_BETWEEN.join(mask_name(one) for one in names.split(NAMES_BETWEEN))


def check_hours(said: str) -> str:
    """Hours as ``06:00-22:00``; empty is all day."""
    text = said.strip().replace("：", ":").replace("－", "-").replace("—", "-").replace(" ", "")
    if not text:
        return ""
    found = _HOURS.fullmatch(text)
    if not found or text[:5] >= text[6:] or text[6:] > "24:00":
        raise Refusal("hours_wrong", T("时间写成 06:00-22:00，止时晚于起时；全天请留空。",
                      "Write 06:00-22:00, the end after the beginning; leave it empty for all day."), field="hours")  # fmt: skip
    return text


def is_within(hours: str, moment: datetime) -> bool:
    """Whether a moment lies in such hours, by the clock in China."""
    return not hours or hours[:5] <= moment.astimezone(SHANGHAI).strftime("%H:%M") < hours[6:]


def check_plate(said: str) -> str:
    """A number plate as written on the car."""
    text = re.sub(r"[\s·•.-]+", "", said).upper()
    if not _PLATE.fullmatch(text):
        raise Refusal("plate_wrong", T("车牌号写成川E12345，新能源车多一位。", "Write the plate as 川E12345; electric cars have one more."),
                      field="plate")  # fmt: skip
    return text


def check_place(said: str) -> str:
    """Where somebody belongs, short: it stands in the code."""
    text = " ".join(said.split())
    if not 1 <= len(text) <= MOST_PLACE:
        raise Refusal("place_wrong", T("住处写成 7-2-1503（栋-单元-室），最多 {n} 个字。",
                      "Write the dwelling as 7-2-1503 (building-unit-room), {n} characters at most.").format(n=MOST_PLACE),
                      field="place")  # fmt: skip
    return text


def check_dwelling(said: str) -> tuple[str, str]:
    """What a guard types: the name of an estate, or none, and where in it, as 7-2-1503."""
    text = re.sub(r"[－—–]", "-", "".join(said.split()))
    found = _DWELLING.fullmatch(text)
    if not found:
        raise Refusal("place_wrong", T("住处写成 7-2-1503（栋-单元-室），前面可以写小区名。",
                      "Write the dwelling as 7-2-1503 (building-unit-room), after the estate's name if need be."), field="place")  # fmt: skip
    return found["estate"], found["place"].upper()


def gate_bits(numbers: list[int]) -> int | None:
    """Numbers of gates as the bits of a code; none is every gate."""
    return sum(1 << number for number in set(numbers)) if numbers else None


def end_of(day: datetime, days: int) -> datetime:
    """The last moment of a pass that holds for so many days, the first included."""
    last = (day.astimezone(SHANGHAI) + timedelta(days=days - 1)).date()
    return datetime.combine(last, time(23, 59, 59), SHANGHAI)
