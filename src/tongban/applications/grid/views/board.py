"""An area in pictures: who lives there, who comes and goes, how fresh it is, what waits; each number opens its list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from tongban.applications.grid import queries
from tongban.applications.grid.queries.areas import FRESH_DAYS
from tongban.applications.grid.rules.rights import WORK
from tongban.applications.grid.views.common import area_url, crumbs_to
from tongban.foundation.registers.hooks import VIEW_RESIDENTS
from tongban.foundation.registers.queries import KINDS, Flow, Profile, flows_of, profile_of
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience


@audience("staff", capability=VIEW_RESIDENTS)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """The dashboard of an area; everything stands in tables, too."""
    by = actor_of(request)
    area = queries.area_visible_to(by, request.GET.get("area", "")[:15])
    people = f"{reverse('grid:people')}?area={area.code}"
    profile, flows = profile_of(by, area=area.code), flows_of(by, area=area.code)
    parts = queries.parts_of(by, area)
    kinds = [(label, profile.kinds.get(kind, 0), f"{people}&kind={kind}") for kind, label in KINDS.items()]
    months = [(f"{one.month:%Y-%m}", one.came, one.left) for one in flows]
    context: dict[str, Any] = {
        "area": area, "crumbs": crumbs_to(by, area, (area_url(area), area.name)), "kinds": kinds,
        "months": [(month, came, left, f"{people}&month={month}") for month, came, left in months],
        "parts": [(one, f"{reverse('grid:people')}?area={one.area.code}&which=stale") for one in parts],
        "days": FRESH_DAYS, "work": _work(by, area) if WORK in by.capabilities else None,
        "charts": _charts(profile, flows, parts),
    }  # fmt: skip
    return render(request, "grid/board.html", context)


def _work(by: Actor, area: queries.Area) -> list[tuple[T, int, str]]:
    return [(label, n, reverse(f"grid:{name}") if name else "") for label, n, name in queries.work_done(by, area.code)]


def _charts(profile: Profile, flows: list[Flow], parts: list[queries.Part]) -> list[dict[str, Any]]:
    """What static/web/charts.js draws; the same numbers stand in the tables."""
    return [
        {"id": "chart-kinds", "title": str(T("各类人数", "People by kind")), "names": [str(label) for label in KINDS.values()],
         "values": [profile.kinds.get(kind, 0) for kind in KINDS]},
        {"id": "chart-flows", "title": str(T("每月迁入和迁出", "Came and left by month")), "names": [f"{one.month:%Y-%m}" for one in flows],
         "series": [{"name": str(T("迁入", "Came")), "values": [one.came for one in flows]},
                    {"name": str(T("迁出", "Left")), "values": [one.left for one in flows]}]},
        {"id": "chart-fresh", "title": str(T("各网格核实率（%）", "Confirmed (%)")), "names": [str(one.area.name) for one in parts],
         "values": [one.percent for one in parts]},
    ]  # fmt: skip
