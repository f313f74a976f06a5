"""Verdicts at a gate: those of the code itself, and what the community's rules add."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Protocol, TypeVar

from tongban.applications.gates.rules.kinds import is_within
from tongban.lib.words import T
from tongban.lib.working_days import SHANGHAI
from tongban_verify.passes.verdicts import REASONS as OF_CODES

ADDED: dict[str, T] = {
    "rule_closed": T("按现行规定，这一类现在不放行。", "By the rule in force nobody of this type is let in."),
    "rule_hours": T("按现行规定，现在不是放行时间。", "By the rule in force not at this hour."),
    "not_recorded": T(
        "签名正确，但签发登记里没有这一张。请向签发单位核实。", "The signature is right, but no such pass is on record."
    ),
    "consented": T("住户同意。", "The home agreed."),
    "not_consented": T("住户不同意。", "The home did not agree."),
    "looked_up": T("按手机尾号查找，人工核对。", "Found by the telephone's last digits, judged by the guard."),
}
VERDICTS: dict[str, T] = {code: T(zh, en) for code, (zh, en) in OF_CODES.items()} | ADDED
ASKS = ("list_expired", "list_superseded", "clock_wrong", "list_unknown", "online_only", "looked_up")
"""What a guard decides: the code may be good, and nobody can tell by what is at hand."""
BATCH = 500
_OLDEST = timedelta(days=14)


TOO_SOON = timedelta(minutes=3)
"""Whoever was let through one gate is not at another one sooner."""


class Let(Protocol):
    """A scan as far as two of one pass are compared."""

    @property
    def gate(self) -> int: ...

    @property
    def at(self) -> datetime: ...


Scanned = TypeVar("Scanned", bound=Let)


def too_soon(scans: list[Scanned]) -> list[tuple[Scanned, Scanned]]:
    """Neighbours in time of one pass that were let through at different gates within ``TOO_SOON``."""
    in_order = sorted(scans, key=lambda one: one.at)
    return [
        (first, second)
        for first, second in pairwise(in_order)
        if first.gate != second.gate and second.at - first.at < TOO_SOON
    ]


class InForce(Protocol):
    """A rule as far as a gate asks it."""

    @property
    def type(self) -> str: ...

    @property
    def first(self) -> date: ...

    @property
    def last(self) -> date: ...

    @property
    def is_closed(self) -> bool: ...

    @property
    def hours(self) -> str: ...

    @property
    def gates(self) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown where and when."""

    type: str
    gate: int
    at: datetime


def by_rules(shown: Shown, rules: Sequence[InForce]) -> str:
    """Why a good pass does not open this gate now; empty when it does."""
    day = shown.at.astimezone(SHANGHAI).date()
    rule = next((one for one in rules if one.type == shown.type and one.first <= day <= one.last), None)
    if rule is None:
        return ""
    if rule.is_closed:
        return "rule_closed"
    if rule.gates and shown.gate not in rule.gates:
        return "wrong_gate"
    return "" if is_within(rule.hours, shown.at) else "rule_hours"


def believable(at: datetime | None, now: datetime) -> datetime:
    """When a scan happened by its device's clock, held between a fortnight ago and now."""
    return now if at is None else max(min(at, now), now - _OLDEST)
