"""Colleagues of a hall: its manager adds and removes them."""

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
from tongban.applications.halls.rules.rights import MANAGE, ROLES_IN_HALL
from tongban.foundation.parties.queries import staff_of_unit
from tongban.lib.capabilities import ROLES
from tongban.lib.ids import uuid_of
from tongban.lib.masks import mask_name
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import HouseForm, tried, words
from tongban.web.limits import limit

TRIES_A_MINUTE = 6  # numbers may not be tried one after the other to learn who has an account


class ColleagueForm(HouseForm):
    """Who is let in, and what they may do."""

    phone = forms.CharField(
        label=words("同事登录用的手机号", "The number your colleague signs in with"), max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "class": "tb-w-medium", "autocomplete": "off"}),
    )  # fmt: skip
    role = forms.ChoiceField(
        label=words("岗位", "Role"), widget=forms.RadioSelect, initial="hall_clerk",
        choices=[(one, ROLES[one]) for one in ROLES_IN_HALL],
        help_text=words("窗口人员可以叫号、登记、扫码；负责人还可以改设置、管人员。",
                        "Window staff call, register and scan; managers also change settings and staff."),
    )  # fmt: skip


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def colleagues(request: HttpRequest, hall_id: UUID) -> HttpResponse:
    """Who works here; names of others are masked, so that nobody learns a name by trying phone numbers."""
    by = actor_of(request)
    hall = queries.hall_run_by(by, hall_id, MANAGE)
    form = ColleagueForm(request.POST if request.method == "POST" and "remove" not in request.POST else None)
    if request.method == "POST":
        done = _remove(request, hall_id) if "remove" in request.POST else _add(request, hall_id, form)
        if done is not None:
            messages.success(request, str(done))
            return redirect("halls:colleagues", hall_id=hall.pk)
    rows = [
        (one, one.person.name if one.person_id == by.person_id else mask_name(one.person.name), ROLES[one.role], one.person_id == by.person_id)
        for one in staff_of_unit(hall.unit_id) if one.role in ROLES_IN_HALL
    ]  # fmt: skip
    context = {"hall": hall, "form": form, "rows": rows, "crumbs": [(reverse("halls:home", args=[hall.pk]), hall.name)]}
    return render(request, "halls/colleagues.html", context, status=422 if form.errors else 200)


def _add(request: HttpRequest, hall_id: UUID, form: ColleagueForm) -> T | None:
    limit(request, "halls.colleague", per_minute=TRIES_A_MINUTE)
    name = tried(form, lambda said: actions.add_colleague(hall_id, said["phone"], said["role"], by=actor_of(request)))
    return None if name is None else T("已添加{name}。", "{name} is added.").format(name=mask_name(name))


def _remove(request: HttpRequest, hall_id: UUID) -> T | None:
    membership_id = uuid_of(request.POST["remove"]) or UUID(int=0)
    try:
        name = actions.remove_colleague(hall_id, membership_id, by=actor_of(request))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
        return None
    return T("已移出{name}。", "{name} is taken out.").format(name=mask_name(name))
