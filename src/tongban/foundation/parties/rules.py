"""What parties decide without asking the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

# Roles by which somebody rules over others' rights: only an administrator hands them out.
RULING_ROLES = frozenset({"administrator", "operator", "auditor"})
LONGEST_MANDATE_DAYS = 3 * 366
LONGEST_DELEGATION_DAYS = 183


@dataclass(frozen=True, slots=True)
class Particulars:
    """What identifies a person, as typed; the action checks and normalises it."""

    name: str
    document_type: str = ""
    document_number: str = ""
    phone: str = ""
    address: str = ""
    region_code: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """From which day to which (both included); no last day means until withdrawn."""

    first: date
    last: date | None = None


def may_grant(granting: str, role: str) -> bool:
    """Whether somebody in the role ``granting`` may hand out ``role``."""
    if granting == "administrator":
        return True
    return granting == "organisation_manager" and role not in RULING_ROLES


def check_term(term: Term, *, today: date) -> None:
    """Refuse a term that ends before it begins, or is over already."""
    if term.last is not None and term.last < term.first:
        raise Refusal("term_order", T("截止日期早于开始日期，请改正日期。",
                      "The last day is before the first: correct the dates."), field="valid_to")  # fmt: skip
    if term.last is not None and term.last < today:
        raise Refusal("term_over", T("截止日期已经过去，请填今天或以后的日期。",
                      "The last day has passed: enter today or a later day."), field="valid_to")  # fmt: skip


def check_limited_term(term: Term, *, today: date, longest: int) -> date:
    """The last day of a term that must have one, at most ``longest`` days from today."""
    check_term(term, today=today)
    if term.last is None:
        raise Refusal("term_open", T("请填写截止日期。", "Enter the last day."), field="valid_to")
    if term.last > today + timedelta(days=longest):
        text = T("期限太长：最晚到 {last}。到期后可以再办。", "Too long: {last} at the latest. It can be renewed then.")
        raise Refusal("term_too_long", text.format(last=today + timedelta(days=longest)), field="valid_to")
    return term.last


def check_name(name: str, *, field: str = "name") -> str:
    """A name somebody can be called by: not empty, at most 200 characters, no control characters."""
    if not name:
        raise Refusal("name_missing", T("请填写姓名或名称。", "Enter the name."), field=field)
    if len(name) > 200 or not all(char.isprintable() for char in name):
        raise Refusal("name_invalid", T("名称过长或含有不能显示的字符，请重新填写。",
                      "The name is too long or holds characters that cannot be shown: type it again."), field=field)  # fmt: skip
    return name


def check_reason(reason: str, *, field: str = "reason") -> str:
    """A reason somebody will read later: at least two characters, at most 200."""
    text = " ".join(reason.split())
    if len(text) < 2:
        raise Refusal("reason_missing", T("请写明原因或事由。", "Say why."), field=field)
    if len(text) > 200:
        raise Refusal("reason_too_long", T("原因请不要超过 200 字。", "At most 200 characters, please."), field=field)
    return text
