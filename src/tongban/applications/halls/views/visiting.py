"""What visitors see: which halls there are, the door a poster leads to, and their own visit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.applications.halls import actions, queries
from tongban.applications.halls.adapters import hall_title, hours_words, make_slip
from tongban.applications.halls.forms import VisitForm
from tongban.applications.halls.models import Hall, Visit
from tongban.applications.halls.rules.codes import shown_code
from tongban.applications.halls.rules.queue import (
    BOOKED,
    OPEN_STATES,
    STATES,
    TONES,
    Standing,
    shown_number,
    wait_words,
)
from tongban.applications.halls.views.prefill import known_visitor
from tongban.lib.ids import uuid_of
from tongban.lib.phones import show_phone
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import tried
from tongban.web.limits import limit

_SHOWN = 200
REGISTRATIONS_A_MINUTE = 60  # of one address: a hall's visitors share its wireless network
COOKIE = "tongban_visit"
_LONGEST_SENT = 400  # characters of one answer; names of companions are a few hundred at most
COOKIE_SECONDS = 16 * 3600


@audience("public")
@require_GET
def halls(request: HttpRequest) -> HttpResponse:
    """Halls of the region, the quiet ones with few people waiting."""
    term = request.GET.get("q", "").strip()[:40]
    found = list(queries.halls_near(request.place.region_code, term)[:_SHOWN])  # type: ignore[attr-defined]
    now = timezone.now()
    waiting = queries.waiting_by_hall([one.pk for one in found], timezone.localdate(now) - timedelta(days=1))
    rows = [(one, waiting.get(one.pk, 0), one.schedule.is_open(now)) for one in found]
    rows.sort(key=lambda row: (not row[2], row[1]))
    return render(request, "halls/list.html", {"halls": rows, "term": term})


@audience("public")
@never_cache
@require_http_methods(["GET", "POST"])
def door(request: HttpRequest, code: str) -> HttpResponse:
    """Where the poster leads: register here, in under a minute, without installing anything."""
    hall = queries.hall_at_door(code)
    if hall.state == "moved" and request.method == "GET" and "stay" not in request.GET:
        return redirect(_new_door(hall, request.GET.get("e", "")))  # a poster that still hangs there
    now, for_other = timezone.now(), "for" in request.GET
    questions = actions.wanted_by(hall, now, phone=True).questions
    if request.method == "POST":
        limit(request, "halls.register", per_minute=REGISTRATIONS_A_MINUTE)
        visit = _as_sent(request, hall, questions, for_other=for_other)
        if visit is not None:
            return _registered(request, visit, for_other=for_other)
    known = known_visitor(request)
    form = _visit_form(request, hall, questions=questions, for_other=for_other, known=known)
    if request.method == "POST":
        visit = tried(form, lambda _: _register(request, hall, form, for_other=for_other))
        if visit is not None:
            return _registered(request, visit, for_other=for_other)
    context = _door(request, hall, form, for_other) | {"is_known": bool(known)}
    return render(request, "halls/door.html", context, status=422 if form.errors else 200)


def _registered(request: HttpRequest, visit: Visit, *, for_other: bool) -> HttpResponse:
    response = redirect("halls:visit", code=visit.code)
    if not for_other:  # so that the same phone finds its visit again at the hall's screen
        response.set_cookie(
            COOKIE, visit.code, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    return response


def _as_sent(request: HttpRequest, hall: Hall, questions: tuple[str, ...], *, for_other: bool) -> Visit | None:
    """Register what came right, which most of it does, without a form around it: making one costs more than the visit.

    None for everything else, which the form then shows with what is wrong; the same action checks both.
    """
    sent = request.POST
    nonce = uuid_of(sent.get("nonce", ""))
    if nonce is None or any("\0" in text or len(text) > _LONGEST_SENT for values in sent.lists() for text in values[1]):
        return None
    document = (sent.get("document_type", ""), sent.get("document_number", "")) if hall.asks_document else ("", "")
    said = actions.Said(
        sent.get("service", ""), sent.get("name", ""), *document, sent.get("phone", ""),
        sent.get("companions", "").splitlines(), sent.getlist("priorities"),
        {question: sent.get(question, "") for question in questions},
    )  # fmt: skip
    helper = _helper(sent.get("helped_by", "").strip()[:60], for_other=for_other)
    manner = actions.Manner(nonce, "poster", sent.get("entrance", ""), helper, needs_phone=not for_other)
    try:
        return actions.register_visit(hall, said, manner, by=actor_of(request))
    except Refusal:
        return None


def _helper(typed: str, *, for_other: bool) -> str:
    return (typed or str(T("同行帮忙", "a helper"))) if for_other else ""


def _new_door(hall: Hall, entrance: str) -> str:
    """Where the hall is now, by the same entrance."""
    known = any(one.code == entrance for one in hall.entrance_list)
    return f"{hall.moved_to}?e={entrance}" if known else hall.moved_to


def _visit_form(
    request: HttpRequest, hall: Hall, *, questions: tuple[str, ...], for_other: bool, known: dict[str, Any]
) -> VisitForm:  # fmt: skip
    """The registration form: as sent, or empty with a nonce and whatever is known of a returning visitor."""
    if request.method == "POST":
        return VisitForm(request.POST, hall=hall, questions=questions, for_other=for_other)
    initial: dict[str, Any] = {"nonce": uuid4(), "entrance": request.GET.get("e", "")[:12]}
    services = [one.code for one in hall.service_list if one.is_open]
    if len(services) == 1:
        initial["service"] = services[0]
    if not for_other:
        initial |= known
    return VisitForm(initial=initial, hall=hall, questions=questions, for_other=for_other)


def _register(request: HttpRequest, hall: Hall, form: VisitForm, *, for_other: bool) -> Visit:
    data = form.cleaned_data
    helper = _helper(data.get("helped_by", ""), for_other=for_other)
    manner = actions.Manner(data["nonce"], "poster", data["entrance"], helper, needs_phone=not for_other)
    return actions.register_visit(hall, form.said(), manner, by=actor_of(request))


def _door(request: HttpRequest, hall: Hall, form: VisitForm, for_other: bool) -> dict[str, Any]:
    now, schedule = timezone.now(), hall.schedule
    board = queries.board_of(hall)
    mine = request.COOKIES.get(COOKIE, "")
    return {
        "hall": hall, "title": hall_title(hall), "hours": hours_words(hall.hours), "phone": show_phone(hall.phone),
        "may_register": schedule.may_register(now) and hall.state in ("provisional", "confirmed"),
        "opens": schedule.opens_again(now), "services": hall.service_list, "form": form, "for_other": for_other,
        "lines": [(line, wait_words(line.waits)) for line in board.lines.values()], "inside": board.inside,
        "asked": hall.asked if form.questions else None, "mine": mine,
        "has_slots": any(one.has_slots for one in hall.service_list),
    }  # fmt: skip


@audience("public")
@never_cache
@require_GET
def visit(request: HttpRequest, code: str) -> HttpResponse:
    """One visit, for whoever holds its code: the number, how many before, how long it may take."""
    found = queries.visit_by_code(code)
    address = request.build_absolute_uri(reverse("halls:visit", args=[found.code]))
    standing = queries.standing(found)
    context = _facts(found, standing) | {
        "visit": found, "tag": _tag(found, standing), "hall": found.hall, "title": hall_title(found.hall), "address": address,
        "shown_code": shown_code(found.code), "service": _service(found), "stars": STARS, "nonce": uuid4(),
        "is_inside": found.inside_since is not None and found.outside_since is None,
        "may_arrive": found.inside_since is None and found.state in (*OPEN_STATES, BOOKED),
    }  # fmt: skip
    return render(request, "halls/visit.html", context)


STARS = ((5, T("非常满意", "Very good")), (4, T("满意", "Good")), (3, T("基本满意", "Fair")), (2, T("不满意", "Poor")),
         (1, T("非常不满意", "Very poor")))  # fmt: skip


def _service(found: Visit) -> T:
    return next((one.name for one in found.hall.service_list if one.code == found.service), T("", ""))


def _facts(found: Visit, standing: Standing | None) -> dict[str, Any]:
    return {
        "number": shown_number(found.prefix, found.number) if found.number else "", "state": found.state,
        "state_name": STATES[found.state], "tone": TONES[found.state], "before": standing.before if standing else None,
        "wait": wait_words(standing.waits) if standing else None, "has_range": bool(standing and standing.waits),
        "window": found.window.number if found.window else "",
    }  # fmt: skip


@audience("public")
@never_cache
@require_GET
def visit_part(request: HttpRequest, code: str) -> HttpResponse:
    """The part of the visit's page that changes, for polling; 204 when it is as the reader has it."""
    found = queries.visit_by_code(code)
    standing = queries.standing(found)
    tag = _tag(found, standing)
    if request.GET.get("v") == tag:
        return HttpResponse(status=204)
    return render(request, "halls/parts/standing.html", _facts(found, standing) | {"visit": found, "tag": tag})


