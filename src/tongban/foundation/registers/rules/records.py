"""Rows of the registers: how they are found again and read from lists."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

STANDINGS = {
    "in_business": T("存续", "In business"),
    "revoked": T("吊销", "Licence revoked"),
    "cancelled": T("注销", "Deregistered"),
}
_STANDING_WORDS = {
    "存续": "in_business", "在业": "in_business", "开业": "in_business", "正常": "in_business", "在营": "in_business",
    "吊销": "revoked", "吊销未注销": "revoked", "注销": "cancelled", "已注销": "cancelled",
}  # fmt: skip
SEXES = {"1": T("男", "Male"), "2": T("女", "Female")}
_MOST_CAPITAL_FEN = 10**17


def check_day(typed: str) -> str:
    """An ISO date from 2026-01-31, 2026/1/31, 2026.1.31, 2026年1月31日 or 20260131."""
    digits = typed.strip().split(" ")[0].split("T")[0]
    for mark in "年月/.":
        digits = digits.replace(mark, "-")
    digits = digits.replace("日", "").strip("-")
    if digits.isdigit() and len(digits) == 8:
        digits = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    try:
        year, month, day = (int(part) for part in digits.split("-"))
        return date(year, month, day).isoformat()
    except ValueError:
        raise Refusal("date_invalid", T("日期写成 2026-01-31 的样子。", "Write the date as 2026-01-31.")) from None


def check_standing(typed: str) -> str:
    """A standing by the word the registering authority uses."""
    found = _STANDING_WORDS.get(typed.strip().split("（")[0]) or (typed if typed in STANDINGS else "")
    if not found:
        known = T("、".join(one.zh for one in STANDINGS.values()), ", ".join(STANDINGS))
        raise Refusal(
            "standing_unknown", T("登记状态应为：{known}。", "The standing is one of: {known}.").format(known=known)
        )
    return found


def check_capital(typed: str) -> str:
    """Registered capital in fen from yuan, or from 万元 when it says so."""
    text = typed.replace(",", "").replace("，", "").replace("人民币", "").strip()
    factor = 10_000 if text.endswith(("万元", "万")) else 1
    try:
        fen = int(Decimal(text.rstrip("元万")) * factor * 100)
    except (InvalidOperation, ValueError, OverflowError):
        fen = -1
    if not 0 <= fen <= _MOST_CAPITAL_FEN:
        raise Refusal(
            "capital_invalid", T("注册资本写成以元计的数字，或带“万元”。", "Write the capital in yuan, or with 万元.")
        )
    return str(fen)


def check_region(typed: str) -> str:
    """Digits of a region code."""
    if not typed.isascii() or not typed.isdigit() or len(typed) not in (6, 9, 12):
        raise Refusal("region_invalid", T("区划代码是 6、9 或 12 位数字。", "A region code has 6, 9 or 12 digits."))
    return typed
