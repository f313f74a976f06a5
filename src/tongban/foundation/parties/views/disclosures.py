"""The desk for sealed records: one asks, another opens, both may read for seven days."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.models import Disclosure
from tongban.foundation.parties.queries.disclosures import is_list
from tongban.foundation.parties.views.common import FormPage, form_page
from tongban.lib.identifiers import DOCUMENT_TYPES
from tongban.lib.refusals import Refusal, forbidden, not_found
from tongban.lib.words import T
from tongban.web.audiences import audience
from tongban.web.forms import HouseForm, words
from tongban.web.tables import Column, listing

ASK, OPEN = "parties.ask_disclosure", "parties.open_disclosure"
STATES = {
    "asked": T("待第二人批准", "Waits for a second person"),
    "opened": T("已调取", "Opened"),
    "declined": T("未批准", "Declined"),
}
TONES = {"asked": "action", "opened": "good", "declined": "plain"}
WHAT = {False: T("溯源记录", "Sealed records"), True: T("人员名单", "List of people")}
COLUMNS = (
    Column(
        "asked", T("申请时间", "Asked"), lambda d: d.asked_at, "asked_at", href=lambda d: f"/people/disclosures/{d.pk}/"
    ),
    Column("what", T("内容", "What"), lambda d: WHAT[is_list(d)]),
    Column("basis", T("依据文书", "Order"), lambda d: d.basis, "basis"),
    Column("by", T("申请人", "Asked by"), lambda d: d.asked_name, "asked_name"),
    Column("second", T("批准人", "Second person"), lambda d: d.settled_name),
    Column("state", T("状态", "State"), lambda d: STATES[d.state], "state", tone=lambda d: TONES[d.state]),
)


class OrderForm(HouseForm):
    """About whom, when, on which order, why."""

    document_type = forms.ChoiceField(
        label=words("证件类型", "Document"), choices=list(DOCUMENT_TYPES.items()), required=False
    )
    document_number = forms.CharField(label=words("证件号码", "Document number"), max_length=40, required=False)
    phone = forms.CharField(label=words("手机号", "Mobile number"), max_length=40, required=False)
    name = forms.CharField(label=words("姓名", "Name"), max_length=60, required=False)
    since = forms.DateTimeField(
        label=words("从", "From"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    until = forms.DateTimeField(
        label=words("到", "To"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    basis = forms.CharField(label=words("依据文书编号", "Number of the order"), max_length=200,
                            help_text=words("例如流调通知、协查函的文号；会进入公开日志（加密承诺）。", "Such as the notice of investigation; sealed in the public log."))  # fmt: skip
    reason = forms.CharField(label=words("用途", "Purpose"), max_length=200)


def _may(request: HttpRequest) -> set[str]:
    found: set[str] = {ASK, OPEN} & set(request.actor.capabilities)  # type: ignore[attr-defined]
    if not found:
        raise forbidden()
    return found


@audience("staff")
@require_GET
def disclosures(request: HttpRequest) -> HttpResponse:
    """What was asked for and opened."""
    may = _may(request)
    found = listing(request, queries.disclosures_visible_to(request.actor), COLUMNS, sort="-asked")  # type: ignore[attr-defined]
    return render(request, "parties/disclosures.html", {"listing": found, "may_ask": ASK in may})


@audience("staff", capability=ASK)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for sealed records."""
    form = OrderForm(request.POST if request.method == "POST" else None)
    page = FormPage(
        T("申请调取溯源记录", "Ask for sealed records"), T("提交，等另一人批准", "Submit: another person opens it"), "/people/disclosures/",
        T("只为流调等法定用途。批准后两人可看 7 天；大厅和公开日志都会看到调取过。",
          "For investigations the law provides for. Two people may read for 7 days; the halls and the public log see that it was opened."),
        is_desk=True,
    )  # fmt: skip

    def act(said: dict[str, Any]) -> None:
        subject = {key: said[key] for key in ("name", "document_type", "document_number", "phone")}
        order = actions.Order(subject, said["since"], said["until"], said["basis"], said["reason"])
        actions.ask_disclosure(order, by=request.actor)  # type: ignore[attr-defined]

    return form_page(request, page, form, act)


@audience("staff")
@never_cache
@require_GET
def disclosure(request: HttpRequest, disclosure_id: UUID) -> HttpResponse:
    """One of them: to open or decline, or what it holds."""
    _may(request)
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.disclosures_visible_to(actor).filter(pk=disclosure_id).first()
    if found is None:
        raise not_found(T("这项调取", "This disclosure"))
    presences: list[Any] = []
    closed = None
    if found.state == Disclosure.State.OPENED:
        try:
            presences = actions.read_disclosure(found.pk, by=actor)
        except Refusal as refusal:
            closed = refusal.message
    context = {
        "found": found, "state": STATES[found.state], "tone": TONES[found.state], "presences": presences, "closed": closed,
        "may_open": OPEN in actor.capabilities and found.state == "asked" and found.asked_by_id != actor.person_id,
        "now": timezone.now(), "is_list": is_list(found), "said": (found.subject or {}).get("said", ""), "count": (found.subject or {}).get("count", ""),
    }  # fmt: skip
    return render(request, "parties/disclosure.html", context)


@audience("staff", capability=OPEN)
@require_POST
def open_it(request: HttpRequest, disclosure_id: UUID) -> HttpResponse:
    """The second person opens it."""
    actions.open_disclosure(disclosure_id, by=request.actor)  # type: ignore[attr-defined]
    messages.success(
        request, str(T("已调取，公开日志和相关场所都会看到。", "Opened: the public log and the places see it."))
    )
    return redirect("parties:disclosure", disclosure_id=disclosure_id)


@audience("staff", capability=OPEN)
@require_POST
def decline(request: HttpRequest, disclosure_id: UUID) -> HttpResponse:
    """The second person says no."""
    actions.decline_disclosure(disclosure_id, by=request.actor)  # type: ignore[attr-defined]
    return redirect("parties:disclosures")
