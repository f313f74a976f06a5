"""The window: take in for a visitor, go on with drafts, have it confirmed, print the receipt, hand over."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.foundation.parties.queries import colleagues_of
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.matters import actions, hooks, queries
from tongban.matters.forms.window import (
    CodeForm,
    HandOverCaseForm,
    LicenceForm,
    MandatePageForm,
    SignedForm,
    VisitorForm,
)
from tongban.matters.queries.printing import case_tone, mandate_page, printed_screens, signed_page
from tongban.matters.queries.window import (
    asks_for_page,
    company_recorded,
    held_intake,
    intake_facts,
    intakes_of,
    lacks_mandate_page,
    mandate_in_writing,
)
from tongban.matters.rules.cases import DRAFT, RETURNED, STATES
from tongban.web.audiences import actor_of, audience
from tongban.web.file_inputs import show_documents_to
from tongban.web.forms import HouseForm, refusals_said, show_refusal, tried
from tongban.web.tables import Column, listing

_COLUMNS = (
    Column("name", T("申请人", "Applicant"), lambda i: i.case.name, "case__name_pinyin",
           href=lambda i: reverse("matters:window_case", args=[i.case_id])),
    Column("service", T("事项", "Service"), lambda i: i.case.definition.title),
    Column("number", T("编号", "Number"), lambda i: i.case.number or "", "case__number"),
    Column("seen", T("收件", "Taken in"), lambda i: i.seen_at, "seen_at"),
    Column("state", T("状态", "State"), lambda i: STATES[i.case.state], tone=lambda i: case_tone(i.case)),
)  # fmt: skip


@audience("staff", capability=hooks.TAKE_IN)
@require_GET
def intakes(request: HttpRequest) -> HttpResponse:
    """What I took in, drafts included."""
    found = listing(request, intakes_of(request.actor), _COLUMNS, sort="-seen")  # type: ignore[attr-defined]
    return render(request, "matters/window/list.html", {"listing": found})


@audience("staff", capability=hooks.TAKE_IN)
@never_cache
@require_http_methods(["GET", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """Identify a visitor and begin an application for them."""
    form = VisitorForm(request.POST or None, initial={"uscc": request.GET.get("uscc", "")})
    unknown = ""
    if request.method == "POST" and form.is_valid():
        try:
            case = actions.take_in(
                form.cleaned_data["service"],
                form.visitor(),
                evidence=form.cleaned_data["evidence"],
                by=actor_of(request),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)  # also that the visitor holds no mandate: said at the counter
            unknown = str(form["uscc"].value()) if refusal.code == "company_unknown" else ""
        else:
            first = queries.content_of(case).form.screens[0].code
            return HttpResponseRedirect(reverse("matters:screen", args=[case.pk, first]))
    context = {"form": form, "unknown": unknown}
    return render(request, "matters/window/new.html", context, status=422 if form.is_bound else 200)


@audience("staff", capability=hooks.TAKE_IN)
@never_cache
@require_http_methods(["GET", "POST"])
def company(request: HttpRequest) -> HttpResponse:
    """Record a company nobody knew, from the licence its visitor brought."""
    form = LicenceForm(request.POST or None, initial={"uscc": request.GET.get("uscc", "")})
    if request.method == "POST":
        made = tried(form, lambda said: actions.record_company(form.licence(), by=actor_of(request)))
        if made is not None:
            messages.success(request, str(company_recorded(made)))
            address = reverse("matters:window_new")
            return HttpResponseRedirect(f"{address}?{urlencode({'uscc': form.cleaned_data['uscc'].strip().upper()})}")
    return render(request, "matters/window/company.html", {"form": form}, status=422 if form.is_bound else 200)


@audience("staff", capability=hooks.TAKE_IN)
@never_cache
@require_http_methods(["GET", "POST"])
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case at the window: go on, confirm, print, hand over."""
    actor = request.actor  # type: ignore[attr-defined]
    if held_intake(case_id, actor) is None:
        raise not_found(T("这件收件", "This case"))
    bound: dict[str, HouseForm] = {}
    if request.method == "POST":
        with refusals_said(lambda refusal: _say(request, bound, refusal)):
            done = _act(request, case_id, bound)
            if done is not None:
                return done
    return _page(request, case_id, bound)


