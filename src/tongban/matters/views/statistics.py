"""How services run, with pictures: for those who supervise them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from tongban.lib.words import T
from tongban.matters import hooks, queries
from tongban.matters.forms import PeriodForm
from tongban.matters.models import Definition
from tongban.matters.queries import statistics
from tongban.matters.queries.figures import counted
from tongban.matters.queries.statistics import Duration, Group, Period
from tongban.matters.rules.ratings import LEVELS
from tongban.web.audiences import audience

_DAYS = 90
_MOST_DAYS = 731


def _period(request: HttpRequest) -> tuple[Period, PeriodForm]:
    """The days asked for; nonsense becomes the last ninety days, a longer period its last two years."""
    form = PeriodForm(request.GET or None)
    said = form.cleaned_data if form.is_valid() else {}
    until = said.get("until") or timezone.localdate()
    since = said.get("since") or until - timedelta(days=_DAYS)
    if since > until:
        since, until = until, since
    since = max(since, until - timedelta(days=_MOST_DAYS))
    region = request.actor.region  # type: ignore[attr-defined]
    return Period(since, until, region), PeriodForm(initial={"since": since, "until": until})


@audience("staff", capability=hooks.SUPERVISE)
@require_GET
def services(request: HttpRequest) -> HttpResponse:
    """Every service with what runs now and how it is rated."""
    period, form = _period(request)
    definitions = list(queries.open_definitions())
    running = statistics.running_now([one.pk for one in definitions], period.region)
    groups, kept_at = counted("groups", definitions, period, lambda: statistics.groups_of(definitions, period))
    rows = []
    for one in definitions:
        up, score = statistics.take_up(groups[one.pk]), queries.score(groups[one.pk])
        rows.append((one, reverse("matters:desk_service", args=[one.code]), running.get(one.pk, 0), up, score))
    context = {"rows": rows, "form": form, "period": period, "kept_at": kept_at}
    return render(request, "matters/desk/services.html", context)


@audience("staff", capability=hooks.SUPERVISE)
@require_GET
def service(request: HttpRequest, code: str) -> HttpResponse:
    """One service: take-up, where people give up, how long each step takes, what they say."""
    period, form = _period(request)
    definition = queries.definition_by_code(code)
    (groups, steps, reviews), kept_at = counted("service", [definition], period, lambda: _counted(definition, period))
    losses, score = statistics.screen_losses(definition, groups), queries.score(groups)
    context = {
        "definition": definition, "form": form, "period": period, "up": statistics.take_up(groups),
        "losses": losses, "steps": steps, "reviews": reviews, "score": score, "kept_at": kept_at,
        "levels": [(title, score.by_level[level]) for level, title in LEVELS.items()],
        "known": statistics.known_questions(definition, groups),
        "charts": _charts(losses, steps + reviews, score.by_level),
    }  # fmt: skip
    return render(request, "matters/desk/service.html", context)


def _counted(definition: Definition, period: Period) -> tuple[list[Group], list[Duration], list[Duration]]:
    groups = statistics.groups_of([definition], period)[definition.pk]
    return groups, statistics.step_durations(definition, period), statistics.review_durations(definition, period)


def _charts(losses: list[Any], durations: list[Duration], by_level: dict[int, int]) -> list[dict[str, Any]]:
    """What static/web/charts.js draws; the same numbers stand in tables beside the pictures."""
    return [
        {"id": "chart-screens", "title": str(T("走到每一页的人数", "How many came to each screen")), "unit": "",
         "names": [str(one.title) for one in losses], "values": [one.reached for one in losses]},
        {"id": "chart-steps", "title": str(T("各环节用时（中位数，天）", "Days per step (median)")), "unit": "",
         "names": [str(one.title) for one in durations], "values": [round(one.median or 0, 2) for one in durations]},
        {"id": "chart-levels", "title": str(T("评价分布", "Ratings by level")), "unit": "",
         "names": [str(LEVELS[level]) for level in LEVELS], "values": [by_level[level] for level in LEVELS]},
    ]  # fmt: skip
