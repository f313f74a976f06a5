"""A telephone or employer recorded wrongly, corrected by the grid worker of the place."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.applications.grid import actions, queries
from tongban.applications.grid.forms import ContactForm
from tongban.applications.grid.rules.rights import WORK
from tongban.foundation.registers.queries import contact_facts
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import show_refusal


@audience("staff", capability=WORK)
@never_cache
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, residence_id: UUID) -> HttpResponse:
    """What is recorded, to put right; what a colleague changed meanwhile is shown beside it, and the worker decides anew."""
    by = actor_of(request)
    row, there = actions.open_contact(residence_id, by=by)
    start = {name: ContactForm.shown(name, there) for name in there} | {"seen": there}
    form = ContactForm(request.POST or None, initial=start)
    context: dict[str, Any] = {"row": row}
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_contact(residence_id, seen=form.seen_facts(), wanted=form.wanted(), by=by)
        except Refusal as refusal:
            show_refusal(form, refusal)
            if refusal.code == "changed_meanwhile":
                there = contact_facts(row.person_id)
                wanted = actions.check_contact(form.wanted())
                context["beside"] = queries.contact_beside(form.seen_facts(), there, wanted)
                typed = request.POST.copy()
                typed["seen"] = json.dumps(there)
                form.data = typed
        else:
            messages.success(request, str(T("已更正，本人会收到通知。", "Corrected; the person is told.")))
            return redirect("grid:dwelling", row.dwelling_id)
    home = reverse("grid:dwelling", args=[row.dwelling_id])
    crumbs = [(home, row.dwelling.address), (reverse("grid:correct", args=[row.pk]), row.name)]
    return render(
        request, "grid/contact.html", context | {"form": form, "crumbs": crumbs}, status=422 if form.errors else 200
    )
