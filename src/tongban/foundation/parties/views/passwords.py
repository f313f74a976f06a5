"""A new password for who forgot the old one: signing in by phone code is proof enough, and there is no e-mail."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from tongban.foundation.parties import actions
from tongban.foundation.parties.forms import PasswordForm
from tongban.foundation.parties.models import Account
from tongban.foundation.parties.views.common import FormPage, form_page, sent
from tongban.foundation.parties.views.proof import SESSION_REPLACED
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.audiences import audience

FRESH_SECONDS = 600


@audience("public")
@require_GET
def forgotten(request: HttpRequest) -> HttpResponse:
    """What to do when the password is forgotten."""
    return render(request, "parties/forgotten.html")


@audience("person")
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest) -> HttpResponse:
    """Set a password within ten minutes of signing in by code or with a second factor."""
    actor = request.actor  # type: ignore[attr-defined]
    account = Account.objects.get(pk=actor.account_id)
    records = get_authentication_records(request, account)
    since = time.time() - FRESH_SECONDS
    if not any(record["method"] in ("code", "mfa") and record["at"] > since for record in records):
        raise Refusal("code_needed", T("请先退出，再用手机验证码登录，十分钟内可以设置新密码。",
                      "Sign out and sign in by phone code first; then you have ten minutes to set a new password."),
                      status=403)  # fmt: skip
    page = FormPage(T("设置新密码", "Set a new password"), T("保存", "Save"), reverse("parties:me"))

    def act(typed: dict[str, Any]) -> None:
        actions.set_password(account.pk, typed["password"], by=actor)
        account.refresh_from_db()
        update_session_auth_hash(request, account)  # this session goes on, all others end
        request.session[SESSION_REPLACED] = True

    return form_page(request, page, PasswordForm(sent(request)), act)
