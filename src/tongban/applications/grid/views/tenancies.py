"""A lease its two sides register themselves: one here, the other with the code from their telephone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.applications.grid import actions, queries
from tongban.applications.grid.forms import CodeForm, NotMineForm, TenancyForm
from tongban.applications.grid.models import Tenancy
from tongban.applications.grid.views.homes import shown_state
from tongban.lib.masks import mask_name, mask_phone
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import HouseForm, refusals_told, tried
from tongban.web.limits import limit

_HOME = T("我的住处", "My home")
_TITLE = T("登记租约", "Register a lease")


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Register a lease; the other side is asked to confirm by a text message."""
    by = actor_of(request)
    queries.person_of(by)
    form = TenancyForm(request.POST or None)
    if request.method == "POST":
        limit(request, "tenancy", per_minute=10)
        row = tried(form, lambda typed: actions.register_tenancy(_new(typed), by=by))
        if row is not None:
            messages.success(
                request, str(T("已登记，确认码已发给对方。", "Registered: the code went to the other side."))
            )
            return redirect("grid:tenancy", tenancy_id=row.pk)
    about = T("房东或租客都可以登记。对方用手机收到的确认码确认后，租约才登记生效。",
              "Either side registers. It becomes a lease once the other confirms with the code from their telephone.")  # fmt: skip
    context = {"form": form, "title": _TITLE, "about": about, "crumbs": [(reverse("grid:home"), _HOME)]}
    return render(request, "grid/propose.html", context, status=422 if form.errors else 200)


def _new(typed: dict[str, Any]) -> actions.NewTenancy:
    return actions.NewTenancy(**(typed | {"lets": typed["lets"] == "yes"}))


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def tenancy(request: HttpRequest, tenancy_id: UUID) -> HttpResponse:
    """One lease between two sides: to confirm or refuse for the one asked, to take back for the one who registered it."""
    by = actor_of(request)
    row = queries.tenancy_visible_to(by, tenancy_id)
    choice = request.POST.get("choice", "")
    code = CodeForm(request.POST if choice == "confirm" else None)
    refusal = NotMineForm(request.POST if choice == "refuse" else None)
    if request.method == "POST" and _acted(request, row, code, refusal):
        return redirect("grid:tenancy", tenancy_id=row.pk) if choice == "confirm" else redirect("grid:home")
    is_asked = row.asker_id != by.person_id
    waits = row.state == "waiting" and row.code_until > timezone.now()
    context = {
        "row": row, "state": shown_state(row), "is_asked": is_asked,
        "waits": waits, "code": code, "refusal": refusal, "crumbs": [(reverse("grid:home"), _HOME)],
        "other": f"{mask_name(row.other_name)} {mask_phone(row.other_phone)}",
    }  # fmt: skip
    return render(request, "grid/tenancy.html", context, status=422 if code.errors or refusal.errors else 200)


def _acted(request: HttpRequest, row: Tenancy, code: HouseForm, refusal: HouseForm) -> bool:
    by = actor_of(request)
    if code.is_bound:
        limit(request, "tenancy", per_minute=10)
        if tried(code, lambda typed: actions.confirm_tenancy(row.pk, typed["code"], by=by)) is None:
            return False
        messages.success(
            request,
            str(
                T(
                    "租约已登记，您和对方都可以在“我的住处”看到。",
                    "The lease is registered: both of you see it under “My home”.",
                )
            ),
        )
        return True
    if refusal.is_bound:
        return tried(refusal, lambda typed: actions.refuse_tenancy(row.pk, reason=typed["reason"], by=by)) is not None
    with refusals_told(request):
        actions.withdraw_tenancy(row.pk, by=by)
    return True
