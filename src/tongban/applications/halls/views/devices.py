"""Scanners of a hall, for its manager: enrol one by a code, stop a lost one."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.applications.halls import actions, queries
from tongban.applications.halls.rules.rights import MANAGE
from tongban.foundation.parties.queries import devices_of_unit
from tongban.lib.ids import uuid_of
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import HouseForm, tried, words


class ScannerForm(HouseForm):
    """What a device is called."""

    name = forms.CharField(
        label=words("设备名称", "Name of the device"), max_length=60, widget=forms.TextInput(attrs={"class": "tb-w-medium"}),
        help_text=words("例如：正门手机", "For example: phone at the main entrance"),
    )  # fmt: skip


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def devices(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """The hall's scanners; a new one's code is shown this once, as text and as a QR code that opens the app."""
    by = actor_of(request)
    hall = queries.hall_run_by(by, hall_id, MANAGE)
    form = ScannerForm(request.POST if request.method == "POST" and "stop" not in request.POST else None)
    code = ""
    if request.method == "POST":
        if "stop" in request.POST:
            return _stop(request, hall_id)
        code = tried(form, lambda said: actions.enrol_scanner(hall_id, said["name"], by=by)) or ""
    app = request.build_absolute_uri(reverse("halls:scanner"))
    context = {
        "hall": hall, "form": ScannerForm() if code else form, "rows": list(devices_of_unit(hall.unit_id)), "code": code,
        "app": app, "opens": f"{app}#code={code}", "crumbs": [(reverse("halls:home", args=[hall.pk]), hall.name)],
    }  # fmt: skip
    return render(request, "halls/devices.html", context, status=422 if form.errors else 200)


def _stop(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    device_id = uuid_of(request.POST["stop"]) or UUID(int=0)
    try:
        actions.stop_scanner(hall_id, device_id, by=actor_of(request))
        messages.success(request, str(T("已停用。", "Stopped.")))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("halls:devices", hall_id=hall_id)
