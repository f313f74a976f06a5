"""Fees: asked for, paid online or at a window, waived, paid back. What waits for them goes on by itself.

A provider's notification may come twice, late, or be forged: only one that is signed, of a known order and over its very
amount moves anything, once. Money nobody was waiting for is sent back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor, system
from tongban.lib.jobs import job, periodic
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.together import write_now
from tongban.lib.words import T
from tongban.lib.working_days import add_days
from tongban.matters import hooks
from tongban.matters.actions.certifying import certify
from tongban.matters.actions.common import (
    announce,
    confirm_anew,
    lock_case,
    lock_for_office,
    record,
    record_act,
    refuse_own,
    send_notice,
)
from tongban.matters.actions.papers import seal_papers
from tongban.matters.adapters import provider_named
from tongban.matters.models import Case, CaseEvent, Payment
from tongban.matters.queries import content_of
from tongban.matters.queries.clocks import calendar_now
from tongban.matters.queries.papers import deliver_by
from tongban.matters.rules.cases import check_reason, moved_on
from tongban.matters.rules.fees import (
    ASKED,
    BEFORE_CERTIFICATE,
    EXEMPT,
    PAID,
    REFUNDED,
    TO_REFUND,
    VOID,
    WINDOW,
    Notified,
    check_amount,
    fees_due,
    order_number,
)
from tongban.matters.rules.notices import notice_for

_REMINDED_BEFORE = timedelta(days=3)


def ask_fees(case: Case, when: str, *, by: Actor) -> list[Payment]:
    """Ask for what is due at this moment of a locked case, at the rates of the day it came in; mostly there is nothing."""
    content = content_of(case)
    if not content.definition.fees:
        return []
    assert case.submitted_at is not None
    now, found = timezone.now(), []
    place = case.payments.count()
    due = fees_due(content, case.values, when, timezone.localdate(case.submitted_at))
    if due and case.number is None:
        write_now()  # an order is named after the number of its case
    for fee, amount in due:
        place += 1
        payment = Payment.objects.create(
            case=case, code=fee.code, title=fee.title.as_json(), basis=fee.basis.title.as_json(), amount=amount, before=when,
            order=order_number(case.number or "", place), region_code=case.region_code, asked_at=now,
            due_on=add_days(now, fee.due_days, calendar_now()).date,
        )  # fmt: skip
        record_act(
            payment.case, "fee_asked", by=by, **_facts(payment), until=payment.due_on.isoformat(), basis=payment.basis
        )
        announce(case, hooks.FEE_ASKED, by=by, order=payment.order, amount=str(amount))
        found.append(payment)
    if found:
        _tell(found[0], "fee_asked", by=by)
    if found and when == BEFORE_CERTIFICATE:
        case.deliver_by = None  # counted once it is paid
        case.save(update_fields=["deliver_by"])
    return found


def check_paid(case: Case, when: str) -> None:
    """Refuse what has to wait for a fee."""
    if content_of(case).definition.fees and case.payments.filter(before=when, state=ASKED).exists():
        raise fee_unpaid()


def fee_unpaid() -> Refusal:
    """The refusal of what waits for a fee."""
    return moved_on("还有费用没有缴纳，缴清或者免缴之后才能继续。",
                    "A fee is not paid yet: this waits until it is paid or waived.", code="fee_unpaid")  # fmt: skip


def settle_fees(case: Case, end: str, *, by: Actor) -> None:
    """A case ended as ``end``: what is unpaid is not due any more, what the definition gives back is to be paid back."""
    given_back = {fee.code for fee in content_of(case).definition.fees if end in fee.refund}
    for payment in case.payments.filter(state__in=(ASKED, PAID)):
        if payment.state == ASKED:
            payment.state = VOID
            payment.save(update_fields=["state"])
        elif payment.code in given_back:
            payment.state, payment.reason = TO_REFUND, _ENDS[end].zh
            payment.save(update_fields=["state", "reason"])
            record(case, "fee_to_refund", by=by, **_facts(payment))
            if payment.provider != WINDOW:
                refund_payment.later(payment_id=payment.pk)


@transaction.atomic
def take_notification(provider: str, headers: Mapping[str, str], body: bytes) -> Payment:
    """Believe what a provider says of an order, once; repeated it changes nothing, forged it is refused."""
    said = provider_named(provider).read_notification(headers, body)
    payment = _lock(order=said.order)
    check_amount(payment.amount, said)
    if not said.is_paid or said.reference == payment.reference:
        return payment
    by = system(f"matters.payment.{provider}", channel="api")
    if payment.state == ASKED:
        _pay(payment, provider, "online", said.reference, said.receipt, by=by)
    else:
        _note_surplus(payment, provider, said, by)
    return payment


@transaction.atomic
def record_window_payment(payment_id: UUID, *, way: str, receipt: str, by: Actor) -> Payment:
    """Record what a clerk took in at a window, in cash or by card, with the number of the receipt given for it."""
    payment = _lock(pk=payment_id)
    require(by, hooks.COLLECT, region=payment.region_code)
    refuse_own(payment.case, by)
    if way not in ("cash", "pos"):
        raise Refusal("not_a_choice", T("请选择现金或刷卡。", "Choose cash or card."), field="way")
    number = check_reason(receipt, field="receipt")[:80]
    if payment.state != ASKED:
        raise _not_due()
    try:
        with transaction.atomic():
            _pay(payment, WINDOW, way, number, number, by=by)
    except IntegrityError:
        raise Refusal("receipt_taken", T("这个票据号已经用过，请核对。", "This receipt number was used before: check it."),
                      field="receipt", status=409) from None  # fmt: skip
    return payment


@transaction.atomic
def exempt_payment(payment_id: UUID, *, reason: str, by: Actor) -> Payment:
    """Waive a fee where the definition names the rule that allows it; the deciding office says why."""
    payment = _lock(pk=payment_id)
    case = lock_for_office(payment.case_id, hooks.DECIDE, by, office="decision")
    confirm_anew(by)
    fee = next((one for one in content_of(case).definition.fees if one.code == payment.code), None)
    if fee is None or fee.exemption is None:
        raise Refusal("no_exemption", T("这项收费没有可以免缴的规定。", "No rule allows waiving this fee."), status=409)
    why = check_reason(reason)
    if payment.state != ASKED:
        raise _not_due()
    payment.state, payment.reason, payment.by_name = EXEMPT, why, by.name[:120]
    payment.save(update_fields=["state", "reason", "by_name"])
    record_act(payment.case, "fee_exempted", by=by, **_facts(payment), note=why)
    _tell(payment, "fee_exempted", by=by)
    _go_on(payment, by)
    return payment


@transaction.atomic
def record_refund(payment_id: UUID, *, reference: str, by: Actor) -> Payment:
    """Record that a fee was paid back by hand: what a window took in, or what no provider will pay back any more."""
    payment = _lock(pk=payment_id)
    require(by, hooks.COLLECT, region=payment.region_code)
    refuse_own(payment.case, by)
    proof = check_reason(reference, field="reference")[:80]
    if payment.state != TO_REFUND:
        raise moved_on("这笔费用不在待退费状态。", "This fee does not wait to be paid back.", code="not_to_refund")
    _refunded(payment, proof, by=by)
    return payment


@job(retry=8)
def refund_payment(payment_id: str) -> None:
    """Have the provider pay a fee back. Safe to run twice: it is asked by the same order, and noted once."""
    payment = Payment.objects.filter(pk=payment_id, state=TO_REFUND).exclude(provider=WINDOW).first()
    if payment is None:
        return
    proof = provider_named(payment.provider).refund(payment.as_order(), payment.reference)
    with transaction.atomic():
        payment = _lock(pk=payment.pk)
        if payment.state == TO_REFUND:
            _refunded(payment, proof, by=system("matters.refund_payment", channel="job"))


@job(retry=8)
def return_surplus(event_id: str) -> None:
    """Send money back that nobody was waiting for. Safe to run twice: the provider pays nothing back twice."""
    event = CaseEvent.objects.filter(pk=event_id).first()
    if event is None:
        return
    payment = Payment.objects.get(order=event.facts["order"])
    proof = provider_named(event.facts["provider"]).refund(payment.as_order(), event.facts["reference"])
    with transaction.atomic():
        payment = _lock(pk=payment.pk)
        back = payment.case.events.filter(kind="surplus_returned", facts__reference=event.facts["reference"])
        if not back.exists():
            record(payment.case, "surplus_returned", by=system("matters.return_surplus", channel="job"),
                   reference=event.facts["reference"], refund=proof, **_facts(payment))  # fmt: skip


@periodic("30 1 * * *")  # half past nine in China
def remind_of_fees() -> None:
    """Tell applicants once, three days before the last day, what is not paid yet. Safe to run twice."""
    soon = timezone.localdate() + _REMINDED_BEFORE
    due = Payment.objects.filter(state=ASKED, due_on__lte=soon, reminded_at__isnull=True)
    for payment_id in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            payment = _lock(pk=payment_id)
            if payment.state == ASKED and payment.reminded_at is None:
                payment.reminded_at = timezone.now()
                payment.save(update_fields=["reminded_at"])
                _tell(payment, "fee_due", by=system("matters.remind_of_fees", channel="job"))


def _lock(**which: Any) -> Payment:
    """A payment whose case is held until the transaction ends."""
    case_id = Payment.objects.filter(**which).values_list("case_id", flat=True).first()
    if case_id is None:
        raise not_found(T("这笔费用", "This fee"))
    case = lock_case(case_id)
    payment = Payment.objects.get(**which)
    payment.case = case
    return payment


def _pay(payment: Payment, provider: str, way: str, reference: str, receipt: str, *, by: Actor) -> None:
    payment.state, payment.paid_at, payment.by_name = PAID, timezone.now(), by.name[:120]
    payment.provider, payment.way, payment.reference, payment.receipt_number = (
        provider,
        way,
        reference[:80],
        receipt[:80],
    )
    payment.save()
    record_act(
        payment.case,
        "fee_paid",
        by=by,
        **_facts(payment),
        way=way,
        reference=payment.reference,
        receipt=payment.receipt_number,
    )
    announce(payment.case, hooks.FEE_PAID, by=by, order=payment.order, amount=str(payment.amount))
    _tell(payment, "fee_paid", by=by)
    _go_on(payment, by)


def _go_on(payment: Payment, by: Actor) -> None:
    """What waited for the last fee goes on: the certificate of a granted case is issued."""
    case = payment.case
    if payment.before != BEFORE_CERTIFICATE or case.payments.filter(before=BEFORE_CERTIFICATE, state=ASKED).exists():
        return
    now = timezone.now()
    certify(case, now, by)
    case.deliver_by = deliver_by(case, now)
    case.save(update_fields=["deliver_by"])
    seal_papers.later(case_id=case.pk)


def _refunded(payment: Payment, proof: str, *, by: Actor) -> None:
    payment.state, payment.refund_reference, payment.refunded_at = REFUNDED, proof[:80], timezone.now()
    payment.by_name = by.name[:120]
    payment.save()
    record_act(
        payment.case, "fee_refunded", by=by, **_facts(payment), note=payment.reason, reference=payment.refund_reference
    )
    announce(payment.case, hooks.FEE_REFUNDED, by=by, order=payment.order, amount=str(payment.amount))
    _tell(payment, "fee_refunded", by=by)


def _note_surplus(payment: Payment, provider: str, said: Notified, by: Actor) -> None:
    """Money came for what was paid, waived or ended meanwhile: it is noted once, and sent back."""
    known = payment.case.events.filter(kind="surplus", facts__reference=said.reference)
    if not known.exists():
        event = record(payment.case, "surplus", by=by, provider=provider, reference=said.reference, **_facts(payment))
        return_surplus.later(event_id=event.pk)


def _facts(payment: Payment) -> dict[str, Any]:
    return {"fee": payment.code, "title": payment.title, "amount": payment.amount, "order": payment.order}


def _tell(payment: Payment, kind: str, *, by: Actor) -> None:
    send_notice(payment.case, notice_for(content_of(payment.case), kind), day=payment.due_on, by=by)


def _not_due() -> Refusal:
    return moved_on("这笔费用现在不用缴。", "This fee is not due now.", code="not_due")


_ENDS = {
    "withdrawn": T("申请人撤回申请", "the application was withdrawn"),
    "refused": T("决定不予", "the application was refused"),
    "terminated": T("办理终止", "the case was ended"),
}
