"""What visitors see: which halls there are, and the door a poster leads to."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tongban.applications.halls import queries
from tongban.applications.halls.adapters import hall_title, hours_words
from tongban.lib.phones import show_phone
from tongban.web.audiences import audience

_SHOWN = 200


@audience("public")
@require_GET
def halls(request: HttpRequest) -> HttpResponse:
    """Halls of the region, to visit or to open one."""
    term = request.GET.get("q", "").strip()[:40]
    found = queries.halls_near(request.place.region_code, term)[:_SHOWN]  # type: ignore[attr-defined]
    return render(request, "halls/list.html", {"halls": found, "term": term})


@audience("public")
@never_cache
@require_GET
def door(request: HttpRequest, code: str) -> HttpResponse:
    """Where the poster leads."""
    hall = queries.hall_by_code(code)
    now, schedule = timezone.now(), hall.schedule
    context = {
        "hall": hall, "title": hall_title(hall), "hours": hours_words(hall.hours), "phone": show_phone(hall.phone),
        "is_open": schedule.is_open(now), "opens": schedule.opens_again(now), "services": hall.service_list,
    }  # fmt: skip
    return render(request, "halls/door.html", context)
