"""Papers of a case, and their delivery at the desk."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.lib.words import T
from tongban.matters import actions, hooks, queries
from tongban.matters.forms import HandOverForm, PostedForm, PostForm
from tongban.matters.queries.papers import case_of_papers, cases_to_deliver, delivery_of, papers_of
from tongban.matters.rules.cases import STATES, signal
from tongban.matters.rules.papers import WAYS
from tongban.matters.views.acts import Act, blank_form, take_act
from tongban.matters.views.desk import Waiting, waiting_list
from tongban.web.audiences import audience
from tongban.web.downloads import send_file
from tongban.web.links import links
from tongban.web.tables import Column

_SIGNALS = {"green": ("progress", T("时限内", "In time")), "yellow": ("action", T("今天到期", "Due today")),
            "red": ("bad", T("已超期", "Overdue")), "": ("plain", T("—", "—"))}  # fmt: skip


def _signal(day: Any) -> tuple[str, T]:
    return _SIGNALS[signal(day, timezone.localdate())]


_delivery_page = links("matters:desk_delivery")
_COLUMNS = (
    Column("number", T("编号", "Number"), lambda c: c.number, "number", href=lambda c: _delivery_page(c.pk)),
    Column("name", T("申请人", "Applicant"), lambda c: c.name, "name_pinyin"),
    Column("service", T("事项", "Service"), lambda c: T(c.definition__name, c.definition__name_en)),
    Column("state", T("结果", "Result"), lambda c: STATES[c.state]),
    Column("due", T("最迟送达", "Deliver by"), lambda c: c.deliver_by, "deliver_by"),
    Column("clock", T("时限", "Clock"), lambda c: str(_signal(c.deliver_by)[1]), tone=lambda c: _signal(c.deliver_by)[0]),
)  # fmt: skip
_TO_DELIVER = Waiting(
    T("待送达", "To deliver"), cases_to_deliver, _COLUMNS,
    ("pk", "number", "name", "definition__name", "definition__name_en", "state", "deliver_by"),
)  # fmt: skip


@audience("person")
@never_cache
@require_GET
def paper(request: HttpRequest, case_id: UUID, event_id: UUID) -> HttpResponseBase:
    """One paper as PDF, made now if nobody has opened it yet; ``?lang=en`` the translation of a notice."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.GET.get("lang") == "en":
        name, content = actions.translated_paper(case_id, event_id, by=actor)
        answer = HttpResponse(content, content_type="application/pdf")
        answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        return answer
    return send_file(request, actions.open_paper(case_id, event_id, by=actor))


@audience("staff", capability=hooks.DELIVER)
@require_GET
def deliveries(request: HttpRequest) -> HttpResponse:
    """Decisions that have not reached their applicants, most urgent first."""
    return waiting_list(request, _TO_DELIVER, sort="due")


_ACTS = {
    "window": Act(
        HandOverForm,
        lambda pk, said, by: actions.deliver_at_window(pk, receiver=said["receiver"], evidence=said["evidence"], by=by),
        T("已登记窗口领取，送达回证已生成。", "Handed over; the proof of delivery is ready."),
    ),
    "post": Act(
        PostForm,
        lambda pk, said, by: actions.send_by_post(pk, carrier=said["carrier"], tracking=said["tracking"], by=by),
        T("已登记交寄，签收后再来登记。", "Posted. Record the day of delivery once the carrier reports it."),
    ),
    "posted": Act(
        PostedForm,
        lambda pk, said, by: actions.confirm_post(pk, delivered_on=said["delivered_on"], receiver=said["receiver"], by=by),
        T("已登记签收，送达回证已生成。", "Delivered; the proof of delivery is ready."),
    ),
}  # fmt: skip


@audience("staff", capability=hooks.DELIVER)
@never_cache
@require_http_methods(["GET", "POST"])
def delivery(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Hand a decision over, post it, or record that the post delivered it."""
    case = case_of_papers(case_id, request.actor)  # type: ignore[attr-defined]
    bound: dict[str, forms.Form] = {}
    if take_act(request, _ACTS, case_id, bound):
        return HttpResponseRedirect(reverse("matters:desk_delivery", args=[case_id]))
    sent = delivery_of(case)
    context = {
        "case": case, "papers": papers_of(case), "delivery": sent, "way": WAYS[sent.way] if sent else "", "clock": _signal(case.deliver_by),
        "is_own": queries.concerned_with(case, request.actor),  # type: ignore[attr-defined]
        "acts": {name: bound.get(name) or blank_form(_ACTS, name) for name in _ACTS},
    }  # fmt: skip
    return render(request, "matters/desk/delivery.html", context, status=422 if bound else 200)
