"""The page that lists the roles of a demo, and the log-in by one click that exists nowhere else."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from tongban.foundation.parties.queries import (
    DEMO_PASSWORD,
    SESSION_MEMBERSHIP,
    SESSION_PROVED_AT,
    SESSION_SECOND_FACTOR,
    demo_account,
    demo_logins,
)
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.audiences import audience


@audience("demo")
@require_GET
def roles(request: HttpRequest) -> HttpResponse:
    """Every role of the demo with a button that signs in."""
    return render(request, "parties/demo_roles.html", {"logins": demo_logins(), "password": DEMO_PASSWORD})


@audience("demo")
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in as a sample person, the second factor taken as given; staff find their desk open."""
    # The audience refuses already; this door is checked twice because it needs no password.
    account = demo_account(request.POST.get("username", "")) if settings.DEMO else None
    if account is None:
        raise not_found(T("这个示例账号", "This sample account"))
    chosen = next(row for row in demo_logins() if row.username == account.username)
    login(request, account, backend="tongban.foundation.parties.login.HouseBackend")
    request.session[SESSION_SECOND_FACTOR], request.session[SESSION_PROVED_AT] = "demo", time.time()
    request.session[SESSION_MEMBERSHIP] = str(chosen.membership_id or "")
    return redirect("/desk/" if chosen.is_staff else "/")
