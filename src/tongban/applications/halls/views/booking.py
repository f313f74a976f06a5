"""Appointments, without scripts: a service, a day, a slot, and who comes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongban.applications.halls import actions, queries
from tongban.applications.halls.adapters import hall_title
from tongban.applications.halls.forms import VisitForm
from tongban.applications.halls.models import Hall
from tongban.applications.halls.rules.shape import Service
from tongban.applications.halls.views.prefill import known_visitor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import tried, words
from tongban.web.limits import limit

BOOKINGS_A_MINUTE = 30


class BookingForm(VisitForm):
    """A slot and who comes."""

    starts = forms.ChoiceField(label=words("时段", "Time"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, hall: Hall, offers: list[queries.Offer], **kwargs: Any) -> None:
        super().__init__(*args, hall=hall, **kwargs)
        self.fields["service"].widget = forms.HiddenInput()
        field = self.fields["starts"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (one.starts.isoformat(), T(f"{_clock(one.starts)}–{_clock(one.ends)}　余 {one.left}", f"{_clock(one.starts)}–{_clock(one.ends)}, {one.left} left"))
            for one in offers if one.left > 0
        ]  # fmt: skip
        self.order_fields(["starts", "name", "document_type", "document_number", "phone", "companions", "priorities"])


def _clock(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%H:%M")


def _chosen(request: HttpRequest, hall: Hall) -> tuple[list[Service], Service, list[date], date]:
    services = [one for one in hall.service_list if one.has_slots and one.is_open]
    days = queries.bookable_days(hall)
    if not services or not days:
        raise not_found(T("可以预约的业务", "A service with appointments"))
    wanted = request.POST.get("service") or request.GET.get("service", "")
    service = next((one for one in services if one.code == wanted), services[0])
    day = next((one for one in days if one.isoformat() == request.GET.get("day", "")), days[0])
    return services, service, days, day


@audience("public")
@never_cache
@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, code: str) -> HttpResponse:
    """Make an appointment, or move one (``?move=CODE``)."""
    hall = queries.hall_by_code(code)
    services, service, days, day = _chosen(request, hall)
    moving = queries.visit_by_code(request.GET["move"]) if request.GET.get("move") else None
    if moving is not None:
        service = next((one for one in services if one.code == moving.service), service)
    offers = queries.offers(hall, service, day)
    initial = {"nonce": uuid4(), "service": service.code, **known_visitor(request)}
    form = BookingForm(request.POST or None, initial=initial, hall=hall, offers=offers)
    if request.method == "POST" and moving is None:
        limit(request, "halls.book", per_minute=BOOKINGS_A_MINUTE)
        done = tried(form, lambda said: actions.book(hall, form.said(), datetime.fromisoformat(said["starts"]),
                     actions.Manner(said["nonce"], "appointment"), by=actor_of(request)))  # fmt: skip
        if done is not None:
            return redirect("halls:visit", code=done.code)
    if request.method == "POST" and moving is not None:
        try:
            actions.move(moving, _moment(request.POST.get("starts", "")), by=actor_of(request))
            return redirect("halls:visit", code=moving.code)
        except Refusal as refusal:
            messages.error(request, str(refusal.message))
            return redirect(request.get_full_path())
    context = {
        "hall": hall, "title": hall_title(hall), "services": services, "service": service, "days": days, "day": day,
        "offers": offers, "form": form, "moving": moving, "left": sum(one.left for one in offers),
        "crumbs": [(reverse("halls:door", args=[hall.code]), hall.name)],
    }  # fmt: skip
    return render(request, "halls/book.html", context, status=422 if form.errors else 200)


def _moment(text: str) -> datetime:
    try:
        moment: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Refusal("slot_not_offered", T("请选择时段。", "Choose a slot."), field="starts")
    return moment


@audience("public")
@require_POST
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """Give an appointment back."""
    visit = queries.visit_by_code(code)
    actions.cancel(visit, by=actor_of(request))
    messages.success(request, str(T("预约已取消。", "The appointment is cancelled.")))
    return redirect("halls:visit", code=visit.code)
