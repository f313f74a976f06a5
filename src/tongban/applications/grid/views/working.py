"""A grid worker's day: where to go next, what still holds, what does not, what a colleague said differently."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.applications.grid import actions, queries
from tongban.applications.grid.forms import CorrectForm, LeaseForm, SearchForm, facts_in, group_of
from tongban.applications.grid.models import HomeVisit
from tongban.applications.grid.rules.rights import WORK
from tongban.foundation.parties.actions import record_list_look
from tongban.foundation.registers.queries import leases_visible_to, residence_facts, residence_visible_to, to_confirm
from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import refusals_told, tried

if TYPE_CHECKING:
    from tongban.foundation.registers.models import Residence


@audience("staff", capability=WORK)
@never_cache
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """What waits today, and the next doors to knock at."""
    by = actor_of(request)
    doors = queries.doors(by)
    record_list_look(what="grid.today", criteria="", row_count=len(doors), by=by)
    tasks = list(queries.tasks_open(by).select_related("dwelling")[:5])
    context = {
        "area": queries.area_visible_to(by, ""), "doors": doors, "search": SearchForm(),
        "tasks": [(one, queries.is_late(one.due_on)) for one in tasks],
        "counts": [
            (T("待核实的人", "People to confirm"), to_confirm(by).count(), f"{reverse('grid:people')}?which=stale"),
            (T("租约已到期", "Leases that ended"), leases_visible_to(by, ended=True).count(), "#doors"),
            (T("任务", "Tasks"), queries.tasks_open(by).count(), reverse("grid:tasks")),
            (T("说法不一致", "To settle"), queries.edits_to_settle(by).count(), reverse("grid:edits")),
            (T("居民建议", "Proposals"), queries.proposals_to_settle(by).count(), reverse("grid:proposals")),
            (T("事件", "Events"), queries.events_visible_to(by, open_only=True).count(), reverse("grid:events")),
        ],
    }  # fmt: skip
    return render(request, "grid/today.html", context)


@audience("staff", capability=WORK)
@require_POST
def visit(request: HttpRequest, dwelling_id: UUID) -> HttpResponse:
    """Say what a visit found: everybody as recorded, one of them, nobody at home, vacant."""
    by = actor_of(request)
    here = redirect("grid:dwelling", dwelling_id=dwelling_id)
    with refusals_told(request):
        return _after(request, actions.report_visit(_reported(request, dwelling_id), by=by), here)
    return here


def _after(request: HttpRequest, visit: HomeVisit, here: HttpResponse) -> HttpResponse:
    """Where a visit leads: to what a colleague said differently, else back."""
    clash = visit.edits.filter(state__in=("clash", "refused")).first()
    if clash is not None:
        messages.warning(request, str(T("同事刚刚改过，请核对。", "A colleague has just changed this: compare.")))
        return redirect("grid:edit", edit_id=clash.pk)
    messages.success(request, str(T("已记录。", "Recorded.")))
    return here


def _reported(request: HttpRequest, dwelling_id: UUID) -> actions.Report:
    """What the page says: for each person shown the facts that were shown, and whose still hold."""
    try:
        nonce = UUID(request.POST.get("nonce", ""))
        only = request.POST.get("only", "")
        said = []
        for text in request.POST.getlist("residence") if request.POST.get("outcome") == "met" else []:
            residence_id, _, facts = text.partition(" ")
            seen = facts_in(json.loads(facts))
            if only in ("", residence_id):
                said.append(actions.Said(UUID(residence_id), seen, seen))
    except ValueError:
        raise not_found(T("这次走访", "This visit")) from None
    return actions.Report(nonce, dwelling_id, request.POST.get("outcome", "")[:8], said)


@audience("staff", capability=WORK)
@never_cache
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, residence_id: UUID) -> HttpResponse:
    """Correct what is recorded of one person at one dwelling."""
    by = actor_of(request)
    row = residence_visible_to(by, residence_id)
    home = reverse("grid:dwelling", args=[row.dwelling_id])
    if request.method == "POST":
        form = CorrectForm(request.POST)
        found = tried(form, lambda _: _correct(form, row, by))
        if found is not None:
            return _after(request, found, redirect(home))
    else:
        facts = residence_facts(row)
        start = facts | {"relation": group_of(facts["relation"]), "seen": facts, "nonce": uuid4()}
        form = CorrectForm(initial=start)
    context = {"form": form, "row": row, "crumbs": [(home, row.dwelling.address)]}
    return render(request, "grid/correct.html", context, status=422 if form.errors else 200)


def _correct(form: CorrectForm, row: Residence, by: Actor) -> HomeVisit:
    said = actions.Said(row.pk, form.seen_facts(), form.wanted())
    report = actions.Report(form.cleaned_data["nonce"], row.dwelling_id, "met", [said], is_live=True)
    return actions.report_visit(report, by=by)


@audience("staff", capability=WORK)
@never_cache
@require_http_methods(["GET", "POST"])
def lease(request: HttpRequest, lease_id: UUID) -> HttpResponse:
    """Record that a lease goes on longer, or ends earlier, than agreed."""
    by = actor_of(request)
    found = actions.lease_to_move(lease_id, by=by)
    home = reverse("grid:dwelling", args=[found.dwelling_id])
    form = LeaseForm(request.POST or None, initial={"until": found.until})
    if request.method == "POST" and tried(form, lambda said: actions.move_lease(found.pk, **said, by=by)):
        messages.success(request, str(T("已记录。", "Recorded.")))
        return redirect(home)
    context = {"form": form, "lease": found, "crumbs": [(home, found.dwelling.address)]}
    return render(request, "grid/lease.html", context, status=422 if form.errors else 200)


@audience("staff", capability=WORK)
@never_cache
@require_GET
def edits(request: HttpRequest) -> HttpResponse:
    """What two people said differently, and corrections that could not be taken over."""
    by = actor_of(request)
    rows = list(queries.edits_to_settle(by)[:100])
    record_list_look(what="grid.edits", criteria="", row_count=len(rows), by=by)
    return render(request, "grid/edits.html", {"rows": rows})


@audience("staff", capability=WORK)
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, edit_id: UUID) -> HttpResponse:
    """One of them side by side: as it was seen, as it stands, as the visitor says; a person chooses."""
    by = actor_of(request)
    found = queries.edit_visible_to(by, edit_id)
    there = residence_facts(found.residence)
    rows = queries.differences(found, there)
    if request.method == "POST":
        return _settle(request, edit_id, rows, by)
    context = {"edit": found, "rows": rows, "there": json.dumps(there), "is_refused": found.state == "refused"}
    return render(request, "grid/edit.html", context)


def _settle(request: HttpRequest, edit_id: UUID, rows: list[queries.Difference], by: Actor) -> HttpResponse:
    try:
        seen = facts_in(json.loads(request.POST.get("there", "")))
    except ValueError:
        raise not_found(T("这条更正", "This correction")) from None
    wanted: dict[str, str] = {}
    if request.POST.get("choice") != "drop":
        wanted = {
            one.fact: one.wanted_value if request.POST.get(one.fact) == "wanted" else seen.get(one.fact, "")
            for one in rows
        }
    with refusals_told(request):
        if actions.settle_edit(edit_id, seen=seen, wanted=wanted, by=by).state != "clash":
            messages.success(request, str(T("已核对。", "Settled.")))
            return redirect("grid:edits")
        messages.warning(request, str(T("又有人改过，请再核对一次。", "Changed again meanwhile: compare once more.")))
    return redirect("grid:edit", edit_id=edit_id)
