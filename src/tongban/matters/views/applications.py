"""The applicant's pages: fill in, check, submit, follow, correct, withdraw, certificate."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, Refusals
from tongban.lib.words import T
from tongban.matters import actions, queries
from tongban.matters.forms import AskToSignForm, files_sent, name_document, raw_answers, screen_form
from tongban.matters.models import Case
from tongban.matters.queries.clocks import why_due
from tongban.matters.queries.mine import own_cases
from tongban.matters.queries.papers import papers_of
from tongban.matters.queries.payments import payments_of
from tongban.matters.queries.printing import case_tone, printed_opinions, printed_screens
from tongban.matters.queries.promises import promises_of
from tongban.matters.queries.signing import (
    WAITING,
    check_not_waiting,
    may_sign,
    newest_request,
    open_request,
    signers_of,
)
from tongban.matters.queries.window import acting_in, held_intake
from tongban.matters.rules.answers import calculated, check_answers, hidden_elements
from tongban.matters.rules.cases import DRAFT, FILED, GRANTED, RETURNED, STATES, check_may_edit
from tongban.matters.rules.handling import what_follows
from tongban.matters.rules.ratings import LEVELS, may_be_rated
from tongban.matters.rules.shape import Content, Screen
from tongban.matters.views.payments import shown_payments
from tongban.matters.views.promises import shown_promises
from tongban.matters.views.signals import clock_of, shown_clocks
from tongban.web.audiences import actor_of, audience
from tongban.web.file_inputs import show_documents_to
from tongban.web.forms import show_refusal
from tongban.web.links import links
from tongban.web.tables import page_number

_CASES, _WINDOW = T("我的办件", "My cases"), T("窗口收件", "Window")
_case_page = links("matters:case")


def _crumbs(case: Case, by: Actor | None = None) -> list[tuple[str, Any]]:
    """The way back: to the applicant's own cases, or to the window that fills in for them; ``by`` on pages inside a case."""
    if by is not None and _at_window(by):
        return [(reverse("matters:window"), _WINDOW), (_home_of(case, by), case.name)]
    return [(reverse("matters:cases"), _CASES), *([(_home_of(case, by), case.definition.title)] if by else [])]


def _at_window(by: Actor) -> bool:
    return by.channel == "window"


def _home_of(case: Case, by: Actor) -> str:
    """The page of a case for whoever fills it in."""
    return reverse("matters:window_case" if _at_window(by) else "matters:case", args=[case.pk])


def _acting(request: HttpRequest, case_id: UUID) -> Actor:
    """The applicant, or a clerk for the visitor whose case they hold at the window."""
    return acting_in(case_id, request.actor)  # type: ignore[attr-defined]


def _own(request: HttpRequest, case_id: UUID) -> Case:
    return queries.applicant_case(case_id, _acting(request, case_id))


def _asked_screens(content: Content, values: dict[str, Any]) -> list[Screen]:
    hidden = hidden_elements(content, values, timezone.localdate())
    return [s for s in content.form.screens if any(asked.element not in hidden for asked in s.fields)]


@audience("person")
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """My cases, newest first."""
    page = page_number(request)
    own = own_cases(actor_of(request), page)
    found = [
        (case, _case_page(case.pk), WAITING if case.is_waiting else STATES[case.state], case_tone(case))
        for case in own.cases
    ]
    context = {"found": found, "to_sign": own.to_sign if page == 1 else [], "page": page, "has_older": own.has_older}
    return render(request, "matters/cases.html", context)


