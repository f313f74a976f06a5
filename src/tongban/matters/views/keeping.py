"""Pages for whoever publishes services: the list, one service, what differs, propose, confirm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters import actions, hooks, queries
from tongban.matters.adapters import read_imported, read_shipped
from tongban.matters.forms import ProposalForm, ReasonForm
from tongban.matters.queries.keeping import archive_of
from tongban.matters.rules.differences import KINDS, Difference, differences
from tongban.matters.rules.publishing import CHOICES, PROPOSED
from tongban.matters.rules.shape import Content
from tongban.matters.rules.sources import Faulty
from tongban.web.audiences import audience
from tongban.web.forms import refusals_in, show_refusal

_LIST = T("事项管理", "Services")
_TONES = {"added": "good", "removed": "bad", "changed": "progress"}


def _crumbs(code: str = "", title: T | None = None) -> list[tuple[str, Any]]:
    here = [(reverse("matters:kept_service", args=[code]), title)] if title else []
    return [(reverse("matters:kept_services"), _LIST), *here]


def _shown(found: list[Difference]) -> list[tuple[Difference, T, str]]:
    return [(one, KINDS[one.kind], _TONES[one.kind]) for one in found]


@audience("staff", capability=hooks.PUBLISH)
@never_cache
@require_GET
def services(request: HttpRequest) -> HttpResponse:
    """Every service with its version, and what awaits a second person."""
    actor = request.actor  # type: ignore[attr-defined]
    context = {"definitions": queries.definitions_kept(actor).order_by("name_pinyin", "name"),
               "proposals": queries.proposals_open(actor)}  # fmt: skip
    return render(request, "matters/keeping/services.html", context)


@audience("staff", capability=hooks.PUBLISH)
@never_cache
@require_http_methods(["GET", "POST"])
def service(request: HttpRequest, code: str) -> HttpResponse:
    """One service: its versions, who is in flight on which; open or close it."""
    actor = request.actor  # type: ignore[attr-defined]
    definition = queries.definition_kept(code, actor)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            actions.set_open(code, is_open=not definition.is_open, reason=form.cleaned_data["reason"], by=actor)
            done = T("已停止受理。", "Closed.") if definition.is_open else T("已恢复受理。", "Open again.")
            messages.success(request, str(done))
            return HttpResponseRedirect(request.path)
    versions = list(queries.versions_of(definition))
    context = {"definition": definition, "versions": versions, "form": form, "crumbs": _crumbs(),
               "groups": queries.in_flight(code, queries.content_of(definition), by=actor), "choices": CHOICES}  # fmt: skip
    return render(request, "matters/keeping/service.html", context, status=422 if form.errors else 200)


@audience("staff", capability=hooks.PUBLISH)
@require_GET
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """What differs between two versions."""
    actor = request.actor  # type: ignore[attr-defined]
    definition = queries.definition_kept(code, actor)
    numbers = [int(given) if (given := request.GET.get(part, "")).isdecimal() else 0 for part in ("from", "to")]
    old, new = (queries.version_of(code, number, actor) for number in numbers)
    found = differences(queries.version_content(old.pk), queries.version_content(new.pk))
    context = {"definition": definition, "old": old, "new": new, "found": _shown(found),
               "crumbs": _crumbs(code, definition.title)}  # fmt: skip
    return render(request, "matters/keeping/compare.html", context)


@audience("staff", capability=hooks.PUBLISH)
@require_GET
def export(request: HttpRequest, code: str) -> HttpResponse:
    """The version in force as an archive for another installation."""
    name, content = archive_of(queries.definition_kept(code, request.actor))  # type: ignore[attr-defined]
    return HttpResponse(
        content, content_type="application/gzip", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@audience("staff", capability=hooks.PUBLISH)
@never_cache
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a version: from this machine's folders, or from an archive another installation exported."""
    form = ProposalForm(request.POST, request.FILES) if request.method == "POST" else ProposalForm()
    faults: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            content, files = _chosen(form.cleaned_data)
            said = form.cleaned_data
            in_flight = actions.InFlight(said["in_flight"], said["until"], said["note"])
            made = actions.propose_publication(content, files, in_flight=in_flight, by=request.actor)  # type: ignore[attr-defined]
        except Refusal as refusal:
            show_refusal(form, refusal)
        except Faulty as faulty:
            faults = faulty.faults
        else:
            messages.success(
                request, str(T("已提出，请另一位管理员确认。", "Proposed: another administrator confirms."))
            )
            return HttpResponseRedirect(reverse("matters:proposal", args=[made.pk]))
    status = 422 if form.errors or faults else 200
    context = {"form": form, "faults": faults, "crumbs": _crumbs()}
    return render(request, "matters/keeping/propose.html", context, status=status)


def _chosen(said: dict[str, Any]) -> tuple[Content, dict[str, str]]:
    if said["archive"] is not None:
        return read_imported(said["archive"].read())
    if not said["code"]:
        raise Refusal(
            "not_a_choice", T("请选择事项，或上传压缩包。", "Choose a service, or send an archive."), field="code"
        )
    return read_shipped(said["code"])


@audience("staff", capability=hooks.PUBLISH)
@never_cache
@require_GET
def proposal(request: HttpRequest, publication_id: UUID) -> HttpResponse:
    """What is proposed, what it changes, for whom; to be confirmed by somebody else."""
    actor = request.actor  # type: ignore[attr-defined]
    found = queries.publication_kept(publication_id, actor)
    content = Content.model_validate(found.content)
    base = queries.version_content(found.base_id) if found.base_id else None
    context = {
        "publication": found, "name": content.definition.name, "found": _shown(differences(base, content)),
        "choice": CHOICES[found.in_flight], "is_open": found.state == PROPOSED,
        "is_own": found.proposed_by_id is not None and found.proposed_by_id == actor.person_id,
        "groups": queries.in_flight(found.code, content, by=actor), "crumbs": _crumbs(),
    }  # fmt: skip
    return render(request, "matters/keeping/proposal.html", context)


@audience("staff", capability=hooks.PUBLISH)
@require_POST
def settle(request: HttpRequest, publication_id: UUID) -> HttpResponse:
    """Confirm what somebody else proposed, or withdraw it."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.POST.get("then") == "confirm":
        actions.confirm_publication(publication_id, by=actor)
        messages.success(request, str(T("已发布。", "Published.")))
    else:
        actions.withdraw_publication(publication_id, by=actor)
        messages.success(request, str(T("已撤回。", "Withdrawn.")))
    return HttpResponseRedirect(reverse("matters:proposal", args=[publication_id]))
