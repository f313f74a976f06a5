"""Acting for others: mandates given and held, companies, and for whom one applies now."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.forms import CompanyForm, MandateForm
from tongban.foundation.parties.models import Mandate
from tongban.foundation.parties.views.common import FormPage, form_page, safe_next, sent
from tongban.lib.ids import uuid_of
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.audiences import audience


@audience("person")
@require_GET
def mandates(request: HttpRequest) -> HttpResponse:
    """Mandates the visitor gave and holds."""
    actor = request.actor  # type: ignore[attr-defined]
    given, held = queries.mandates_of(actor)
    titles = actions.services_to_mandate()
    context = {
        "given": _rows(given, titles), "held": _rows(held, titles), "today": timezone.localdate(),
        "companies": [o for o in queries.organisations_acted_for(actor) if o.legal_representative_id == actor.person_id],
    }  # fmt: skip
    return render(request, "parties/mandates.html", context)


def _rows(found: list[Mandate], titles: dict[str, T]) -> list[dict[str, Any]]:
    """Mandates with the names of the services each is limited to."""
    return [{"mandate": one, "services": [titles.get(code, code) for code in one.services]} for one in found]


@audience("person")
@require_http_methods(["GET", "POST"])
def grant(request: HttpRequest) -> HttpResponse:
    """Let somebody act for oneself, or for the company given as ``organisation``."""
    actor = request.actor  # type: ignore[attr-defined]
    organisation_id = uuid_of(request.GET.get("organisation", ""))
    grantor = actions.Grantor(organisation_id=organisation_id)
    who = T("我本人", "myself")
    if organisation_id is None:
        grantor = actions.Grantor(person_id=actor.person_id)
    else:
        own = {o.pk: o for o in queries.organisations_acted_for(actor)}
        if organisation_id not in own:
            raise not_found(T("这个单位", "This organisation"))
        who = T(own[organisation_id].name, own[organisation_id].name_en or own[organisation_id].name)
    page = FormPage(
        T("新授权：{who}", "New mandate for {who}").format(who=who), T("授权", "Give the mandate"), reverse("parties:mandates"),
        T("对方接受后才生效，您可以随时收回。", "It counts once accepted; you can withdraw it at any time."),
    )  # fmt: skip
    today = timezone.localdate()
    form = MandateForm(sent(request), initial={"valid_from": today, "valid_to": today + timedelta(days=365)})

    def act(typed: dict[str, Any]) -> None:
        services = actions.services_named(re.split("[,，、;；]", typed["services"]))
        new = actions.NewMandate(
            typed["agent_name"],
            typed["document_type"],
            typed["document_number"],
            form.term(),
            services,
            typed["may_sign"],
        )
        actions.grant_mandate(new, grantor=grantor, by=actor)

    return form_page(request, page, form, act)


@audience("person")
@require_POST
def accept(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """Agree to act."""
    actions.accept_mandate(mandate_id, by=request.actor)  # type: ignore[attr-defined]
    return redirect("parties:mandates")


@audience("person")
@require_POST
def withdraw(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """Withdraw a mandate, or give it back."""
    actions.withdraw_mandate(mandate_id, by=request.actor)  # type: ignore[attr-defined]
    return redirect("parties:mandates")


@audience("person")
@require_GET
def companies(request: HttpRequest) -> HttpResponse:
    """Companies and people the visitor may act for, and for whom they act now."""
    actor = request.actor  # type: ignore[attr-defined]
    context = {
        "companies": queries.organisations_acted_for(actor),
        "people": queries.persons_acted_for(actor),
        "now": actor.on_behalf_of[1] if actor.on_behalf_of else None,
    }
    return render(request, "parties/companies.html", context)


@audience("person")
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest) -> HttpResponse:
    """Record a company one represents."""
    actor, place = request.actor, request.place  # type: ignore[attr-defined]
    page = FormPage(
        T("登记我的单位", "Record my company"), T("登记", "Record"), reverse("parties:companies"),
        T("请由法定代表人或负责人本人登记，内容与营业执照一致。", "For the legal representative, exactly as on the licence."),
    )  # fmt: skip

    def act(typed: dict[str, Any]) -> None:
        actions.claim_organisation(actions.NewOrganisation(region_code=place.region_code, **typed), by=actor)

    return form_page(request, page, CompanyForm(sent(request)), act)


@audience("person")
@require_POST
def act_for(request: HttpRequest) -> HttpResponse:
    """Choose for whom one applies in this session: a company, another person, or oneself again."""
    kind, _, principal = request.POST.get("for", "").partition(":")
    if kind not in ("organisation", "person"):
        request.session.pop(queries.SESSION_ACTING_FOR, None)
        return redirect(safe_next(request, "/"))
    principal_id = uuid_of(principal)
    if principal_id is None:
        raise not_found(T("这个单位或个人", "This company or person"))
    actions.act_for(kind, principal_id, by=request.actor)  # type: ignore[attr-defined]
    request.session[queries.SESSION_ACTING_FOR] = f"{kind}:{principal_id}"
    request.session[queries.SESSION_MEMBERSHIP] = ""  # nobody applies for somebody from behind an office's desk
    return redirect(safe_next(request, "/company/" if kind == "organisation" else "/"))
