"""Public pages of services: the guide, and the start of an application."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from tongban.foundation.parties.queries import organisations_acted_for
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters import actions, queries
from tongban.matters.forms import StartForm
from tongban.matters.rules.cases import check_in_force
from tongban.matters.rules.materials import listed_materials
from tongban.web.audiences import audience
from tongban.web.forms import show_refusal


@audience("public")
@require_GET
def guide(request: HttpRequest, code: str) -> HttpResponse:
    """The service guide: what, who, what to keep ready, how long, on what legal basis."""
    definition = queries.definition_by_code(code)
    content = queries.content_of(definition)
    said = content.definition
    closed = None
    try:
        check_in_force(said.in_force, timezone.localdate())
    except Refusal as refusal:
        closed = refusal.message
    if not definition.is_open:
        closed = T("这项服务已停止受理。", "This service takes no applications now.")
    context = {"definition": definition, "said": said, "guide": said.guide, "clocks": said.clocks,
               "screens": content.form.screens, "closed": closed, "materials": listed_materials(content),
               "certificate": content.certificate,
               "crumbs": [(reverse("web:theme", args=[said.theme]), _theme_title(said.theme))]}  # fmt: skip
    return render(request, "matters/guide.html", context)


def _theme_title(code: str) -> T:
    found = queries.themes_now(timezone.localdate()).filter(code=code).first()
    return T.read(found.title) if found else T("全部事项", "All services")


@audience("person")
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Choose for whom, and begin; drafts begun before are offered first."""
    actor = request.actor  # type: ignore[attr-defined]
    definition = queries.definition_by_code(code)
    said = queries.content_of(definition).definition
    companies = organisations_acted_for(actor) if "company" in said.applicants else []
    form = StartForm(request.POST or None)
    choices = [(str(company.pk), f"{company.name}（{company.uscc or ''}）") for company in companies]
    form.fields["organisation_id"].choices = choices  # type: ignore[attr-defined]
    kind, principal = actor.on_behalf_of or ("", None)
    chosen = principal if kind == "organisation" else companies[0].pk if len(companies) == 1 else None
    form.initial["organisation_id"] = str(chosen) if chosen else ""
    for_person = "person" in said.applicants and not companies
    if request.method == "POST" and (for_person or form.is_valid()):
        company_id = None if for_person else UUID(form.cleaned_data["organisation_id"])
        try:
            case = actions.start_draft(code, organisation_id=company_id, by=actor)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            first = queries.content_of(case).form.screens[0].code  # also when all of it is filled in: people check it
            return HttpResponseRedirect(reverse("matters:screen", args=[case.pk, first]))
    drafts = list(queries.cases_of(actor).filter(definition=definition, state="draft")[:5])
    context = {"definition": definition, "said": said, "form": form, "companies": companies, "for_person": for_person,
               "drafts": drafts, "crumbs": [(reverse("matters:guide", args=[code]), definition.title)]}  # fmt: skip
    return render(request, "matters/start.html", context)
