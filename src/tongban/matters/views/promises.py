"""Promises: the applicant hands in what is owed; the desk looks after what was promised."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.matters import actions, hooks, queries
from tongban.matters.forms import KeptForm, ReasonForm, files_sent, name_document, raw_answers, screen_form
from tongban.matters.models import Promise
from tongban.matters.queries.promises import promise_acts, promise_at_desk, promises_waiting
from tongban.matters.rules.promises import KINDS, MATERIAL, OPEN, STATES
from tongban.matters.rules.shape import Screen
from tongban.matters.views.acts import Act, blank_form, take_act
from tongban.matters.views.desk import Waiting, waiting_list
from tongban.web.audiences import audience
from tongban.web.file_inputs import show_documents_to
from tongban.web.forms import refusals_said, show_refusal
from tongban.web.links import links
from tongban.web.tables import Column

TONES = {"open": "progress", "kept": "good", "broken": "bad", "void": "plain"}


def _is_late(promise: Promise) -> bool:
    return promise.state == OPEN and promise.due_on is not None and promise.due_on < timezone.localdate()


def _state(promise: Promise) -> tuple[T, str]:
    return (T("已逾期", "Overdue"), "bad") if _is_late(promise) else (STATES[promise.state], TONES[promise.state])


def shown_promises(promises: list[Promise]) -> list[dict[str, Any]]:
    """Promises in words; ``may_send`` where a material can be handed in now."""
    return [
        {
            "promise": one, "title": T.read(one.title), "text": T.read(one.text), "kind": KINDS[one.kind], "state": _state(one)[0],
            "tone": _state(one)[1], "may_send": one.kind == MATERIAL and one.state == OPEN,
        }
        for one in promises
    ]  # fmt: skip


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def owed(request: HttpRequest, promise_id: UUID) -> HttpResponse:
    """Hand in a material that was promised."""
    actor = request.actor  # type: ignore[attr-defined]
    promise = Promise.objects.filter(pk=promise_id, kind=MATERIAL).first()
    if promise is None:
        raise not_found(T("这项承诺", "This promise"))
    case = queries.applicant_case(promise.case_id, actor)
    content = queries.content_of(case)
    asked = next(one for one in content.fields() if one.element == promise.element)
    needed = asked.model_copy(update={"required": True})  # it was optional as long as it could be promised
    here = Screen(code="owed", title=T.read(promise.title), fields=[needed])
    back = reverse("matters:case", args=[case.pk])
    sent, refused = request.POST.copy(), list[Refusal]()
    if request.method == "POST":
        with refusals_said(refused.append):
            for _, slot, file in files_sent(content, here, request.FILES):
                name_document(sent, slot, actions.send_owed_file(case.pk, file, by=actor).pk)
            documents = raw_answers(content, here, sent)[promise.element]
            actions.supply_material(promise.pk, documents, by=actor)
            messages.success(request, str(T("已补交，承诺已兑现。", "Handed in: the promise is kept.")))
            return HttpResponseRedirect(back)
    form = screen_form(content, here, values={}, hidden=(), data=sent if request.method == "POST" else None)
    show_documents_to(form, actor)
    for refusal in refused:
        show_refusal(form, refusal)
    context = {
        "case": case, "one": shown_promises([promise])[0], "form": form,
        "crumbs": [(reverse("matters:cases"), T("我的办件", "My cases")), (back, case.definition.title)],
    }  # fmt: skip
    return render(request, "matters/owed.html", context, status=422 if refused else 200)


_promise_page = links("matters:desk_promise")
_COLUMNS = (
    Column("number", T("编号", "Number"), lambda p: p.case__number, "case__number", href=lambda p: _promise_page(p.pk)),
    Column("name", T("申请人", "Applicant"), lambda p: p.case__name, "case__name_pinyin"),
    Column("service", T("事项", "Service"), lambda p: T(p.case__definition__name, p.case__definition__name_en)),
    Column("what", T("承诺事项", "What was promised"), lambda p: T.read(p.title)),
    Column("kind", T("方式", "Kind"), lambda p: KINDS[p.kind]),
    Column("due", T("最迟", "Last day"), lambda p: p.due_on, "due_on"),
    Column("state", T("状态", "State"), lambda p: _state(p)[0], tone=lambda p: _state(p)[1]),
)  # fmt: skip
_WAITING = Waiting(
    T("待兑现承诺", "Promises to be kept"), promises_waiting, _COLUMNS,
    ("pk", "case__number", "case__name", "case__definition__name", "case__definition__name_en", "title", "kind", "due_on", "state"),
)  # fmt: skip


@audience("staff", capability=hooks.CHECK_PROMISES)
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Promises my unit looks after, the nearest day first."""
    return waiting_list(request, _WAITING, sort="due")


_ACTS = {
    "kept": Act(
        KeptForm,
        lambda pk, said, by: actions.confirm_promise(pk, note=said["note"], by=by),
        T("已登记核查结果。", "The check is recorded."),
    ),
    "report": Act(
        KeptForm,
        lambda pk, said, by: actions.report_promise(pk, note=said["note"], by=by),
        T("已转决定部门处理。", "The deciding office has it now."),
    ),
    "broken": Act(
        ReasonForm,
        lambda pk, said, by: actions.break_promise(pk, reason=said["reason"], by=by),
        T("已认定未兑现，申请人已收到通知。", "Recorded as broken; the applicant has been told."),
    ),
}


@audience("staff", capability=hooks.CHECK_PROMISES)
@never_cache
@require_http_methods(["GET", "POST"])
def promise(request: HttpRequest, promise_id: UUID) -> HttpResponse:
    """One promise in its own words: found kept, or broken."""
    actor = request.actor  # type: ignore[attr-defined]
    found = promise_at_desk(promise_id, actor)
    bound: dict[str, forms.Form] = {}
    if done := take_act(request, _ACTS, promise_id, bound):
        if done == "report":  # it is with the deciding office now
            return HttpResponseRedirect(reverse("matters:desk_promises"))
        return HttpResponseRedirect(reverse("matters:desk_promise", args=[promise_id]))
    acts = promise_acts(found, timezone.localdate(), actor)
    context = {
        "case": found.case, "one": shown_promises([found])[0], "is_own": queries.concerned_with(found.case, actor),
        "acts": {name: bound.get(name) or blank_form(_ACTS, name) for name in acts},
    }  # fmt: skip
    return render(request, "matters/desk/promise.html", context, status=422 if bound else 200)
