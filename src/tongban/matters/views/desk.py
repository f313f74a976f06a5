"""The desk: what waits for a unit, one case with everything said about it, opinions and decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters import actions, hooks, queries
from tongban.matters.forms import CaseFilter, DecisionForm, ReasonForm, ReturnForm, ReviewForm
from tongban.matters.models import Case
from tongban.matters.queries.papers import papers_of
from tongban.matters.queries.printing import case_tone, printed_opinions, printed_screens
from tongban.matters.rules.cases import CORRECTION, GRANTED, OPEN, READY, STATES, signal
from tongban.web.audiences import audience
from tongban.web.forms import show_refusal
from tongban.web.tables import Column, listing

_SIGNALS = {"green": ("progress", T("时限内", "In time")), "yellow": ("action", T("今天到期", "Due today")),
            "red": ("bad", T("已超期", "Overdue")), "": ("plain", T("—", "—"))}  # fmt: skip


def _due(day: Any) -> str:
    return str(_SIGNALS[signal(day, timezone.localdate())][1]) if day else ""


def _due_tone(day: Any) -> str:
    return _SIGNALS[signal(day, timezone.localdate())][0]


def _link(case_id: UUID) -> str:
    return reverse("matters:desk_case", args=[case_id])


_NUMBER, _WHO, _WHAT, _DUE, _CLOCK = (T("编号", "Number"), T("申请人", "Applicant"), T("事项", "Service"),
                                      T("最迟", "Last day"), T("时限", "Clock"))  # fmt: skip
REVIEW_COLUMNS = (
    Column("number", _NUMBER, lambda r: r.case.number, "case__number", href=lambda r: _link(r.case_id)),
    Column("name", _WHO, lambda r: r.case.name, "case__name_pinyin"),
    Column("service", _WHAT, lambda r: r.case.definition.title),
    Column("opened", T("收到", "Received"), lambda r: r.opened_at, "opened_at"),
    Column("due", _DUE, lambda r: r.due_on, "due_on"),
    Column("clock", _CLOCK, lambda r: _due(r.due_on), tone=lambda r: _due_tone(r.due_on)),
)
_CASE_COLUMNS = (
    Column("number", _NUMBER, lambda c: c.number, "number", href=lambda c: _link(c.pk)),
    Column("name", _WHO, lambda c: c.name, "name_pinyin"),
    Column("service", _WHAT, lambda c: c.definition.title),
    Column("submitted", T("提交", "Submitted"), lambda c: c.submitted_at, "submitted_at"),
    Column("due", _DUE, lambda c: c.due_on, "due_on"),
)
DECISION_COLUMNS = (
    *_CASE_COLUMNS, Column("clock", _CLOCK, lambda c: _due(c.due_on), tone=lambda c: _due_tone(c.due_on)),
)  # fmt: skip
CASE_COLUMNS = (*_CASE_COLUMNS, Column("state", T("状态", "State"), lambda c: STATES[c.state], tone=case_tone))


@audience("staff", capability=hooks.REVIEW)
@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """What waits for the opinion of my unit, most urgent first."""
    found = listing(request, queries.reviews_waiting(request.actor), REVIEW_COLUMNS, sort="due")  # type: ignore[attr-defined]
    title = T("待我部门审查", "Waiting for our review")
    return render(request, "matters/desk/list.html", {"listing": found, "title": title, "is_inbox": True})


@audience("staff", capability=hooks.DECIDE)
@require_GET
def decisions(request: HttpRequest) -> HttpResponse:
    """What awaits our decision: every department has spoken."""
    found = listing(request, queries.cases_to_decide(request.actor), DECISION_COLUMNS, sort="due")  # type: ignore[attr-defined]
    title = T("待决定", "Awaiting decision")
    return render(request, "matters/desk/list.html", {"listing": found, "title": title, "is_inbox": True})


@audience("staff", capability=hooks.VIEW)
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """All cases of my unit and region, by state and applicant."""
    form = CaseFilter(request.GET)
    found: QuerySet[Case] = queries.cases_visible_to(request.actor)  # type: ignore[attr-defined]
    if form.is_valid():
        if form.cleaned_data["state"]:
            found = found.filter(state=form.cleaned_data["state"])
        term = form.cleaned_data["q"].strip()
        if term:
            found = queries.matching_cases(found, term)
    context = {
        "listing": listing(request, found, CASE_COLUMNS, sort="-submitted"),
        "title": T("全部办件", "All cases"),
        "form": form,
    }
    return render(request, "matters/desk/list.html", context)


Act = Callable[[HttpRequest, UUID, dict[str, Any]], T]


def _review(request: HttpRequest, case_id: UUID, said: dict[str, Any]) -> T:
    actions.review_case(case_id, opinion=said["opinion"], text=said["text"], by=request.actor)  # type: ignore[attr-defined]
    return T("意见已提交。", "Your opinion is recorded.")


def _decide(request: HttpRequest, case_id: UUID, said: dict[str, Any]) -> T:
    actions.decide_case(case_id, outcome=said["outcome"], reason=said["reason"], by=request.actor)  # type: ignore[attr-defined]
    return T("决定已作出，申请人已收到通知。", "Decided. The applicant has been told.")


def _return(request: HttpRequest, case_id: UUID, said: dict[str, Any]) -> T:
    actions.return_for_correction(case_id, note=said["note"], by=request.actor)  # type: ignore[attr-defined]
    return T("已退回补正，申请人已收到通知。", "Returned for correction. The applicant has been told.")


def _revoke(request: HttpRequest, case_id: UUID, said: dict[str, Any]) -> T:
    actions.revoke_certificate(case_id, reason=said["reason"], by=request.actor)  # type: ignore[attr-defined]
    return T("证照已撤销，核验时立即显示。", "The certificate is revoked; verification shows it at once.")


ACTS: dict[str, tuple[type[forms.Form], Act]] = {
    "review": (ReviewForm, _review), "decide": (DecisionForm, _decide), "return": (ReturnForm, _return),
    "revoke": (ReasonForm, _revoke),
}  # fmt: skip


@audience("staff", capability=hooks.VIEW)
@never_cache
@require_http_methods(["GET", "POST"])
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case with all opinions; the form for what this member of staff may do now."""
    bound: dict[str, forms.Form] = {}
    if request.method == "POST" and request.POST.get("act") in ACTS:
        name = request.POST["act"]
        form_class, act = ACTS[name]
        form = bound[name] = form_class(request.POST)
        if form.is_valid():
            try:
                messages.success(request, str(act(request, case_id, form.cleaned_data)))
                return HttpResponseRedirect(_link(case_id))
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise
                show_refusal(form, refusal)
    found = actions.open_case(case_id, by=request.actor)  # type: ignore[attr-defined]
    context = _case_context(request, found, bound)
    return render(request, "matters/desk/case.html", context, status=422 if bound else 200)


