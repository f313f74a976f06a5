"""What residents propose, at the grid worker's desk: beside what is recorded, to confirm or to refuse."""

from __future__ import annotations

import json
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.applications.grid import actions, queries
from tongban.applications.grid.forms import RefuseForm, facts_in
from tongban.applications.grid.models import Proposal
from tongban.applications.grid.rules.proposals import WHAT
from tongban.applications.grid.rules.rights import WORK
from tongban.foundation.parties.actions import record_list_look
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import refusals_told, tried


@audience("staff", capability=WORK)
@never_cache
@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first."""
    by = actor_of(request)
    rows = list(queries.proposals_to_settle(by)[:100])
    record_list_look(what="grid.proposals", criteria="", row_count=len(rows), by=by)
    return render(request, "grid/proposals.html", {"rows": [(row, WHAT[row.what]) for row in rows]})


@audience("staff", capability=WORK)
@never_cache
@require_http_methods(["GET", "POST"])
def proposal(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """One of them beside what stands now; confirmed, it is written, refused, the resident reads why."""
    by = actor_of(request)
    row = (
        queries.proposal_visible_to(by, proposal_id)
        if request.method == "POST"
        else actions.open_proposal(proposal_id, by=by)
    )
    form = RefuseForm(request.POST if request.POST.get("choice") == "refuse" else None)
    if request.method == "POST" and _settled(request, row, form, by):
        messages.success(request, str(T("已办理，结果已告诉本人。", "Settled, and the resident is told.")))
        return redirect("grid:proposals")
    beside, there = queries.facts_beside(row)
    context = {
        "row": row, "what": WHAT[row.what], "beside": beside, "there": json.dumps(there), "form": form,
        "address": queries.proposal_address(row),
        "is_own": row.person_id == by.person_id,
    }  # fmt: skip
    return render(request, "grid/proposal.html", context, status=422 if form.errors else 200)


def _settled(request: HttpRequest, row: Proposal, form: RefuseForm, by: Actor) -> bool:
    if form.is_bound:
        return tried(form, lambda typed: actions.refuse_proposal(row.pk, reason=typed["reason"], by=by)) is not None
    try:
        seen = facts_in(json.loads(request.POST.get("there", "{}")))
    except ValueError:
        seen = {}  # nothing was seen: refused as changed, and shown anew
    with refusals_told(request):
        actions.accept_proposal(row.pk, seen=seen, by=by)
        return True
    return False
