"""Public pages of services: the guide, and the start of an application."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from tongban.foundation.parties.queries import grounds_of, organisations_acted_for, persons_acted_for
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.matters import actions, queries
from tongban.matters.adapters import offered_file
from tongban.matters.forms import StartForm
from tongban.matters.rules.cases import check_in_force
from tongban.matters.rules.materials import listed_materials
from tongban.matters.rules.shape import DefinitionShape
from tongban.web.audiences import audience
from tongban.web.forms import show_refusal

SELF = "self"


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
    materials = [
        (one, [file for file in one.files if offered_file(content, file[1])]) for one in listed_materials(content)
    ]
    context = {"definition": definition, "said": said, "guide": said.guide, "clocks": said.clocks,
               "screens": content.form.screens, "closed": closed, "materials": materials,
               "certificate": content.certificate,
               "crumbs": [(reverse("web:theme", args=[said.theme]), _theme_title(said.theme))]}  # fmt: skip
    return render(request, "matters/guide.html", context)


@audience("public")
@require_GET
def material_file(request: HttpRequest, code: str, name: str) -> FileResponse:
    """A blank form or a sample the guide offers."""
    del request
    path = offered_file(queries.content_of(queries.definition_by_code(code)), name)
    if path is None:
        raise not_found(T("这个文件", "This file"))
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


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
    choices = applicants_open_to(actor, said)
    form = StartForm(request.POST or None)
    form.fields["whom"].choices = choices  # type: ignore[attr-defined]
    form.initial["whom"] = _preferred(actor, [value for value, _ in choices])
    is_for_self = "person" in said.applicants and all(value == SELF for value, _ in choices)
    if request.method == "POST" and (is_for_self or form.is_valid()):
        kind, _, principal = ("" if is_for_self else form.cleaned_data["whom"]).partition(":")
        try:
            case = actions.start_draft(
                code, by=actor, organisation_id=UUID(principal) if kind == "organisation" else None,
                person_id=UUID(principal) if kind == "person" else None,
            )  # fmt: skip
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            first = queries.content_of(case).form.screens[0].code  # also when all of it is filled in: people check it
            return HttpResponseRedirect(reverse("matters:screen", args=[case.pk, first]))
    drafts = list(queries.cases_of(actor).filter(definition=definition, state="draft")[:5])
    context = {"definition": definition, "said": said, "form": form, "has_choice": bool(choices) and not is_for_self,
               "for_self": is_for_self, "drafts": drafts, "crumbs": [(reverse("matters:guide", args=[code]), definition.title)]}  # fmt: skip
    return render(request, "matters/start.html", context)


def applicants_open_to(actor: Actor, said: DefinitionShape) -> list[tuple[str, str]]:
    """For whom the visitor may apply for a service: themselves, people and companies whose mandate covers it."""
    found = [(SELF, str(T("我本人", "Myself")))] if "person" in said.applicants and actor.person_id else []
    covered = {one.principal_id for one in grounds_of(actor) if not one.services or said.code in one.services}
    if "person" in said.applicants:
        label = T("{name}（凭授权代办）", "{name} (by mandate)")
        people = [one for one in persons_acted_for(actor) if one.pk in covered]
        found += [(f"person:{one.pk}", str(label.format(name=one.name))) for one in people]
    if "company" in said.applicants:
        companies = [one for one in organisations_acted_for(actor) if one.pk in covered]
        found += [(f"organisation:{one.pk}", f"{one.name}（{one.uscc or ''}）") for one in companies]
    return found


def _preferred(actor: Actor, values: list[str]) -> str:
    """Whom the session acts for, else the visitor, else the only one there is."""
    kind, principal = actor.on_behalf_of or ("", None)
    wanted = f"{kind}:{principal}"
    if wanted in values:
        return wanted
    return values[0] if SELF in values or len(values) == 1 else ""
