"""When a lease runs, and which leases cannot stand side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

LONGEST_YEARS = 20  # 民法典 (2021-01-01) Art. 705: what goes beyond twenty years is void


@dataclass(frozen=True, slots=True)
class Span:
    """A lease of a part ("" is the whole dwelling) from the first to the last day, both included."""

    first: date
    last: date
    part: str = ""

    def overlaps(self, other: Span) -> bool:
        """Whether both would let the same rooms on some day."""
        same_rooms = not self.part or not other.part or self.part == other.part
        return same_rooms and self.first <= other.last and other.first <= self.last


def check_span(span: Span) -> None:
    """Refuse a lease that ends before it begins or outlasts twenty years."""
    if span.last < span.first:
        raise Refusal("lease_order", T("到期日早于起租日，请核对合同。", "The lease ends before it begins: check the contract."),
                      field="until")  # fmt: skip
    if (span.last.year - span.first.year, span.last.month, span.last.day) > (
        LONGEST_YEARS, span.first.month, span.first.day
    ):  # fmt: skip
        raise Refusal("lease_too_long", T("租期超过 20 年的部分无效（民法典第七百零五条），请核对到期日。",
                      "What goes beyond 20 years is void (Civil Code Art. 705): check the last day."), field="until")  # fmt: skip


def check_free(span: Span, others: Iterable[Span]) -> None:
    """Refuse a lease that overlaps one on record."""
    clash = next((other for other in others if span.overlaps(other)), None)
    if clash is not None:
        text = T("这处房屋 {first} 至 {last} 已登记出租。请先登记原租约提前结束，或按房间分别登记。",
                 "This dwelling is let from {first} to {last}. Record that lease's early end first, or let it room by room.")  # fmt: skip
        raise Refusal("lease_overlaps", text.format(first=clash.first, last=clash.last), field="since", status=409)