@audience("person")
@require_GET
def resume(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Go on where something is missing: the first incomplete screen, or the summary."""
    case = _own(request, case_id)
    check_may_edit(case.state)
    if open_request(case) is not None:
        return HttpResponseRedirect(reverse("matters:case", args=[case.pk]))
    content = queries.content_of(case)
    for screen in _asked_screens(content, case.values):
        if check_answers(content, case.values, today=timezone.localdate(), only={screen.code}).refusals:
            return HttpResponseRedirect(reverse("matters:screen", args=[case.pk, screen.code]))
    return HttpResponseRedirect(reverse("matters:check", args=[case.pk]))


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def screen(request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
    """One group of questions; sent answers are kept, or shown again with what is wrong."""
    case = _own(request, case_id)
    check_may_edit(case.state)
    check_not_waiting(case)
    content = queries.content_of(case)
    here = content.screen(code)
    if here is None:
        raise Refusal("not_found", T("没有这一页。", "There is no such page."), status=404)
    if request.method == "POST":
        return _screen_sent(request, case, content, here)
    return _show_screen(request, case, content, here)


def _screen_sent(request: HttpRequest, case: Case, content: Content, here: Screen) -> HttpResponse:
    if "preview" in request.GET:
        return _show_screen(request, case, content, here, sent=request.POST, template="matters/parts/questions.html")
    later = request.POST.get("then") == "later"
    sent, refused = _files_kept(request, case, content, here)
    raw = raw_answers(content, here, sent)
    try:
        if refused:
            raise Refusals([*refused, *_others_refused(case, content, here, raw, refused, complete=not later)])
        actions.save_answers(case.pk, raw, screen=here.code, complete=not later, by=_acting(request, case.pk))
    except Refusal as refusal:
        return _show_screen(request, case, content, here, sent=sent, refusal=refusal)
    if later:
        messages.success(request, str(_SAVED))
        return HttpResponseRedirect(_home_of(case, _acting(request, case.pk)))
    fresh = _own(request, case.pk)
    if "to_check" in request.GET:
        return HttpResponseRedirect(reverse("matters:check", args=[case.pk]))
    codes = [one.code for one in _asked_screens(content, fresh.values)]
    following = codes[codes.index(here.code) + 1 :] if here.code in codes else codes
    target = (
        reverse("matters:screen", args=[case.pk, following[0]])
        if following
        else reverse("matters:check", args=[case.pk])
    )
    return HttpResponseRedirect(target)


_SAVED = T("已保存。换一台手机或电脑登录，也能接着填。", "Saved. Go on from any device after signing in.")


def _files_kept(
    request: HttpRequest, case: Case, content: Content, here: Screen
) -> tuple[QueryDict, list[Refusal]]:  # fmt: skip
    """What was sent, each file kept and named by its document, so that it need not be chosen again; and files refused."""
    sent, refused = request.POST.copy(), []
    for element, slot, file in files_sent(content, here, request.FILES):
        try:
            name_document(sent, slot, actions.send_file(case.pk, file, by=_acting(request, case.pk)).pk)
        except Refusal as refusal:
            if refusal.stops_the_page:
                raise
            refused.append(Refusal(refusal.code, refusal.message, field=element, status=refusal.status))
    return sent, refused


def _others_refused(
    case: Case, content: Content, here: Screen, raw: dict[str, Any], refused: list[Refusal], *, complete: bool
) -> list[Refusal]:  # fmt: skip
    """What else is wrong on this screen, told together with the refused files."""
    found = check_answers(
        content, case.values | raw, today=timezone.localdate(), only={here.code}, complete=complete
    ).refusals
    told = {one.field for one in refused}
    on_screen = {asked.element for asked in here.fields}
    return [one for one in found if one.field in on_screen - told]


def _show_screen(
    request: HttpRequest, case: Case, content: Content, here: Screen, *, sent: QueryDict | None = None,
    refusal: Refusal | None = None, template: str = "matters/screen.html",
) -> HttpResponse:  # fmt: skip
    today = timezone.localdate()
    typed = raw_answers(content, here, sent) if sent is not None else {}
    settled = check_answers(content, case.values | typed, today=today, only=(), complete=False)
    values = settled.values
    address = reverse("matters:screen", args=[case.pk, here.code])
    form = screen_form(
        content, here, values=case.values | calculated(content, values), hidden=settled.hidden,
        preview_url=f"{address}?preview=1", data=sent,
    )  # fmt: skip
    by = _acting(request, case.pk)
    show_documents_to(form, by)
    if refusal is not None:
        show_refusal(form, refusal)
    sources = {name: queries.origin(one) for name, one in case.answers.items() if one["source"] == "filled"}
    silent = {name: source for name, source in queries.silent_registers(case).items() if name not in case.answers}
    asked = _asked_screens(content, values)
    place = next((n for n, one in enumerate(asked, 1) if one.code == here.code), 1)
    back = reverse("matters:screen", args=[case.pk, asked[place - 2].code]) if place > 1 else ""
    context = {
        "case": case, "here": here, "form": form,
        "rows": [(field, sources.get(field.name), silent.get(field.name)) for field in form],
        "names": [*(one.title for one in asked), T("核对提交", "Check and submit")], "now": place, "back": back,
        "crumbs": _crumbs(case, by), "returned": _wanted(case), "at_window": _at_window(by),
        "query": "?to_check=1" if "to_check" in request.GET else "",
    }  # fmt: skip
    return render(request, template, context, status=422 if refusal else 200)


def _wanted(case: Case) -> str:
    """What the office asks to be corrected, while it waits for that."""
    if case.state != RETURNED:
        return ""
    event = case.events.filter(kind="returned").order_by("-at").first()
    return event.note if event else ""


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Everything on one page before it is handed in; at a window the applicant confirms it there."""
    case = _own(request, case_id)
    if held_intake(case_id, request.actor) is not None:  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("matters:window_case", args=[case.pk]))
    refusals: list[Refusal] = []
    if request.method == "POST":
        try:
            actions.submit_case(case.pk, by=_acting(request, case.pk))
        except Refusals as several:
            refusals = several.refusals
        except Refusal as one:
            refusals = [one]
        else:
            return HttpResponseRedirect(reverse("matters:receipt", args=[case.pk]))
    check_may_edit(case.state)
    if open_request(case) is not None:
        return HttpResponseRedirect(reverse("matters:case", args=[case.pk]))
    content = queries.content_of(case)
    found = check_answers(content, case.values, today=timezone.localdate())
    where = {asked.element: one.code for one in content.form.screens for asked in one.fields}
    refusals_found = refusals or found.refusals or queries.materials_lost(case, content)
    wrong = [(refusal.message, where.get(refusal.field, ""), refusal.field) for refusal in refusals_found]
    asked = _asked_screens(content, case.values)
    names = [*(one.title for one in asked), T("核对提交", "Check and submit")]
    by = _acting(request, case.pk)
    context = {"case": case, "screens": printed_screens(case, content), "wrong": wrong, "names": names, "now": len(names),
               "crumbs": _crumbs(case, by), "returned": _wanted(case),
               "follows": what_follows(content, case.values, timezone.localdate(), is_returned=case.state == RETURNED),
               **asking(case, by)}  # fmt: skip
    return render(request, "matters/check.html", context, status=422 if refusals else 200)


