"""Fees: the applicant's page, the provider's word, the desk's list; and the demo's cashier."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters import actions, hooks, queries
from tongban.matters.adapters import TestProvider, online_provider
from tongban.matters.forms import ReasonForm, RefundForm, WindowPaymentForm
from tongban.matters.models import Payment
from tongban.matters.queries.payments import payment_acts, payment_at_desk, payments_of, payments_waiting
from tongban.matters.rules.fees import ASKED, PAID, STATES, TO_REFUND, WAYS, yuan
from tongban.matters.views.acts import Act, blank_form, take_act
from tongban.matters.views.desk import Waiting, waiting_list
from tongban.web.audiences import audience
from tongban.web.links import links
from tongban.web.tables import Column

TONES = {
    "asked": "action",
    "paid": "good",
    "exempt": "good",
    "to_refund": "action",
    "refunded": "plain",
    "void": "plain",
}


def shown_payments(payments: list[Payment], back: str = "") -> list[dict[str, Any]]:
    """Fees in words; with ``back``, unpaid ones have the address at which to pay them online, if there is one."""
    provider = online_provider() if back else None
    return [
        {
            "payment": one, "title": T.read(one.title), "basis": T.read(one.basis), "yuan": yuan(one.amount),
            "state": STATES[one.state], "tone": TONES[one.state], "way": WAYS.get(one.way, ""), "is_due": one.state == ASKED,
            "address": provider.pay_address(one.as_order(back)) if provider and one.state == ASKED else "",
        }
        for one in payments
    ]  # fmt: skip


@audience("person")
@never_cache
@require_GET
def pay(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """What is to be paid, why, until when, and how; afterwards the receipt."""
    case = queries.applicant_case(case_id, request.actor)  # type: ignore[attr-defined]
    payments = payments_of(case)
    if not payments:
        raise Refusal("not_found", T("这件办件不用缴费。", "There is nothing to pay for this case."), status=404)
    back = request.build_absolute_uri(reverse("matters:pay", args=[case.pk]) + "?back=1")
    context = {
        "case": case, "payments": shown_payments(payments, back), "provider": online_provider(),
        "is_waiting": "back" in request.GET and any(one.state == ASKED for one in payments),
        "contact": queries.content_of(case).definition.guide.contact,
        "crumbs": [(reverse("matters:cases"), T("我的办件", "My cases")),
                   (reverse("matters:case", args=[case.pk]), case.definition.title)],
    }  # fmt: skip
    return render(request, "matters/pay.html", context)


@csrf_exempt  # a provider has no session: its signature is what we believe
@audience("public")
@require_POST
def notification(request: HttpRequest, provider: str) -> HttpResponse:
    """A provider's word on an order; any answer but 200 asks it to say so again."""
    actions.take_notification(provider, request.headers, request.body)
    return HttpResponse("ok", content_type="text/plain")


@audience("demo")
@never_cache
@require_http_methods(["GET", "POST"])
def cashier(request: HttpRequest) -> HttpResponse:
    """The test provider's own page: pay, let it fail, or leave."""
    if "order" not in request.GET:
        return HttpResponseRedirect("/")  # opened by hand: there is nothing to pay
    provider = TestProvider()
    order = provider.asked(request.GET.dict())
    if request.method == "GET":
        return render(
            request, "matters/cashier.html", {"order": order, "yuan": yuan(order.amount), "provider": provider}
        )
    if request.POST.get("then") in ("pay", "fail"):
        headers, body = provider.notification(order, is_paid=request.POST["then"] == "pay")
        actions.take_notification(provider.code, headers, body)
    return HttpResponseRedirect(order.back)


_fee_page = links("matters:desk_fee")
_COLUMNS = (
    Column("order", T("缴费编号", "Order"), lambda p: p.order, "order", href=lambda p: _fee_page(p.pk)),
    Column("name", T("缴费人", "Payer"), lambda p: p.case__name, "case__name_pinyin"),
    Column("service", T("事项", "Service"), lambda p: T(p.case__definition__name, p.case__definition__name_en)),
    Column("title", T("收费项目", "Fee"), lambda p: T.read(p.title)),
    Column("amount", T("金额（元）", "Yuan"), lambda p: yuan(p.amount), "amount", is_number=True),
    Column("due", T("最迟", "Last day"), lambda p: p.due_on, "due_on"),
    Column("state", T("状态", "State"), lambda p: STATES[p.state], tone=lambda p: TONES[p.state]),
)  # fmt: skip
_FEES = Waiting(
    T("待缴费、待退费", "Fees to collect or pay back"), payments_waiting, _COLUMNS,
    ("pk", "order", "case__name", "case__definition__name", "case__definition__name_en", "title", "amount", "due_on", "state"),
)  # fmt: skip


@audience("staff", capability=hooks.COLLECT)
@require_GET
def fees(request: HttpRequest) -> HttpResponse:
    """What is unpaid or to be paid back, most urgent first."""
    return waiting_list(request, _FEES, sort="due")


_ACTS = {
    "window": Act(
        WindowPaymentForm,
        lambda pk, said, by: actions.record_window_payment(pk, way=said["way"], receipt=said["receipt"], by=by),
        T("已登记缴费，办件继续办理。", "Recorded; the case goes on."),
    ),
    "exempt": Act(
        ReasonForm,
        lambda pk, said, by: actions.exempt_payment(pk, reason=said["reason"], by=by),
        T("已免缴，理由已告知申请人。", "Waived; the applicant has been told why."),
    ),
    "refund": Act(
        RefundForm,
        lambda pk, said, by: actions.record_refund(pk, reference=said["reference"], by=by),
        T("已登记退费。", "The refund is recorded."),
    ),
}


@audience("staff", capability=hooks.COLLECT)
@never_cache
@require_http_methods(["GET", "POST"])
def fee(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """One fee: record what was paid here, waive it, or record that it went back."""
    actor = request.actor  # type: ignore[attr-defined]
    payment = payment_at_desk(payment_id, actor)
    bound: dict[str, forms.Form] = {}
    if take_act(request, _ACTS, payment_id, bound):
        return HttpResponseRedirect(reverse("matters:desk_fee", args=[payment_id]))
    context = {
        "case": payment.case, "one": shown_payments([payment])[0],
        "acts": {name: bound.get(name) or blank_form(_ACTS, name) for name in payment_acts(payment, actor)},
        "was_paid": payment.state in (PAID, TO_REFUND), "is_own": queries.concerned_with(payment.case, actor),
        "may_see_case": hooks.VIEW in actor.capabilities and queries.cases_visible_to(actor).filter(pk=payment.case_id).exists(),
    }  # fmt: skip
    return render(request, "matters/desk/fee.html", context, status=422 if bound else 200)
