"""Several cases side by side, approved in one act where each was read as it stands."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.lib.ids import uuid_of
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.matters import actions, hooks, queries
from tongban.matters.actions.desks import MOST_TOGETHER
from tongban.matters.queries.printing import printed_opinions, printed_screens
from tongban.matters.queries.shown import shown_of
from tongban.matters.rules.cases import LONGEST_OPINION, OPEN
from tongban.matters.views.signals import clock_of_review
from tongban.web.audiences import audience


@audience("staff", capability=hooks.REVIEW)
@never_cache
@require_http_methods(["GET", "POST"])
def together(request: HttpRequest) -> HttpResponse:
    """Read several cases side by side; those ticked are approved for one's unit as they were shown."""
    refused: list[tuple[str, T]] = []
    if request.method == "POST":
        refused = _approve(request)
        if not refused:
            return HttpResponseRedirect(reverse("matters:desk_reviews"))
    sent = request.POST.getlist("case") if request.method == "POST" else request.GET.getlist("chosen")
    ids = list(dict.fromkeys(map(_uuid, sent)))
    if len(ids) > MOST_TOGETHER:
        raise Refusal(
            "too_many", T("一次最多并排查看 {most} 件。", "At most {most} side by side.").format(most=MOST_TOGETHER)
        )
    columns = [found for one in ids if (found := _column(request, one)) is not None]
    context = {"columns": columns, "refused": refused, "longest": LONGEST_OPINION, "text": request.POST.get("text", "")}
    return render(request, "matters/desk/together.html", context, status=422 if refused else 200)


def _approve(request: HttpRequest) -> list[tuple[str, T]]:
    """Give the opinions; who was refused, by number and name, with why."""
    seen = [(_uuid(one), request.POST.get(f"shown-{one}", "")) for one in request.POST.getlist("agree")]
    try:
        results = actions.approve_together(seen, text=request.POST.get("text", ""), by=request.actor)  # type: ignore[attr-defined]
    except Refusal as refusal:
        if refusal.stops_the_page:
            raise
        return [("", refusal.message)]
    done = [one.case.number or "" for one in results if one.refusal is None]
    if done:
        text = T("已同意 {n} 件：{numbers}", "Approved {n}: {numbers}")
        messages.success(request, str(text.format(n=len(done), numbers="、".join(done))))
    return [(f"{one.case.number} {one.case.name}", one.refusal.message) for one in results if one.refusal is not None]


def _column(request: HttpRequest, case_id: UUID) -> dict[str, Any] | None:
    """One case as it is read, and only while it waits for the actor's unit; opening it is a look."""
    actor = request.actor  # type: ignore[attr-defined]
    case = actions.open_case(case_id, by=actor)
    review = case.reviews.filter(unit_id=actor.unit_id, state=OPEN).select_related("case").first()
    if review is None or queries.concerned_with(case, actor):
        return None
    content = queries.content_of(case)
    party = next((one for one in content.definition.reviews.parties if one.unit == review.unit_code), None)
    screens = printed_screens(case, content)
    return {
        "case": case, "shown": str(shown_of(case)), "clock": clock_of_review(review), "review": review, "party": party,
        "opinions": printed_opinions(case),
        "ours": [one for one in screens if party is None or one.code in party.looks_at],
        "others": [one for one in screens if party is not None and one.code not in party.looks_at],
    }  # fmt: skip


def _uuid(text: str) -> UUID:
    found = uuid_of(text)
    if found is None:
        raise not_found(T("这件办件", "This case"))
    return found
