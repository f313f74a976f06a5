"""Behind an invitation's link: the visitor says who they are and has the pass."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.applications.gates import actions, queries
from tongban.applications.gates.forms import VisitorForm
from tongban.applications.gates.views.mine import code_part, paper_answer, pass_context
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import tried
from tongban.web.limits import limit

A_MINUTE = 60


@audience("public")
@never_cache
@require_http_methods(["GET", "POST"])
def guest(request: HttpRequest, link: str) -> HttpResponse:
    """The form, then the pass."""
    limit(request, "gates.guest", per_minute=A_MINUTE)
    row = queries.pass_by_link(link)
    form = VisitorForm(request.POST or None, initial={"name": row.name})
    if request.method == "POST" and tried(
        form, lambda said: actions.accept_invitation(link, **said, by=actor_of(request))
    ):
        return redirect("gates:guest", link=link)
    context = pass_context(row, reverse("gates:guest_now", args=[link]), reverse("gates:guest_paper", args=[link])) | {
        "form": form, "standing": queries.standing_of(row), "is_holder": True,
    }  # fmt: skip
    return render(request, "gates/guest.html", context, status=422 if form.errors else 200)


@audience("public")
@never_cache
@require_GET
def now(request: HttpRequest, link: str) -> HttpResponse:
    """The code of the next ninety seconds."""
    limit(request, "gates.guest", per_minute=A_MINUTE)
    return code_part(request, queries.pass_by_link(link), reverse("gates:guest_now", args=[link]))


@audience("public")
@never_cache
@require_GET
def paper(request: HttpRequest, link: str) -> HttpResponse:
    """The pass on A6."""
    limit(request, "gates.guest", per_minute=A_MINUTE)
    return paper_answer(queries.pass_by_link(link))
