"""Fees: what an application costs by its definition, and what whoever collects it may tell us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.rules.answers import number_of
from tongban.matters.rules.handling import FILING
from tongban.matters.rules.parts import Fee
from tongban.matters.rules.shape import Content
from tongban.matters.rules.sources import Fault, Source

BEFORE_DECISION, BEFORE_CERTIFICATE = "before_decision", "before_certificate"
ASKED, PAID, EXEMPT, TO_REFUND, REFUNDED, VOID = "asked", "paid", "exempt", "to_refund", "refunded", "void"
STATES: dict[str, T] = {
    ASKED: T("待缴费", "To be paid"),
    PAID: T("已缴费", "Paid"),
    EXEMPT: T("已免缴", "Waived"),
    TO_REFUND: T("待退费", "To be paid back"),
    REFUNDED: T("已退费", "Paid back"),
    VOID: T("不用缴了", "No longer due"),
}
WINDOW = "window"  # the provider of what a clerk took in
WAYS: dict[str, T] = {"cash": T("现金", "Cash"), "pos": T("刷卡", "Card"), "online": T("网上", "Online")}


@dataclass(frozen=True, slots=True)
class Order:
    """What a provider is asked to collect: ``number`` never changes, ``amount`` is in fen, the payer comes back to ``back``."""

    number: str
    amount: int
    title: T
    back: str = ""


@dataclass(frozen=True, slots=True)
class Notified:
    """What a provider says of an order; its signature was checked. ``reference`` names the payment at the provider's."""

    order: str
    amount: int  # fen
    is_paid: bool
    reference: str
    receipt: str = ""


def fees_due(content: Content, values: Mapping[str, Any], when: str, day: date) -> list[tuple[Fee, int]]:
    """The fees of a moment and their amounts in fen as of a day; what comes to nothing is left out."""
    found = [(fee, number_of(content, fee.amount, values, day)) for fee in content.definition.fees if fee.when == when]
    return [(fee, amount) for fee, amount in found if amount > 0]


def order_number(case_number: str, place: int) -> str:
    """The number of a case's ``place``-th fee at the provider's: the same whenever it is made."""
    return f"{case_number}-F{place}"


def yuan(fen: int) -> str:
    """An amount as people read it: 336,000.00."""
    return f"{fen // 100:,}.{fen % 100:02d}"


def check_amount(due: int, said: Notified) -> None:
    """Refuse a notification over another amount than was asked for."""
    if said.amount != due:
        text = T("通知的金额 {said} 元和应缴 {due} 元不一致。", "The notification says {said} yuan, due are {due}.")
        raise Refusal("wrong_amount", text.format(said=yuan(said.amount), due=yuan(due)), status=409)


def forged() -> Refusal:
    """The refusal of a notification whose signature does not hold."""
    text = T("支付通知的签名不对，没有采用。", "The notification's signature does not hold: it was not taken.")
    return Refusal("forged_notification", text, status=403)


def fee_faults(content: Content, source: Source) -> Iterator[Fault]:
    """A fee has a code of its own; before a decision only where somebody decides; and is given back only from there."""
    said, seen = content.definition, set[str]()
    decides_itself = said.decision.automatic is not None or any(one.kind == FILING for one in said.regimes)
    for number, fee in enumerate(said.fees):
        path = ("fees", number)
        if fee.code in seen:
            yield source.fault((*path, "code"), T("收费编码重复，请换一个。", "This code is taken: choose another."))
        seen.add(fee.code)
        if fee.when == BEFORE_DECISION and decides_itself:
            text = T("即时办结或备案的事项没有等候决定的时间，请把 when 改为 before_certificate。",
                     "What is granted or filed at once leaves no time to pay first: write when: before_certificate.")  # fmt: skip
            yield source.fault((*path, "code"), text)
        if fee.when == BEFORE_CERTIFICATE and fee.refund:
            text = T("发证前的收费在准予之后才收，不会因撤回、不予或终止而退，请删去 refund。",
                     "What is paid after the decision is not given back by these ends of a case: remove refund.")  # fmt: skip
            yield source.fault((*path, "refund"), text)
