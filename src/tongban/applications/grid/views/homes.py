"""A resident's own home: what is recorded, and what they propose to correct."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.applications.grid import actions, queries
from tongban.applications.grid.forms import LeftForm, MovedForm, OwnPhoneForm, OwnWorkForm
from tongban.applications.grid.models import Tenancy
from tongban.applications.grid.rules.proposals import SAID, WHAT
from tongban.foundation.registers.queries import KINDS, RELATIONS
from tongban.lib.actors import Actor
from tongban.lib.ids import uuid_of
from tongban.lib.phones import show_phone
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import HouseForm, refusals_told, tried
from tongban.web.limits import limit

STATES = {
    "waiting": (T("待社区核实", "With the community"), "progress"), "accepted": (T("已更正", "Corrected"), "good"),
    "refused": (T("未采纳", "Not taken over"), "bad"), "withdrawn": (T("已撤回", "Taken back"), "plain"),
}  # fmt: skip
BETWEEN = {
    "waiting": (T("待对方确认", "To be confirmed"), "progress"), "confirmed": (T("双方已确认", "Confirmed by both"), "good"),
    "refused": (T("对方拒绝", "Refused"), "bad"), "withdrawn": (T("已撤回", "Taken back"), "plain"), "lapsed": (T("已过期", "Lapsed"), "plain"),
}  # fmt: skip
_SENT = T("已提交，社区核实后会告诉您。", "Sent: you are told once the community has looked at it.")


@audience("person")
@never_cache
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Where one is recorded, with whom, what one lets, where one works; each with the way to correct it."""
    by = actor_of(request)
    if by.person_id is None:
        return render(request, "grid/home.html", {})
    found = queries.own_home(by)
    context = {
        "found": found, "phone": show_phone(found.phone) if found.phone else "",
        "residences": [(row, KINDS[row.kind], RELATIONS.get(row.relation[:2], "")) for row in found.residences],
        "others": [(row, KINDS[row.kind], RELATIONS.get(row.relation[:2], "")) for row in found.others],
        "proposals": [(row, SAID[row.what], STATES[row.state]) for row in queries.own_proposals(by)[:10]],
        "tenancies": [
            (row, shown_state(row), row.asker_id != by.person_id)
            for row in queries.tenancies_of(by)[:10]
        ],
    }  # fmt: skip
    return render(request, "grid/home.html", context)


def shown_state(row: Tenancy) -> tuple[T, str]:
    """How a lease between two sides stands, in words and colour; one nobody confirmed in time has lapsed."""
    return BETWEEN["lapsed" if row.state == "waiting" and row.code_until <= timezone.now() else row.state]


def _page(request: HttpRequest, form: HouseForm, title: T, *, about: Any = "") -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "about": about,
        "crumbs": [(reverse("grid:home"), T("我的住处", "My home"))],
    }
    return render(request, "grid/propose.html", context, status=422 if form.errors else 200)


def _sent(request: HttpRequest) -> HttpResponse:
    messages.success(request, str(_SENT))
    return redirect("grid:home")


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def moved(request: HttpRequest) -> HttpResponse:
    """Say where one has moved to, and, in the same step, which place one left."""
    by = actor_of(request)
    own = queries.own_home(by)
    homes = [
        (str(row.pk), T("{address}：不再住", "{address}: left").format(address=row.dwelling.address))
        for row in own.residences
    ]
    form = MovedForm(request.POST or None, homes=homes)
    if request.method == "POST":
        limit(request, "address", per_minute=20)
        if tried(form, lambda typed: actions.propose_move(_move(typed), by=by)) is not None:
            return _sent(request)
    return _page(request, form, WHAT["came"])


def _move(typed: dict[str, Any]) -> actions.NewProposal:
    left = uuid_of(typed["old"])
    return actions.NewProposal(
        "came", residence_id=left, day=typed["day"], address=typed["address"], kind=typed["kind"]
    )


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def left(request: HttpRequest, own_id: UUID) -> HttpResponse:
    """Say that oneself, or somebody of one's household or a tenant of one's own, no longer lives somewhere."""
    by = actor_of(request)
    own = queries.own_home(by)
    what = "left" if any(row.pk == own_id for row in own.residences) else "gone"
    row = next((one for one in [*own.residences, *own.others] if one.pk == own_id), None)
    if row is None:
        raise not_found(T("这条居住登记", "This residence"))
    form = LeftForm(request.POST or None)
    if request.method == "POST" and _proposed(form, what, by, residence_id=own_id):
        return _sent(request)
    about = row.dwelling.address if what == "left" else f"{row.name} · {row.dwelling.address}"
    return _page(request, form, WHAT[what], about=about)


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest) -> HttpResponse:
    """Give the community one's new number."""
    form = OwnPhoneForm(request.POST or None)
    by = actor_of(request)
    if request.method == "POST" and _proposed(form, "phone", by):
        return _sent(request)
    about = T("登录用的手机号请在“登录与安全”里更换；这里是社区联系您的号码。",
              "The number you sign in with is changed under “Signing in”; this is the one the community calls.")  # fmt: skip
    return _page(request, form, WHAT["phone"], about=about)


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def work(request: HttpRequest) -> HttpResponse:
    """Say where one works now."""
    form = OwnWorkForm(request.POST or None)
    if request.method == "POST" and _proposed(form, "work", actor_of(request)):
        return _sent(request)
    return _page(request, form, WHAT["work"])


def _proposed(form: HouseForm, what: str, by: Actor, **more: Any) -> bool:
    return tried(form, lambda typed: actions.propose(actions.NewProposal(what, **typed, **more), by=by)) is not None


@audience("person")
@require_POST
def withdraw(request: HttpRequest, own_proposal_id: UUID) -> HttpResponse:
    """Take back what one proposed."""
    with refusals_told(request):
        actions.withdraw_proposal(own_proposal_id, by=actor_of(request))
        messages.success(request, str(T("已撤回。", "Taken back.")))
    return redirect("grid:home")
