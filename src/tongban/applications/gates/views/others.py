"""Passes of people whose mandate one holds: taken and printed for them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tongban.applications.gates import actions, queries
from tongban.applications.gates.rules.kinds import KINDS
from tongban.applications.gates.views.common import done
from tongban.applications.gates.views.mine import pdf_answer
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience


@audience("person")
@never_cache
@require_GET
def others(request: HttpRequest) -> HttpResponse:
    """Everybody whose mandate one holds, with what they hold and could have."""
    rows = [
        {"person": one.person, "passes": [(row, KINDS[row.kind].name) for row in one.passes],
         "homes": [(home, KINDS[home.kind].name) for home in one.homes]}
        for one in queries.cared_for(actor_of(request))
    ]  # fmt: skip
    context = {"rows": rows, "crumbs": [(reverse("gates:mine"), T("出入证", "Passes"))]}
    return render(request, "gates/others.html", context)


@audience("person")
@require_POST
def take(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Take a pass for somebody."""
    by = actor_of(request)
    homes = queries.homes_of(queries.acting_for(by, person_id))
    home = next((one for one in homes if str(one.residence.dwelling_id) == request.POST.get("dwelling")), None)
    if home is not None:
        act = lambda: actions.take_pass_for(person_id, home.residence.dwelling_id, by=by)  # noqa: E731
        done(request, act, T("已领取，现在可以打印。", "Taken: it can be printed now."))
    return redirect("gates:others")


@audience("person")
@never_cache
@require_GET
def paper(request: HttpRequest, pass_id: UUID) -> HttpResponse:
    """Print a pass for somebody."""
    return pdf_answer(actions.paper_for(pass_id, by=actor_of(request)), "pass.pdf")
