"""Phones and tablets of the gates, for the community: enrol one by a code, stop a lost one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.applications.gates import actions, queries
from tongban.applications.gates.forms import choices
from tongban.applications.gates.models import Community, Gate
from tongban.applications.gates.rules.kiosks import LONGEST_RELAY
from tongban.applications.gates.rules.rights import RUN
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import HouseForm, refusals_told, tried, words


class GuardForm(HouseForm):
    """What a phone is called."""

    name = forms.CharField(
        label=words("手机名称", "Name of the phone"), max_length=60, widget=forms.TextInput(attrs={"class": "tb-w-medium"}),
        help_text=words("例如：南门手机", "For example: phone at the south gate"),
    )  # fmt: skip


class KioskForm(HouseForm):
    """Where a tablet without a guard stands, and what it opens."""

    name = forms.CharField(
        label=words("平板名称", "Name of the tablet"), max_length=60, widget=forms.TextInput(attrs={"class": "tb-w-medium"}),
        help_text=words("例如：车库平板", "For example: tablet at the garage"),
    )  # fmt: skip
    gate = forms.TypedChoiceField(label=words("在哪个门", "At which gate"), coerce=int)
    is_entry = forms.TypedChoiceField(
        label=words("管哪个方向", "Which way people go"), coerce=lambda said: said == "in", widget=forms.RadioSelect,
        choices=[("in", T("进门", "In")), ("out", T("出门", "Out"))], initial="in",
    )  # fmt: skip
    relay = forms.CharField(
        label=words("继电器地址", "Address of the relay"), max_length=LONGEST_RELAY, widget=forms.TextInput(attrs={"inputmode": "url"}),
        help_text=words("例如：http://192.168.1.20/open。平板放行时向它发一个签了名的请求，断网也能开门。",
                        "For example: http://192.168.1.20/open. The tablet sends it a signed request when it lets somebody in, also offline."),
    )  # fmt: skip

    def __init__(self, *args: Any, gates: list[Gate], **kwargs: Any) -> None:
        super().__init__(*args, prefix="kiosk", **kwargs)
        choices(self, "gate", [(str(one.number), T(one.name, one.name_en or one.name)) for one in gates])


@audience("staff", capability=RUN)
@never_cache
@require_http_methods(["GET", "POST"])
def guards(request: HttpRequest) -> HttpResponse:
    """The phones and tablets; a new one's code is shown this once, as text and as a QR code that opens the app."""
    by = actor_of(request)
    community = queries.community_run_by(by)
    if request.method == "POST" and "stop" in request.POST:
        return _stop(request)
    form, kiosk = _forms(request, community)
    enrolled = _enrolled(request, form, kiosk, by)
    if enrolled:
        form, kiosk = GuardForm(), KioskForm(gates=queries.gates_of(community))
        community = queries.community_run_by(by)
    context = {"form": form, "kiosk": kiosk, "rows": _devices(community), "enrolled": enrolled}
    return render(request, "gates/desk/guards.html", context, status=422 if form.errors or kiosk.errors else 200)


def _forms(request: HttpRequest, community: Community) -> tuple[GuardForm, KioskForm]:
    """The form that was sent, and the other one empty."""
    gates, is_kiosk = queries.gates_of(community), "kiosk-name" in request.POST
    return GuardForm(None if is_kiosk else request.POST or None), KioskForm(
        request.POST if is_kiosk else None, gates=gates
    )


def _enrolled(request: HttpRequest, form: GuardForm, kiosk: KioskForm, by: Actor) -> dict[str, str] | None:
    """What is shown once of a device that was enrolled just now."""
    page = request.build_absolute_uri
    if kiosk.is_bound:
        made = tried(kiosk, lambda said: actions.enrol_kiosk(actions.NewKiosk(**said), by=by))
        if made is None:
            return None
        app = page(reverse("gates:kiosk", args=[made.device_id]))
        return {"code": made.code, "app": app, "opens": f"{app}#code={made.code}", "secret": made.secret}
    code = tried(form, lambda said: actions.enrol_guard(said["name"], by=by)) if form.is_bound else None
    app = page(reverse("gates:guard"))
    return {"code": code, "app": app, "opens": f"{app}#code={code}"} if code else None


def _devices(community: Community) -> list[dict[str, Any]]:
    """Phones and tablets, with where a tablet stands."""
    names = {one.number: T(one.name, one.name_en or one.name) for one in queries.gates_of(community)}
    found = [(one, queries.kiosk_of(community, one.pk)) for one in queries.guards_of(community)]
    return [
        {"device": one, "gate": names.get(at.gate, str(at.gate)) if at else "", "is_entry": at and at.is_entry}
        for one, at in found
    ]


def _stop(request: HttpRequest) -> HttpResponse:
    try:
        device_id = UUID(request.POST["stop"])
    except ValueError:
        device_id = UUID(int=0)
    with refusals_told(request):
        actions.stop_guard(device_id, by=actor_of(request))
        messages.success(request, str(T("已停用。", "Stopped.")))
    return redirect("gates:guards")
