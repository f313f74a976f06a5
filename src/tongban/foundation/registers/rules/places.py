"""Codes and marks of the address tree."""

from __future__ import annotations

import re

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

COMMUNITY_DIGITS = 12
GRID_DIGITS = 15  # ours: the community's twelve and three of a sequence; a local norm of 14 stands beside it as a code
# What may stand right in what: None is the community itself.
PARENTS: dict[str, tuple[str | None, ...]] = {
    "grid": (None,),
    "estate": (None,),
    "group": (None,),
    "building": (None, "estate", "group"),
    "unit": ("building",),
}
AUTHORITIES: dict[str, tuple[T, re.Pattern[str]]] = {
    # GB/T 34300-2017's length was not verified: local norms write 14 or 15 digits (DB6101/T 3185-2024).
    "local": (T("地方网格编码", "Local grid code"), re.compile(r"[0-9]{14,15}")),
    "cjt349": (T("CJ/T 349-2010 编码", "CJ/T 349-2010"), re.compile(r"[0-9]{20}")),
    "jgj246": (T("房屋代码（JGJ/T 246-2012）", "House code (JGJ/T 246-2012)"), re.compile(r"[0-9A-Z]{10,26}")),
    "house": (T("地方房屋编码", "Local house code"), re.compile(r"[0-9A-Z-]{10,40}")),
    "realestate": (T("不动产单元代码（GB/T 37346-2019）", "Real-estate unit (GB/T 37346-2019)"), re.compile(r"[0-9A-Z]{28}")),
}  # fmt: skip
_MARK = re.compile(r"[0-9A-Za-z甲乙丙丁东西南北中附-]{1,20}")


def check_code(authority: str, code: str) -> str:
    """A code as its authority writes it."""
    found = AUTHORITIES.get(authority)
    if found is None:
        raise Refusal("authority_unknown", T("请选择编码的来源：{known}。", "Choose whose code it is: {known}.").format(
            known=", ".join(AUTHORITIES)), field="authority")  # fmt: skip
    text = code.strip().upper()
    if not found[1].fullmatch(text):
        raise Refusal(
            "place_code_wrong", T("这不是有效的{name}。", "This is no {name}.").format(name=found[0]), field="code"
        )
    return text


def check_mark(mark: str) -> str:
    """The number a place is told apart by among its neighbours."""
    text = mark.strip().upper()
    if not _MARK.fullmatch(text):
        raise Refusal(
            "mark_invalid", T("编号写成 7、A、2 或 1504 的样子。", "Write the number as 7, A, 2 or 1504."), field="mark"
        )
    return text


def grid_code(community: str, number: str) -> str:
    """Our code of a grid: its community's and a sequence of one to three digits."""
    digits = number.strip()
    if not digits.isascii() or not digits.isdigit() or not 1 <= int(digits) <= 999:
        raise Refusal("grid_number_wrong", T("网格序号是 1 至 999。", "A grid's number is 1 to 999."), field="mark")
    return f"{community}{int(digits):03d}"


def mark_order(mark: str) -> tuple[int, str]:
    """2 before 10 before A."""
    digits = re.match(r"\d+", mark)
    return (int(digits[0]) if digits else 10**6, mark)
