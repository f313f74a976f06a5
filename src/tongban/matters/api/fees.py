"""Fees by API, for those who collect: what is unpaid, paid at a window, waived, paid back. Applicants see theirs in the case."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router

from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.matters import actions
from tongban.matters.api.cases import REFUSED, Reason
from tongban.matters.models import Payment
from tongban.matters.queries.payments import payment_acts, payment_at_desk, payments_waiting
from tongban.web.api import STAFF, Shape, hundred_of
from tongban.web.audiences import actor_of

router = Router()


class FeeAtDesk(Shape):
    """One fee as its desk sees it; ``amount`` in fen."""

    id: UUID
    case_id: UUID
    number: str | None = Field(description="of the case", examples=["SGXK202611220001"])
    payer: str
    order: str = Field(examples=["SGXK202611220001-F1"])
    title: str
    basis: str = Field(description="the law that sets the amount")
    amount: int = Field(examples=[33600000])
    state: str = Field(description="asked, paid, exempt, to_refund, refunded or void", examples=["asked"])
    due_on: date
    way: str = Field(description="cash, pos or online, once paid")
    receipt_number: str
    paid_at: datetime | None
    reason: str = Field(description="why it was waived or is paid back")
    refund_reference: str
    may: list[str] = Field(description="what the caller may do with it now", examples=[["window", "exempt"]])


class PaidAtWindow(Shape):
    """What was taken in at a window, with the number of the receipt given for it."""

    way: Literal["cash", "pos"]
    receipt: str = Field(max_length=80, examples=["51000120260001234"])


class Refund(Shape):
    """Proof that a fee was paid back by hand."""

    reference: str = Field(max_length=80, examples=["TK-20261203-17"])


_ONE = {200: FeeAtDesk} | REFUSED


def _out(payment: Payment, by: Actor) -> dict[str, Any]:
    names = set(FeeAtDesk.model_fields) - {"id", "number", "payer", "title", "basis", "may"}
    return {name: getattr(payment, name) for name in names} | {
        "id": payment.pk, "number": payment.case.number, "payer": payment.case.name, "may": payment_acts(payment, by),
        "title": str(T.read(payment.title)), "basis": str(T.read(payment.basis)),
    }  # fmt: skip


@router.get(
    "/fees",
    auth=STAFF,
    response={200: list[FeeAtDesk]} | REFUSED,
    operation_id="list_fees",
    summary="Fees to collect or pay back",
)
def waiting(request: HttpRequest, offset: Query[int] = 0) -> list[dict[str, Any]]:
    """What is unpaid or to be paid back in the caller's region, most urgent first; 100 at a time."""
    by = actor_of(request)
    return [_out(one, by) for one in hundred_of(payments_waiting(by), offset)]


@router.get("/fees/{uuid:payment_id}", auth=STAFF, response=_ONE, operation_id="get_fee", summary="One fee")
def fee(request: HttpRequest, payment_id: UUID) -> dict[str, Any]:
    """One fee."""
    by = actor_of(request)
    return _out(payment_at_desk(payment_id, by), by)


@router.post(
    "/fees/{uuid:payment_id}/window",
    auth=STAFF,
    response=_ONE,
    operation_id="record_window_payment",
    summary="Record a payment at a window",
)
def at_window(request: HttpRequest, payment_id: UUID, body: PaidAtWindow) -> dict[str, Any]:
    """Record what was paid at a window; what waited for it goes on."""
    by = actor_of(request)
    return _out(actions.record_window_payment(payment_id, way=body.way, receipt=body.receipt, by=by), by)


@router.post(
    "/fees/{uuid:payment_id}/waive", auth=STAFF, response=_ONE, operation_id="waive_fee", summary="Waive a fee"
)
def waive(request: HttpRequest, payment_id: UUID, body: Reason) -> dict[str, Any]:
    """Waive a fee where the definition names the rule; the deciding office says why."""
    by = actor_of(request)
    return _out(actions.exempt_payment(payment_id, reason=body.reason, by=by), by)


@router.post(
    "/fees/{uuid:payment_id}/refund", auth=STAFF, response=_ONE, operation_id="record_refund", summary="Record a refund"
)
def refund(request: HttpRequest, payment_id: UUID, body: Refund) -> dict[str, Any]:
    """Record that a fee was paid back by hand."""
    by = actor_of(request)
    return _out(actions.record_refund(payment_id, reference=body.reference, by=by), by)
