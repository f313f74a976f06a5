"""At the doors: staff scan codes in and out; visitors prove by the screen's digits that they are here."""

from __future__ import annotations

from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongban.applications.halls import actions, queries
from tongban.applications.halls.rules.codes import code_in
from tongban.applications.halls.rules.presence import ADMITTED, ALREADY_INSIDE, TONES, VERDICTS
from tongban.lib.ids import uuid_of
from tongban.lib.refusals import Refusal
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import HouseForm, tried, words
from tongban.web.limits import limit

TRIES_A_MINUTE = 20


class ScanForm(HouseForm):
    """A code from a scanner, a camera or a keyboard."""

    code = forms.CharField(label=words("登记码", "Visit code"), max_length=300,
                           widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off", "spellcheck": "false"}))  # fmt: skip
    nonce = forms.UUIDField(widget=forms.HiddenInput)


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def scanning(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Scan in and out; the verdict stands in large letters for two seconds' reading."""
    hall = queries.hall_run_by(actor_of(request), hall_id)
    form = ScanForm(request.POST if request.method == "POST" else None, initial={"nonce": uuid4()})
    way, door = request.GET.get("way", "in"), request.GET.get("e", "")
    if request.method == "POST":
        done = tried(form, lambda said: actions.scan(hall, actions.Scanned(
            code_in(said["code"]), said["nonce"], way != "out", door), by=actor_of(request)))  # fmt: skip
        if done is not None:
            say = {"success": messages.success, "info": messages.info, "warning": messages.warning}
            say.get(TONES.get(done.verdict, ""), messages.error)(request, str(VERDICTS[done.verdict]))
            return redirect(request.get_full_path())
    context = {
        "hall": hall, "form": form, "way": way, "door": door, "entrances": hall.entrance_list,
        "inside": queries.board_of(hall).inside, "crumbs": [(reverse("halls:home", args=[hall.pk]), hall.name)],
    }  # fmt: skip
    return render(request, "halls/scanning.html", context, status=422 if form.errors else 200)


@audience("public")
@require_POST
def here(request: HttpRequest, code: str) -> HttpResponse:
    """A visitor types the digits on the screen."""
    limit(request, "halls.here", per_minute=TRIES_A_MINUTE)
    visit = queries.visit_by_code(code)
    nonce = uuid_of(request.POST.get("nonce", "")) or uuid4()
    try:
        done = actions.confirm_presence(visit.hall, visit, request.POST.get("digits", ""), nonce, by=actor_of(request))
        say = messages.success if done.verdict in (ADMITTED, ALREADY_INSIDE) else messages.warning
        say(request, str(VERDICTS[done.verdict]))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    return redirect("halls:visit", code=visit.code)
