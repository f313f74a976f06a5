"""Pages of applications that one fills in and another signs."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongban.lib.refusals import Refusal, Refusals
from tongban.lib.words import T
from tongban.matters import actions, queries
from tongban.matters.forms import AskToSignForm, SendBackForm
from tongban.matters.queries.cases import standing_in
from tongban.matters.queries.printing import printed_screens
from tongban.matters.queries.shown import shown_of
from tongban.matters.queries.signing import open_request
from tongban.matters.queries.window import acting_in, held_intake
from tongban.web.audiences import audience


@audience("person")
@require_POST
def ask(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Ask whoever may sign; from the applicant's pages, or for a visitor at the window."""
    form = AskToSignForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    actor = request.actor  # type: ignore[attr-defined]
    actions.ask_to_sign(case_id, note=note, by=acting_in(case_id, actor))
    messages.success(
        request, str(T("已请对方签署，签署前内容不能修改。", "Asked to sign. Until then nothing can be changed."))
    )
    page = "matters:window_case" if held_intake(case_id, actor) else "matters:case"
    return HttpResponseRedirect(reverse(page, args=[case_id]))


@audience("person")
@require_POST
def take_back(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take an application back before it is signed, to change it."""
    actor = request.actor  # type: ignore[attr-defined]
    actions.take_back_unsigned(case_id, by=acting_in(case_id, actor))
    messages.success(request, str(T("已取回，可以修改了。", "Taken back: change what you like.")))
    page = "matters:window_case" if held_intake(case_id, actor) else "matters:check"
    return HttpResponseRedirect(reverse(page, args=[case_id]))


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The whole application, to be read, then signed or sent back."""
    actor = request.actor  # type: ignore[attr-defined]
    case = queries.applicant_case(case_id, actor)
    form = SendBackForm(request.POST if request.POST.get("act") == "send_back" else None)
    wrong: list[Refusal] = []
    if request.method == "POST":
        try:
            done = _act(request, case_id, form)
        except Refusal as refusal:
            if refusal.status in (401, 404) or refusal.code in ("forbidden", "not_to_sign"):
                raise
            wrong = refusal.refusals if isinstance(refusal, Refusals) else [refusal]
        else:
            if done is not None:
                return done
    asked, standing = open_request(case), standing_in(case, actor)
    if asked is None or standing is None or not standing.may_sign:
        return HttpResponseRedirect(reverse("matters:case", args=[case.pk]))
    content = queries.content_of(case)
    context = {
        "case": case, "asked": asked, "said": content.definition, "screens": printed_screens(case, content), "form": form,
        "shown": str(shown_of(case)), "standing": standing, "wrong": wrong,
        "crumbs": [(reverse("matters:cases"), T("我的办件", "My cases"))],
    }  # fmt: skip
    return render(request, "matters/sign.html", context, status=422 if request.method == "POST" else 200)


def _act(request: HttpRequest, case_id: UUID, form: SendBackForm) -> HttpResponse | None:
    actor = request.actor  # type: ignore[attr-defined]
    if request.POST.get("act") == "sign":
        actions.sign_case(case_id, shown=request.POST.get("shown", ""), by=actor)
        return HttpResponseRedirect(reverse("matters:receipt", args=[case_id]))
    if request.POST.get("act") != "send_back" or not form.is_valid():
        return None
    actions.send_back_unsigned(case_id, remark=form.cleaned_data["remark"], by=actor)
    messages.success(
        request, str(T("已退回，经办人会收到您的意见。", "Sent back; whoever filled it in gets your remark."))
    )
    return HttpResponseRedirect(reverse("matters:case", args=[case_id]))
