"""People as staff see them: a masked list, a record opened for a reason, identity and corrections at the counter."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.forms import PhoneForm, ReasonForm, RegisterForm, SearchForm, SettleForm
from tongban.foundation.parties.hooks import REGISTER_PERSON, SETTLE_CORRECTION, VERIFY_PERSON, VIEW_PERSON
from tongban.foundation.parties.rules import Particulars
from tongban.foundation.parties.views.common import FormPage, form_page, page_of, sent
from tongban.lib.masks import mask_id_number, mask_phone
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.audiences import audience


@audience("staff", capability=VIEW_PERSON)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """People found by name, numbers masked; that the list was seen is written down."""
    actor = request.actor  # type: ignore[attr-defined]
    term = " ".join(request.GET.get("q", "").split())[:80]
    context: dict[str, Any] = {"filter": SearchForm(request.GET)}
    if term:
        page = page_of(request, queries.people_visible_to(actor, term))
        actions.record_list_look(what="parties.people", criteria=term, row_count=len(page.object_list), by=actor)
        context["page"] = page
        context["rows"] = [
            (person, mask_id_number(person.document_number), mask_phone(person.phone)) for person in page.object_list
        ]
    return render(request, "parties/people.html", context)


@audience("staff", capability=VIEW_PERSON)
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person's record, shown once a reason is given; the person sees who looked and why."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.person_visible_to(actor, person_id)
    page = FormPage(
        T("查看个人信息", "Open a person's record"), T("查看", "Open"), reverse("parties:people"),
        T("请写明事由。本人能看到谁、什么时候、为什么查看。", "Say why. The person sees who looked, when and why."), is_desk=True,
    )  # fmt: skip

    def act(typed: dict[str, Any]) -> HttpResponse:
        actions.record_look(found.pk, what="parties.person", reason=typed["reason"], by=actor)
        context = {
            "person": found,
            "section": queries.identity_held(found.pk),
            "form": PhoneForm(),
            "may_verify": VERIFY_PERSON in actor.capabilities,
        }
        return render(request, "parties/person.html", context)

    return form_page(request, page, ReasonForm(sent(request)), act)


@audience("staff", capability=REGISTER_PERSON)
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Record a person who stands at the counter."""
    actor, place = request.actor, request.place  # type: ignore[attr-defined]
    page = FormPage(T("登记人员", "Record a person"), T("登记", "Record"), reverse("parties:people"), is_desk=True)

    def act(typed: dict[str, Any]) -> None:
        region = actor.region or place.region_code
        actions.register_person(Particulars(region_code=region, **typed), by=actor)

    return form_page(request, page, RegisterForm(sent(request)), act)


@audience("staff", capability=VERIFY_PERSON)
@require_POST
def verify(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The clerk has seen the person and the document."""
    actor = request.actor  # type: ignore[attr-defined]
    queries.person_visible_to(actor, person_id)
    actions.verify_at_counter(person_id, by=actor)
    return redirect("parties:people")


@audience("staff", capability=VERIFY_PERSON)
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Join a log-in to the person whose document the clerk has seen."""
    actor = request.actor  # type: ignore[attr-defined]
    queries.person_visible_to(actor, person_id)
    page = FormPage(
        T("对应账号", "Join a log-in"), T("对应", "Join"), reverse("parties:people"),
        T("核对证件后，填本人登录用的手机号。", "With the document checked, enter the number the person signs in with."), is_desk=True,
    )  # fmt: skip
    return form_page(
        request, page, PhoneForm(sent(request)),
        lambda typed: actions.link_account_at_counter(person_id, typed["phone"], by=actor),
    )  # fmt: skip


@audience("staff", capability=SETTLE_CORRECTION)
@require_GET
def corrections(request: HttpRequest) -> HttpResponse:
    """Corrections that wait, the oldest first."""
    actor = request.actor  # type: ignore[attr-defined]
    page = page_of(request, queries.corrections_to_settle(actor))
    actions.record_list_look(what="parties.corrections", criteria="", row_count=len(page.object_list), by=actor)
    rows = [(actions.CORRECTABLE.get(row.fact, row.fact), row) for row in page.object_list]
    return render(request, "parties/corrections.html", {"page": page, "rows": rows})


@audience("staff", capability=SETTLE_CORRECTION)
@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    """Grant or decline one; opening it is a look at the person."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.corrections_to_settle(actor).filter(pk=correction_id).first()
    if found is None:
        raise not_found(T("这项更正申请", "This correction"))
    if request.method == "GET":
        actions.record_look(
            found.person_id,
            what="parties.correction",
            reason=str(T("办理更正申请", "Settling a correction").zh),
            by=actor,
        )
    now = getattr(found.person, found.fact)
    lead = T(
        "{name}：现为“{now}”，申请改为“{stated}”。理由：{why}",
        "{name}: now “{now}”, asked to be “{stated}”. Why: {why}",
    )
    page = FormPage(
        T("办理更正", "Settle a correction"), T("办结", "Settle"), reverse("parties:corrections"),
        lead.format(name=found.person.name, now=now, stated=found.stated, why=found.reason), is_desk=True,
    )  # fmt: skip

    def act(typed: dict[str, Any]) -> None:
        actions.settle_correction(found.pk, accept=typed["accept"] == "yes", answer=typed["answer"], by=actor)

    return form_page(request, page, SettleForm(sent(request)), act)