@audience("person")
@require_GET
def receipt(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The receipt: number, last day, what happens next, a QR code that leads back here."""
    case, by = _own(request, case_id), _acting(request, case_id)
    if case.number is None:
        return HttpResponseRedirect(reverse("matters:case", args=[case.pk]))
    address = request.build_absolute_uri(reverse("matters:case", args=[case.pk]))
    context = {
        "case": case, "address": address, "crumbs": _crumbs(case, by), "at_window": _at_window(by), "reviews": queries.reviews_of(case),
        "settled": STATES[case.state] if case.state in (GRANTED, FILED) else "",
        "certificate": getattr(case, "certificate", None),
    }  # fmt: skip
    return render(request, "matters/receipt.html", context)


@audience("person")
@never_cache
@require_GET
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case for its applicant: who has it, since when, until when, what was said."""
    found = _own(request, case_id)
    content = queries.content_of(found)
    signing = signing_of(found, _acting(request, found.pk))
    state = WAITING if signing.get("is_waiting") else STATES[found.state]
    context = {
        "case": found, "said": content.definition, "state": state, "tone": case_tone(found),
        "moments": [] if found.state == DRAFT else queries.history_of(found, names=False),
        "clocks": shown_clocks(why_due(found)), "clock": clock_of(found), "screens": printed_screens(found, content),
        "returned": _wanted(found), "decision": getattr(found, "decision", None), "crumbs": _crumbs(found),
        "certificate": getattr(found, "certificate", None), "opinions": printed_opinions(found),
        **_rating(found), **_fees(found),
        "papers": papers_of(found), **signing,
    }  # fmt: skip
    return render(request, "matters/case.html", context)


def asking(case: Case, by: Actor) -> dict[str, Any]:
    """What the page needs to offer signing, or asking for it; with what was said when it was sent back."""
    if may_sign(case, by):
        return {"may_sign": True}
    others = [one for one in signers_of(case) if one.person_id != by.person_id]
    return {"may_sign": False, "signers": others, "ask_form": AskToSignForm(), "signing": newest_request(case)}


def signing_of(case: Case, by: Actor) -> dict[str, Any]:
    """How the signature of an application the applicant's side still holds stands; nothing once it is handed in."""
    signing = newest_request(case) if case.state in (DRAFT, RETURNED) else None
    if signing is None:
        return {}
    is_waiting = signing.state == signing.State.OPEN
    signers = [one for one in signers_of(case) if one.person_id != signing.asked_by_id] if is_waiting else []
    return {"signing": signing, "is_waiting": is_waiting, "may_sign": may_sign(case, by), "signers": signers,
            "me": by.person_id}  # fmt: skip


def _fees(case: Case) -> dict[str, Any]:
    """The fees of a case, the one to pay next, and what its applicant promised."""
    shown = shown_payments(payments_of(case)) if case.state != DRAFT else []
    return {"payments": shown, "fee_due": next((one for one in shown if one["is_due"]), None),
            "promises": shown_promises(promises_of(case)) if case.state != DRAFT else []}  # fmt: skip


def _rating(case: Case) -> dict[str, Any]:
    """The rating given, or whether one may be given now."""
    given = getattr(case, "rating", None)
    if given is not None:
        return {"rating": given, "rated_level": LEVELS[given.level]}
    return {"may_rate": may_be_rated(case.state, case.closed_at, timezone.now())}


@audience("person")
@require_POST
def withdraw(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take an application back."""
    was = _own(request, case_id).state
    actions.withdraw_case(case_id, by=request.actor)  # type: ignore[attr-defined]
    if was == DRAFT:
        messages.success(request, str(T("草稿已删除。", "The draft is deleted.")))
        return HttpResponseRedirect(reverse("matters:cases"))
    messages.success(request, str(T("申请已撤回。", "The application is withdrawn.")))
    return HttpResponseRedirect(reverse("matters:case", args=[case_id]))


@audience("person")
@never_cache
@require_GET
def certificate(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The certificate, for its holder and for the offices that handled the case; made to be printed."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.staff_case(case_id, actor) if actor.is_staff else _own(request, case_id)
    issued = getattr(found, "certificate", None)
    if issued is None:
        raise Refusal("not_found", T("这件办件还没有证照。", "There is no certificate yet."), status=404)
    actions.note_opened(found, by=actor, what=issued.number)
    certified = next((line for line in papers_of(found) if line.kind.code == "certificate"), None)
    context = {"case": found, "paper": certified, "certificate": issued, "content": issued.content, "credential": issued.credential,
               "crumbs": [] if actor.is_staff else _crumbs(found, actor), "is_sample": found.is_sample,
               "verify_url": request.build_absolute_uri(reverse("credentials:verify"))}  # fmt: skip
    return render(request, "matters/certificate.html", context)
