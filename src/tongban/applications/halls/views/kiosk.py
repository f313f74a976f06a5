"""The hall's own tablet: visitors register themselves at it, take the slip, and it forgets them within seconds."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.applications.halls import actions, queries
from tongban.applications.halls.adapters import hall_title
from tongban.applications.halls.forms import VisitForm
from tongban.applications.halls.models import Hall, Visit
from tongban.applications.halls.rules.codes import shown_code
from tongban.applications.halls.rules.queue import shown_number, wait_words
from tongban.applications.halls.views.screens import hall_of_screen
from tongban.lib.actors import ANONYMOUS
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.audiences import audience
from tongban.web.forms import tried
from tongban.web.limits import limit

SHOWN_SECONDS = 20
"""How long the number stands on the tablet: time enough to take the slip, too short for the next visitor to read it."""
IDLE_SECONDS = 60
"""After how long without a touch a half-filled form is offered to be cleared, and cleared 15 seconds later."""
REGISTRATIONS_A_MINUTE = 30


@audience("public")
@never_cache
@require_http_methods(["GET", "POST"])
def kiosk(request: HttpRequest, code: str, link: str) -> HttpResponse:
    """The form on the tablet, always empty; whoever has no phone leaves it out. ``?new`` begins again in Chinese."""
    hall = hall_of_screen(code, "kiosk", link)
    if "new" in request.GET:
        response: HttpResponse = redirect("halls:kiosk", code=hall.code, link=link)
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return response
    form = _form(request, hall)
    if request.method == "POST":
        limit(request, "halls.kiosk", per_minute=REGISTRATIONS_A_MINUTE)
        done: Visit | None = tried(form, lambda _: _register(hall, form))
        if done is not None:
            return redirect("halls:kiosk_done", code=hall.code, link=link, visit=done.code)
    now = timezone.now()
    context = _context(hall, link) | {
        "form": form, "asked": hall.asked if form.questions else None, "idle": IDLE_SECONDS,
        "may_register": hall.schedule.may_register(now) and hall.state in ("provisional", "confirmed"),
        "opens": hall.schedule.opens_again(now),
    }  # fmt: skip
    return render(request, "halls/kiosk.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, hall: Hall) -> VisitForm:
    questions = actions.wanted_by(hall, timezone.now(), phone=False).questions
    data = request.POST if request.method == "POST" else None
    form = VisitForm(data, hall=hall, questions=questions, for_other=True, initial={"nonce": uuid4()})
    del form.fields["helped_by"]
    for field in form.fields.values():  # the tablet's browser must not offer the last visitor's name to the next
        field.widget.attrs["autocomplete"] = "off"
    return form


def _register(hall: Hall, form: VisitForm) -> Visit:
    manner = actions.Manner(form.cleaned_data["nonce"], "kiosk", form.cleaned_data["entrance"], needs_phone=False)
    return actions.register_visit(hall, form.said(), manner, by=ANONYMOUS)


@audience("public")
@never_cache
@require_GET
def done(request: HttpRequest, code: str, link: str, visit: str) -> HttpResponse:
    """The number, and a slip on the tablet's printer; after twenty seconds the form stands there for the next visitor."""
    hall = hall_of_screen(code, "kiosk", link)
    found = queries.visit_by_code(visit)
    if found.hall_id != hall.pk:
        raise not_found(T("这个号", "This number"))
    standing = queries.standing(found)
    context = _context(hall, link) | {
        "visit": found, "number": shown_number(found.prefix, found.number or 0), "seconds": SHOWN_SECONDS,
        "before": standing.before if standing else 0, "wait": wait_words(standing.waits) if standing else None,
        "has_range": bool(standing and standing.waits),
        "address": request.build_absolute_uri(reverse("halls:visit", args=[found.code])), "shown_code": shown_code(found.code),
        "service": next((one.name for one in hall.service_list if one.code == found.service), ""),
    }  # fmt: skip
    return render(request, "halls/kiosk_done.html", context)


def _context(hall: Hall, link: str) -> dict[str, Any]:
    again = reverse("halls:kiosk", args=[hall.code, link]) + "?new"
    return {"hall": hall, "title": hall_title(hall), "again": again}
