"""Rating a case, and what the office does about a bad one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.lib.words import T
from tongban.matters import actions, hooks, queries
from tongban.matters.forms import AppealForm, CallbackForm, RatingAnswerForm, RatingForm, ReasonForm
from tongban.matters.models import Rating
from tongban.matters.rules.ratings import FOLLOWS, LEVELS, MEASURES, REASONS, is_bad
from tongban.matters.views.acts import Act, blank_form, take_act
from tongban.matters.views.desk import Waiting, waiting_list
from tongban.web.audiences import audience
from tongban.web.forms import refusals_in
from tongban.web.links import links
from tongban.web.tables import Column

_TONES = {"none": "plain", "open": "action", "answered": "progress", "appealed": "progress", "settled": "good"}
_rating_page = links("matters:desk_rating")
_COLUMNS = (
    Column(
        "number",
        T("编号", "Number"),
        lambda r: r.case__number,
        href=lambda r: _rating_page(r.pk),
    ),
    Column("service", T("事项", "Service"), lambda r: T(r.case__definition__name, r.case__definition__name_en)),
    Column("level", T("评价", "Rating"), lambda r: LEVELS[r.level], "level"),
    Column("rated", T("评价时间", "Rated"), lambda r: r.rated_at, "rated_at"),
    Column("due", T("最迟答复", "Answer by"), lambda r: r.follow_due_on, "follow_due_on"),
    Column("state", T("状态", "State"), lambda r: FOLLOWS[r.follow], tone=lambda r: _TONES[r.follow]),
)
_TO_FOLLOW = Waiting(
    T("差评整改", "Bad ratings"), queries.ratings_to_follow, _COLUMNS,
    ("pk", "case__number", "case__definition__name", "case__definition__name_en", "level", "rated_at", "follow_due_on", "follow"),
)  # fmt: skip


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The form to rate a closed case."""
    case = queries.applicant_case(case_id, request.actor)  # type: ignore[attr-defined]
    back = reverse("matters:case", args=[case.pk])
    if Rating.objects.filter(case=case).exists():
        messages.info(request, str(T("这件事您已经评价过，谢谢。", "You have rated it already. Thank you.")))
        return HttpResponseRedirect(back)
    form = RatingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            actions.rate_case(case.pk, by=request.actor, **form.cleaned_data)  # type: ignore[attr-defined]
            text = T("谢谢评价。", "Thank you.")
            if is_bad(form.cleaned_data["level"]):
                text = T("已收到。承办单位会核实并答复您，之后有人回访。",
                         "Received. The office will look into it and answer; then somebody calls you back.")  # fmt: skip
            messages.success(request, str(text))
            return HttpResponseRedirect(back)
    crumbs = [(reverse("matters:cases"), T("我的办件", "My cases")), (back, case.definition.title)]
    context = {"case": case, "form": form, "crumbs": crumbs}
    return render(request, "matters/rate.html", context, status=422 if form.is_bound else 200)


@audience("staff", capability=hooks.VIEW)
@require_GET
def follow_ups(request: HttpRequest) -> HttpResponse:
    """Bad ratings that wait for my unit, and appeals that wait for the auditor."""
    return waiting_list(request, _TO_FOLLOW, sort="due")


_ACTS = {
    "answer": Act(RatingAnswerForm, lambda pk, said, by: actions.answer_rating(pk, by=by, **said),
                  T("已答复，申请人已收到通知。", "Answered. The applicant has been told.")),
    "callback": Act(CallbackForm, lambda pk, said, by: actions.call_back(pk, by=by, **said), T("回访已记录。", "The call is recorded.")),
    "appeal": Act(ReasonForm, lambda pk, said, by: actions.appeal_rating(pk, by=by, **said),
                  T("已提出申诉，由监督员裁定。", "Appealed. The auditor decides.")),
    "settle": Act(AppealForm, lambda pk, said, by: actions.settle_appeal(pk, by=by, **said), T("已裁定。", "Settled.")),
}  # fmt: skip


@audience("staff", capability=hooks.VIEW)
@never_cache
@require_http_methods(["GET", "POST"])
def follow_up(request: HttpRequest, rating_id: UUID) -> HttpResponse:
    """One bad rating: what was said, what was done, the next step."""
    actor = request.actor  # type: ignore[attr-defined]
    rating = queries.rating_visible_to(actor, rating_id)
    bound: dict[str, forms.Form] = {}
    if take_act(request, _ACTS, rating.pk, bound):
        return HttpResponseRedirect(reverse("matters:desk_rating", args=[rating.pk]))
    return render(request, "matters/desk/rating.html", _context(actor, rating, bound), status=422 if bound else 200)


def _context(actor: Any, rating: Rating, bound: dict[str, forms.Form]) -> dict[str, Any]:
    answers = hooks.ANSWER_RATING in actor.capabilities and rating.unit_id == actor.unit_id
    settles = hooks.SETTLE_RATING in actor.capabilities
    offered: tuple[str, ...] = (
        {"open": ("answer", "appeal"), "answered": ("callback", "appeal")}.get(rating.follow, ()) if answers else ()
    )
    if rating.follow == "answered" and actor.person_id == rating.answered_by_person_id:
        offered = ("appeal",)
    if rating.follow == "appealed" and settles:
        offered = ("settle",)
    return {
        "rating": rating, "case": rating.case, "level": LEVELS[rating.level], "state": FOLLOWS[rating.follow],
        "tone": _TONES[rating.follow], "reasons": [REASONS[one] for one in rating.reasons if one in REASONS],
        "measure": MEASURES.get(rating.measure), "steps": {n: bound.get(n) or blank_form(_ACTS, n) for n in offered},
        "may_open_case": hooks.VIEW in actor.capabilities and rating.unit_id == actor.unit_id,
    }  # fmt: skip
