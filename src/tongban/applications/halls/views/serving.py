"""The window's desk, worked by keyboard, and registering whoever comes without a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.applications.halls import actions, queries
from tongban.applications.halls.forms import VisitForm
from tongban.applications.halls.models import Hall, Visit, Window
from tongban.applications.halls.rules.queue import AT_WINDOW, NO_SHOW, STATES, TONES, shown_number
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.matters.hooks import TAKE_IN
from tongban.matters.queries import open_definitions
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import tried

_SHOWN = 30


@audience("person")
@never_cache
@require_GET
def windows(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Which window do I sit at."""
    hall = queries.hall_run_by(actor_of(request), hall_id)
    context = {"hall": hall, "windows": list(hall.windows.order_by("number")), "crumbs": _crumbs(hall)}
    return render(request, "halls/windows.html", context)


def _crumbs(hall: Hall) -> list[tuple[str, str]]:
    return [(reverse("halls:home", args=[hall.pk]), hall.name)]


@audience("person")
@never_cache
@require_GET
def window(request: HttpRequest, hall_id: UUID, window_id: UUID) -> HttpResponse:
    """One window: who is here, who comes next, and a key for each thing one does."""
    hall = queries.hall_run_by(actor_of(request), hall_id)
    found = hall.windows.filter(pk=window_id).first()
    if found is None:
        raise not_found(T("这个窗口", "This window"))
    day = hall.schedule.business_day(timezone.now())
    queue = queries.waiting_at(found, day)
    current = Visit.objects.filter(window=found, state__in=AT_WINDOW).first()
    context = {
        "hall": hall, "window": found, "current": current, "shown": _row(hall, current) if current else None,
        "queue": [_row(hall, one) for one in queue.defer("details")[:_SHOWN]], "waiting": queue.count(),
        "missed": [_row(hall, one) for one in Visit.objects.filter(hall=hall, day=day, state=NO_SHOW).order_by("-ended_at")[:10]],
        "others": list(hall.windows.exclude(pk=found.pk).order_by("number")),
        "lines": sorted({one.prefix for one in hall.service_list}), "crumbs": _crumbs(hall),
    }  # fmt: skip
    return render(request, "halls/window.html", context | _taking_in(actor_of(request), hall, current))


def _row(hall: Hall, visit: Visit) -> dict[str, Any]:
    service = next((one.name for one in hall.service_list if one.code == visit.service), T("", ""))
    minutes = int((timezone.now() - visit.registered_at).total_seconds() // 60)
    return {
        "visit": visit, "number": shown_number(visit.prefix, visit.number or 0), "service": service, "minutes": minutes,
        "state": STATES[visit.state], "tone": TONES[visit.state],
    }  # fmt: skip


Act = Callable[[HttpRequest, Window, Actor], Any]


def _of_visit(action: Callable[..., Any]) -> Act:
    return lambda request, _, by: action(_visit_id(request), by=by)


def _visit_id(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("visit", ""))
    except ValueError:
        raise not_found(T("这位访客", "This visitor")) from None


def _transfer(request: HttpRequest, here: Window, by: Actor) -> Any:
    del here
    kind, _, to = request.POST.get("to", "").partition(":")
    if kind == "window":
        try:
            return actions.transfer(_visit_id(request), to_window=UUID(to), by=by)
        except ValueError:
            raise not_found(T("这个窗口", "This window")) from None
    return actions.transfer(_visit_id(request), to_prefix=to, by=by)


def _next(_: HttpRequest, found: Window, by: Actor) -> Any:
    visit = actions.call_next(found.pk, by=by)
    return T("没有人在等。", "Nobody is waiting.") if visit is None else None


_ACTS: dict[str, Act] = {
    "open": lambda _, found, by: actions.open_window(found.pk, by=by) and None,
    "close": lambda _, found, by: actions.close_window(found.pk, by=by) and None,
    "next": _next,
    "recall": _of_visit(actions.recall), "serve": _of_visit(actions.begin_serving), "finish": _of_visit(actions.finish),
    "skip": _of_visit(actions.skip), "transfer": _transfer,
    "call": lambda request, found, by: actions.call_number(found.pk, _visit_id(request), by=by),
}  # fmt: skip


@audience("person")
@require_POST
def act(request: HttpRequest, hall_id: UUID, window_id: UUID, what: str) -> HttpResponse:
    """One key pressed at a window; a refusal is said on the window's own page."""
    hall = queries.hall_run_by(actor_of(request), hall_id)
    found = hall.windows.filter(pk=window_id).first()
    if found is None or what not in _ACTS:
        raise not_found(T("这个窗口", "This window"))
    try:
        said = _ACTS[what](request, found, actor_of(request))
        if isinstance(said, T):
            messages.info(request, str(said))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    if what == "close":
        return redirect("halls:windows", hall_id=hall.pk)
    return redirect("halls:window", hall_id=hall.pk, window_id=found.pk)


@audience("person")
@require_POST
def open_case(request: HttpRequest, hall_id: UUID, window_id: UUID) -> HttpResponse:
    """Open the application of whoever is at the window, filled in with what they registered with."""
    by = actor_of(request)
    hall = queries.hall_run_by(by, hall_id)
    here = redirect("halls:window", hall_id=hall.pk, window_id=window_id)
    at = Visit.objects.filter(window_id=window_id, window__hall=hall, state__in=AT_WINDOW).first()
    if at is None:
        raise not_found(T("窗口的访客", "A visitor at the window"))
    try:
        seen = "seen" in request.POST
        service, uscc = request.POST.get("service", ""), request.POST.get("uscc", "")
        case_id = actions.open_case(at.pk, service, uscc=uscc, has_seen_document=seen, by=by)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return here
    return redirect("matters:window_case", case_id=case_id)


def _taking_in(by: Actor, hall: Hall, current: Visit | None) -> dict[str, Any]:
    """What the window offers a clerk with an office's desk open: the services to take in, the likely one first chosen."""
    if current is None or TAKE_IN not in by.capabilities or not by.second_factor or by.unit_id is None:
        return {}
    usual = next((one.definition for one in hall.service_list if one.code == current.service), "")
    return {"takes_in": [(one.code, one.title, one.code == usual) for one in open_definitions()]}


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Register somebody at the desk or at the door: without a phone, with a paper slip."""
    hall = queries.hall_run_by(actor_of(request), hall_id)
    questions = actions.wanted_by(hall, timezone.now(), phone=False).questions
    if request.method == "POST":
        form = VisitForm(request.POST, hall=hall, questions=questions, for_other=True)
        visit = tried(form, lambda _: _register(request, hall, form))
        if visit is not None:
            return redirect("halls:visit", code=visit.code)
    else:
        form = VisitForm(initial={"nonce": uuid4()}, hall=hall, questions=questions, for_other=True)
    del form.fields["helped_by"]
    return render(
        request,
        "halls/register.html",
        {"hall": hall, "form": form, "crumbs": _crumbs(hall)},
        status=422 if form.errors else 200,
    )


def _register(request: HttpRequest, hall: Hall, form: VisitForm) -> Visit:
    by = actor_of(request)
    manner = actions.Manner(
        form.cleaned_data["nonce"], "window", form.cleaned_data["entrance"], by.name, needs_phone=False
    )
    return actions.register_visit(hall, form.said(), manner, by=by)
