"""One case at the desk: everything said about it, and a form for each thing this member of staff may do now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongban.foundation.parties.queries import colleagues_in_unit
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.matters import actions, hooks, queries
from tongban.matters.forms import (
    AcceptForm,
    AssignForm,
    DecisionForm,
    DeclineForm,
    ProcedureForm,
    ReasonForm,
    ResultForm,
    ReturnForm,
    ReviewForm,
    TellForm,
)
from tongban.matters.models import Case
from tongban.matters.queries.clocks import why_due
from tongban.matters.queries.desks import acts_open_to, assignment_of, workload
from tongban.matters.queries.papers import papers_of
from tongban.matters.queries.payments import payments_of
from tongban.matters.queries.printing import case_tone, mandate_page, printed_opinions, printed_screens, signed_page
from tongban.matters.queries.promises import promises_of
from tongban.matters.queries.shown import shown_of
from tongban.matters.queries.window import intake_facts
from tongban.matters.rules.cases import CORRECTION, RECEIVED, STATES
from tongban.matters.rules.handling import PROCEDURES
from tongban.matters.views.acts import Act, blank_form, take_act
from tongban.matters.views.payments import shown_payments
from tongban.matters.views.promises import shown_promises
from tongban.matters.views.signals import clock_of, shown_clocks
from tongban.web.audiences import audience


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAct(Act):
    """One thing done to a case, and what the page says of it; ``needs_proof`` asks for a fresh second factor."""

    title: T
    button: T
    css: str = "btn-quiet"
    lead: T | None = None
    needs_proof: bool = False


ACTS: dict[str, CaseAct] = {
    "accept": CaseAct(
        AcceptForm, lambda pk, said, by: actions.accept_case(pk, by=by),
        T("已受理，开始计时，已同时分送各部门。", "Accepted: the clock runs, and every department has it."),
        title=T("受理", "Accept"), button=T("受理", "Accept"), css="btn-warm",
        lead=T("材料齐全、属于本机关职权即受理，从明天开始计算办理时限。",
               "Accept what is complete and within this office's powers; the period counts from tomorrow."),
    ),
    "decline": CaseAct(
        DeclineForm, lambda pk, said, by: actions.decline_case(pk, reason=said["reason"], by=by),
        T("已作出不予受理的处理，申请人已收到通知。", "Not accepted. The applicant has been told."),
        title=T("不予受理", "Do not accept"), button=T("不予受理", "Do not accept"), css="btn-bad", needs_proof=True,
    ),
    "review": CaseAct(
        ReviewForm,
        lambda pk, said, by: actions.review_case(pk, opinion=said["opinion"], text=said["text"], shown=said["shown"], by=by),
        T("意见已提交。", "Your opinion is recorded."),
        title=T("本部门审查", "Our review"), button=T("提交意见", "Submit opinion"), css="btn-warm",
    ),
    "decide": CaseAct(
        DecisionForm,
        lambda pk, said, by: actions.decide_case(pk, outcome=said["outcome"], reason=said["reason"], shown=said["shown"], by=by),
        T("决定已作出，申请人已收到通知。", "Decided. The applicant has been told."),
        title=T("作出决定", "Decide"), button=T("作出决定并盖章", "Decide and seal"), css="btn-warm", needs_proof=True,
    ),
    "return": CaseAct(
        ReturnForm,
        lambda pk, said, by: actions.return_for_correction(pk, note=said["note"], why_again=said.get("why_again", ""), by=by),
        T("已退回补正，申请人已收到通知。", "Returned for correction. The applicant has been told."),
        title=T("退回补正", "Return for correction"), button=T("一次性退回", "Return once, with everything"),
    ),
    "begin_procedure": CaseAct(
        ProcedureForm,
        lambda pk, said, by: actions.begin_procedure(
            pk, kind=said["kind"], reason=said["reason"], expected_by=said["expected_by"], by=by
        ),
        T("特别程序已启动，暂停计时，申请人已收到通知。", "It began: the clock stands, and the applicant has been told."),
        title=T("启动特别程序", "Begin a special procedure"), button=T("启动并暂停计时", "Begin; the clock stops"),
        lead=T("听证、检验、检测、专家评审等所需时间不计入办理时限（行政许可法第四十五条）。",
               "Hearings, tests, expert reviews … are not counted (行政许可法 Art. 45)."),
    ),
    "end_procedure": CaseAct(
        ResultForm, lambda pk, said, by: actions.end_procedure(pk, result=said["result"], by=by),
        T("已登记结果，恢复计时。", "Recorded; the clock goes on."),
        title=T("特别程序结束", "End the special procedure"), button=T("登记结果，恢复计时", "Record the result; the clock goes on"), css="btn-primary",
    ),
    "extend": CaseAct(
        ReasonForm, lambda pk, said, by: actions.extend_case(pk, reason=said["reason"], by=by),
        T("时限已延长，理由已告知申请人。", "Extended; the applicant has been told why."),
        title=T("延长办理时限", "Extend the period"), button=T("延长一次", "Extend once"),
        lead=T("经本机关负责人批准可以延长一次，理由会告知申请人。", "Once, by the head of the office; the applicant is told why."),
        needs_proof=True,
    ),
    "terminate": CaseAct(
        ReasonForm, lambda pk, said, by: actions.terminate_case(pk, reason=said["reason"], by=by),
        T("已终止办理，申请人已收到通知。", "Ended. The applicant has been told."),
        title=T("终止办理", "End without a decision"), button=T("终止", "End it"), css="btn-bad", needs_proof=True,
    ),
    "revoke": CaseAct(
        ReasonForm, lambda pk, said, by: actions.revoke_certificate(pk, reason=said["reason"], by=by),
        T("证照已撤销，核验时立即显示。", "The certificate is revoked; verification shows it at once."),
        title=T("撤销证照", "Revoke the certificate"), button=T("撤销", "Revoke"), css="btn-bad", needs_proof=True,
    ),
}  # fmt: skip


@audience("staff", capability=hooks.VIEW)
@never_cache
@require_http_methods(["GET", "POST"])
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case with all opinions; a form for each thing this member of staff may do now."""
    actor = request.actor  # type: ignore[attr-defined]
    bound: dict[str, forms.Form] = {}

    def form_of(name: str, sent: Any) -> forms.Form:
        return _form(name, queries.staff_case(case_id, actor), sent)

    if take_act(request, ACTS, case_id, bound, form_of):
        return HttpResponseRedirect(reverse("matters:desk_case", args=[case_id]))
    found = actions.open_case(case_id, by=actor)
    return render(request, "matters/desk/case.html", _context(found, bound, actor), status=422 if bound else 200)


