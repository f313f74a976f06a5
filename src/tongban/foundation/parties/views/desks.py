"""Opening a desk: which membership this session works with."""

from __future__ import annotations

import time
from urllib.parse import urlencode
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.views.common import safe_next
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.audiences import audience


@audience("person")
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """The visitor's memberships; who has no second factor yet is led to set one up or to prove it."""
    actor = request.actor  # type: ignore[attr-defined]
    own, lent = queries.desks_of(actor)
    if request.method == "GET" or not actor.second_factor:
        context = {
            "own": own,
            "lent": lent,
            "given": queries.delegations_given(actor),
            "next": safe_next(request, "/desk/"),
            "prove": _way_to_prove(request),
        }
        return render(request, "parties/desks.html", context)
    if request.POST.get("close"):
        request.session.pop(queries.SESSION_MEMBERSHIP, None)
        return redirect("/")
    try:
        wanted = UUID(request.POST.get("membership", ""))
    except ValueError:
        raise not_found(T("这项任职", "This membership")) from None
    chosen = actions.choose_desk(wanted, by=actor)
    request.session[queries.SESSION_MEMBERSHIP] = str(chosen.pk)
    request.session.cycle_key()  # a right was added to this session
    return redirect(safe_next(request, "/desk/"))


@audience("staff")
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """Prove the second factor again before something that binds the office; a demo's is taken as given, openly."""
    onward = safe_next(request, "/desk/")
    if request.session.get(queries.SESSION_SECOND_FACTOR) != "demo":
        return redirect(_proof_page(request, onward)["url"])
    if request.method == "POST":
        request.session[queries.SESSION_PROVED_AT] = time.time()
        return redirect(onward)
    return render(request, "parties/prove.html", {"next": onward})


def _way_to_prove(request: HttpRequest) -> dict[str, str] | None:
    """Where the second factor is set up or confirmed; None when this session has proved one."""
    return None if request.actor.second_factor else _proof_page(request, request.get_full_path())  # type: ignore[attr-defined]


def _proof_page(request: HttpRequest, onward: str) -> dict[str, str]:
    kinds = set(Authenticator.objects.filter(user=request.user.pk).values_list("type", flat=True))
    if not kinds - {Authenticator.Type.RECOVERY_CODES}:
        return {"url": reverse("mfa_index"), "has": ""}
    name = "mfa_reauthenticate" if Authenticator.Type.TOTP in kinds else "mfa_reauthenticate_webauthn"
    return {"url": f"{reverse(name)}?{urlencode({'next': onward})}", "has": "1"}