def _tag(found: Visit, standing: Standing | None) -> str:
    """Changes whenever the visitor has to be told something new."""
    return f"{found.state}.{standing.before if standing else ''}.{found.window_id or ''}.{found.calls}"


@audience("public")
@never_cache
@require_GET
def slip(request: HttpRequest, code: str) -> HttpResponse:
    """The paper slip, 58 or 80 mm wide."""
    found = queries.visit_by_code(code)
    width = 58 if request.GET.get("width") == "58" else 80
    address = request.build_absolute_uri(reverse("halls:visit", args=[found.code]))
    content = make_slip(
        found, _service(found), address, standing=queries.standing(found), width=width, made_at=timezone.now()
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.prefix}{found.number}.pdf"'
    return response


@audience("public")
@require_POST
def act(request: HttpRequest, code: str, what: str) -> HttpResponse:
    """What a visitor does with their own visit: leave, wait again, rate."""
    found, by = queries.visit_by_code(code), actor_of(request)
    if what == "leave":
        actions.leave(found, by=by)
    elif what == "rejoin":
        actions.rejoin(found, by=by)
    elif what == "rate":
        stars = request.POST.get("rating", "")
        actions.rate(found, int(stars) if stars.isdecimal() and len(stars) == 1 else 0, by=by)
    else:
        raise Refusal("not_found", T("没有这个操作。", "There is no such thing to do."), status=404)
    return redirect("halls:visit", code=found.code)


@audience("public")
@require_GET
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The live snapshot of a hall as JSON; 304 while its version has not changed."""
    found = queries.board_at(code)
    if request.headers.get("If-None-Match") == f'"{found.version}"':
        response: HttpResponse = HttpResponse(status=304)
    else:
        response = HttpResponse(found.body, content_type="application/json")
    response["ETag"] = f'"{found.version}"'
    response["Cache-Control"] = "no-cache"
    return response
