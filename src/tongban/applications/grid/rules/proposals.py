"""What residents may propose about themselves and those they live with or let to, and how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

WHAT: dict[str, T] = {
    "came": T("我搬到了新住处", "I have moved here"),
    "left": T("我已经不住在这里", "I no longer live here"),
    "gone": T("这个人已经不住在这里", "This person no longer lives here"),
    "phone": T("我的手机号变了", "My phone number has changed"),
    "work": T("我的工作单位变了", "My employer has changed"),
}
# What a grid worker corrected of a resident themselves: settled at once, kept and told like a proposal that was taken over.
CORRECTED: dict[str, T] = {
    "newphone": T("登记的手机号（网格员更正）", "The number on record, corrected by a grid worker"),
    "newwork": T("登记的工作单位（网格员更正）", "The employer on record, corrected by a grid worker"),
}
SAID: dict[str, T] = WHAT | CORRECTED
MAY_BECOME = ("floating", "tenant", "lodging")  # where somebody is registered (户籍) only the police say
LABELS: dict[str, T] = {
    "kind": T("类别", "Kind"),
    "since": T("入住日期", "Living here since"),
    "until": T("搬离日期", "Moved out on"),
    "is_present": T("是否在此居住", "Really lives here"),
    "phone": T("手机号", "Phone"),
    "employer": T("工作单位", "Employer"),
}
MOST_WAITING = 10


def leaving(kind: str, last_day: date) -> dict[str, str]:
    """What becomes of a residence whose person left: a registered one stays registered, the others end."""
    return {"is_present": "no"} if kind == "registered" else {"until": last_day.isoformat()}


def check_day(day: date | None, today: date, field: str = "day") -> date:
    """A day that has come; nobody moves ahead of time."""
    if day is None:
        raise Refusal("date_missing", T("请填写日期。", "Enter the day."), field=field)
    if day > today:
        raise Refusal("date_ahead", T("日期不能晚于今天，搬好以后再提。", "The day cannot lie ahead: say it once it is so."),
                      field=field)  # fmt: skip
    return day


def check_what(what: str) -> str:
    """One of the things that can be proposed."""
    if what not in WHAT:
        raise Refusal("proposal_unknown", T("请选择要更正什么。", "Choose what is to be corrected."), field="what")
    return what


def stated(wanted: Mapping[str, str]) -> str:
    """What was proposed as one line, for the public log's sealed field."""
    return "; ".join(f"{name}={value}" for name, value in sorted(wanted.items()))