def _case_context(request: HttpRequest, found: Case, bound: dict[str, forms.Form]) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    content = queries.content_of(found)
    reviews_found = queries.reviews_of(found)
    mine = next((review for review in reviews_found if review.unit_id == actor.unit_id), None)
    party = next((one for one in content.definition.reviews.parties if mine and one.unit == mine.unit_code), None)
    own = queries.concerned_with(found, actor)
    decides = hooks.DECIDE in actor.capabilities and found.decision_unit_id == actor.unit_id and not own
    may_review = bool(mine and mine.state == OPEN and found.state == "in_review" and hooks.REVIEW in actor.capabilities)
    certificate = getattr(found, "certificate", None)
    standing = certificate is not None and certificate.credential.revoked_at is None
    return {
        "case": found, "said": content.definition, "state": STATES[found.state], "tone": case_tone(found), "mine": mine,
        "party": party, "is_own": own, "opinions": printed_opinions(found),
        "screens": [(one, party is None or one.code in party.looks_at) for one in printed_screens(found, content)],
        "moments": queries.history_of(found, names=True), "because": [T.read(line) for line in found.due_because],
        "clock": _SIGNALS[signal(found.due_on if found.closed_at is None else None, timezone.localdate())],
        "review_form": (bound.get("review") or ReviewForm()) if may_review and not own else None,
        "decision_form": (bound.get("decide") or DecisionForm()) if decides and found.state == READY else None,
        "return_form": (bound.get("return") or ReturnForm()) if decides and found.state == READY else None,
        "revoke_form": (bound.get("revoke") or ReasonForm()) if decides and found.state == GRANTED and standing else None,
        "wants_correction": any(review.state == CORRECTION for review in reviews_found),
        "decision": getattr(found, "decision", None), "certificate": certificate,
        "papers": papers_of(found),
    }  # fmt: skip