def _say(request: HttpRequest, bound: dict[str, HouseForm], refusal: Refusal) -> None:
    form = next(iter(bound.values()), None) or bound.setdefault("none", CodeForm())
    if form.is_bound:
        show_refusal(form, refusal)
    else:  # a button without a field
        messages.error(request, str(refusal.message))


def _act(request: HttpRequest, case_id: UUID, bound: dict[str, HouseForm]) -> HttpResponse | None:
    actor, name = request.actor, request.POST.get("act", "")  # type: ignore[attr-defined]
    here = HttpResponseRedirect(reverse("matters:window_case", args=[case_id]))
    if name == "send":
        bound["code"] = CodeForm()
        actions.send_confirmation(case_id, by=actor)
        messages.success(
            request, str(T("验证码已发到申请人手机，十分钟内有效。", "A code was sent; it lasts ten minutes."))
        )
        return here
    kind = {"code": CodeForm, "paper": SignedForm, "hand_over": HandOverCaseForm, "mandate": MandatePageForm}.get(name)
    if kind is None:
        return None
    form = bound[name] = kind(request.POST, request.FILES)
    if name == "hand_over":
        form.fields["person"].choices = _colleagues(actor)  # type: ignore[attr-defined]
    if not form.is_valid():
        return None
    if name == "hand_over":
        kept = actions.hand_over(case_id, UUID(form.cleaned_data["person"]), by=actor)
        messages.success(request, str(T("已交给{name}。", "Handed to {name}.").format(name=kept.holder_name)))
        return HttpResponseRedirect(reverse("matters:window"))
    if name == "mandate":
        actions.add_mandate_page(case_id, form.cleaned_data["mandate_page"], by=actor)
        messages.success(request, str(T("书面授权已存入这件申请。", "The mandate is kept with this application.")))
        return here
    if name == "code":
        actions.confirm_by_code(case_id, form.cleaned_data["code"], by=actor)
    else:
        said = form.cleaned_data
        actions.confirm_on_paper(case_id, evidence=said["evidence"], page=said["page"], by=actor)
    return HttpResponseRedirect(reverse("matters:receipt", args=[case_id]))


def _colleagues(actor: Any) -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in colleagues_of(actor)]


def _page(request: HttpRequest, case_id: UUID, bound: dict[str, HouseForm]) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    intake = held_intake(case_id, actor)
    assert intake is not None
    found = queries.case_at_window(intake)
    hand = bound.get("hand_over") or HandOverCaseForm()
    paper = bound.get("paper") or SignedForm()
    paper.ask_for_page(actor, is_needed=asks_for_page(found))  # type: ignore[attr-defined]
    scan = bound.get("mandate") or MandatePageForm()
    show_documents_to(scan, actor)
    hand.fields["person"].choices = _colleagues(actor)  # type: ignore[attr-defined]
    context = {
        "case": found, "intake": intake, "state": STATES[found.state], "tone": case_tone(found),
        "may_edit": found.state in (DRAFT, RETURNED), "screens": printed_screens(found, queries.content_of(found)),
        "code_form": bound.get("code") or bound.get("none") or CodeForm(), "paper_form": paper,
        "page": signed_page(found), "mandate_page": mandate_page(found), "by_paper": mandate_in_writing(found), "scan_form": scan,
        "lacks_mandate": lacks_mandate_page(found), "facts": intake_facts(found), "hand_form": hand, "bound": bound, "moments": queries.history_of(found, names=True),
    }  # fmt: skip
    return render(request, "matters/window/case.html", context, status=422 if bound else 200)
