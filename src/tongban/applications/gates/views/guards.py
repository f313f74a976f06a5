"""Phones of the gates, for the community: enrol one by a code, stop a lost one."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.applications.gates import actions, queries
from tongban.applications.gates.rules.rights import RUN
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import HouseForm, refusals_told, tried, words


class GuardForm(HouseForm):
    """What a phone is called."""

    name = forms.CharField(
        label=words("手机名称", "Name of the phone"), max_length=60, widget=forms.TextInput(attrs={"class": "tb-w-medium"}),
        help_text=words("例如：南门手机", "For example: phone at the south gate"),
    )  # fmt: skip


@audience("staff", capability=RUN)
@never_cache
@require_http_methods(["GET", "POST"])
def guards(request: HttpRequest) -> HttpResponse:
    """The phones; a new one's code is shown this once, as text and as a QR code that opens the app."""
    by = actor_of(request)
    community = queries.community_run_by(by)
    if request.method == "POST" and "stop" in request.POST:
        return _stop(request)
    form = GuardForm(request.POST or None)
    code = tried(form, lambda said: actions.enrol_guard(said["name"], by=by)) if request.method == "POST" else None
    app = request.build_absolute_uri(reverse("gates:guard"))
    context = {
        "form": GuardForm() if code else form, "rows": list(queries.guards_of(community)), "code": code or "", "app": app,
        "opens": f"{app}#code={code}",
    }  # fmt: skip
    return render(request, "gates/desk/guards.html", context, status=422 if form.errors else 200)


def _stop(request: HttpRequest) -> HttpResponse:
    try:
        device_id = UUID(request.POST["stop"])
    except ValueError:
        device_id = UUID(int=0)
    with refusals_told(request):
        actions.stop_guard(device_id, by=actor_of(request))
        messages.success(request, str(T("已停用。", "Stopped.")))
    return redirect("gates:guards")