def _form(name: str, found: Case, data: Any = None) -> forms.Form:
    """The form of an act for one case, with the choices its definition gives."""
    is_told_first = name == "return" and found.state == RECEIVED
    form = TellForm(data, auto_id=f"{name}_%s") if is_told_first else blank_form(ACTS, name, data)
    if name == "return" and not found.events.filter(kind="returned").exists():
        del form.fields["why_again"]  # asked only when something was told before
    if name == "begin_procedure":
        known = queries.content_of(found).definition.special_procedures
        form.fields["kind"].choices = [(one.kind, PROCEDURES[one.kind]) for one in known]  # type: ignore[attr-defined]
    return form


def _context(found: Case, bound: dict[str, forms.Form], actor: Actor) -> dict[str, Any]:
    content = queries.content_of(found)
    reviews = queries.reviews_of(found)
    mine = next((review for review in reviews if review.unit_id == actor.unit_id), None)
    party = next((one for one in content.definition.reviews.parties if mine and one.unit == mine.unit_code), None)
    own = queries.concerned_with(found, actor)
    names, shown = acts_open_to(found, actor, is_own=own), str(shown_of(found))
    return {
        "case": found, "said": content.definition, "state": STATES[found.state], "tone": case_tone(found), "mine": mine,
        "party": party, "is_own": own, "opinions": printed_opinions(found),
        "screens": [(one, party is None or one.code in party.looks_at) for one in printed_screens(found, content)],
        "moments": queries.history_of(found, names=True), "clocks": shown_clocks(why_due(found)), "clock": clock_of(found),
        "acts": [_shown_act(name, found, bound, shown, is_first=place == 0) for place, name in enumerate(names)],
        "is_proved": _is_proved(actor), "wants_correction": any(review.state == CORRECTION for review in reviews),
        "decision": getattr(found, "decision", None), "certificate": getattr(found, "certificate", None),
        "papers": papers_of(found), "payments": shown_payments(payments_of(found)),
        "promises": shown_promises(promises_of(found)), "intake_facts": intake_facts(found), "page": signed_page(found), "mandate_page": mandate_page(found),
        "assignment": assignment_of(found, actor), "colleagues": workload(actor) if names else [], "me": actor.person_id,
    }  # fmt: skip


def _shown_act(
    name: str, found: Case, bound: dict[str, forms.Form], shown: str, *, is_first: bool
) -> dict[str, Any]:  # fmt: skip
    act, form = ACTS[name], bound.get(name) or _form(name, found)
    if "shown" in form.fields:
        form.initial["shown"] = shown
    return {"name": name, "act": act, "form": form, "is_first": is_first, "is_open": name in bound,
            "css": act.css if is_first or act.css != "btn-warm" else "btn-quiet"}  # fmt: skip


def _is_proved(actor: Actor) -> bool:
    try:
        actions.confirm_anew(actor)
    except Refusal:
        return False
    return True


@audience("staff", capability=hooks.VIEW)
@require_POST
def assign(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take a case, or hand it to a colleague of the unit."""
    actor = request.actor  # type: ignore[attr-defined]
    queries.staff_case(case_id, actor)
    form = AssignForm(request.POST)
    form.fields["person"].choices = [(str(one.pk), one.name) for one in colleagues_in_unit(actor)]  # type: ignore[attr-defined]
    if not form.is_valid():
        raise not_found(T("这位同事", "This colleague"))
    kept = actions.assign_case(case_id, UUID(form.cleaned_data["person"]), by=actor)
    messages.success(request, str(T("承办人：{name}", "In the hands of {name}").format(name=kept.name)))
    return HttpResponseRedirect(reverse("matters:desk_case", args=[case_id]))
