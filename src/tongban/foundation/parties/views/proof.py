"""A fresh code before a second factor is added: whoever finds a session open, or has just replaced a password, proves more.

allauth asks for the password again. Somebody who has none, or who set a new one in this very session after a code, would
prove nothing by it; they get a new code on their phone.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core import ratelimit
from allauth.mfa.recovery_codes.views import generate_recovery_codes
from allauth.mfa.totp.views import activate_totp
from allauth.mfa.webauthn.views import add_webauthn
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.foundation.parties.forms import CodeForm
from tongban.foundation.parties.hooks import send_code
from tongban.foundation.parties.models import Account
from tongban.foundation.parties.views.common import safe_next
from tongban.lib.masks import mask_phone
from tongban.lib.refusals import Refusal
from tongban.lib.words import T, reader_language
from tongban.web.audiences import audience
from tongban.web.forms import refusals_in

View = Callable[..., HttpResponseBase]
SESSION_CODE, SESSION_REPLACED = "second_proof_code", "password_replaced_here"
MINUTES, TRIES = 5, 3


def _account(request: HttpRequest) -> Account:
    return Account.objects.get(pk=request.actor.account_id)  # type: ignore[attr-defined]


def is_proof_wanted(request: HttpRequest, account: Account) -> bool:
    """Whether only a new code would prove anything; else allauth asks for the password, or the provider is trusted."""
    if not account.phone_verified_at:
        return False
    if account.password and account.has_usable_password() and not request.session.get(SESSION_REPLACED):
        return False
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, account)
    return not any(one.get("reauthenticated") and one["method"] != "password" and one["at"] > since for one in records)


def _proved(view: View) -> View:
    @audience("person")
    @wraps(view)
    def guarded(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        if is_proof_wanted(request, _account(request)):
            return redirect(f"{reverse('parties:proof')}?{urlencode({'next': request.path})}")
        return view(request, **arguments)

    return guarded


activate = _proved(activate_totp)
add_passkey = _proved(add_webauthn)
recovery_codes = _proved(generate_recovery_codes)


@audience("person")
@never_cache
@require_http_methods(["GET", "POST"])
def proof(request: HttpRequest) -> HttpResponse:
    """Send a code to the log-in's own phone and take it back; then go on to where the visitor was."""
    account = _account(request)
    onward = safe_next(request, reverse("mfa_index"))
    if not account.phone_verified_at:
        return redirect(onward)
    form = CodeForm()
    if request.method == "POST" and request.POST.get("act") == "send":
        _send(request, account)
    elif request.method == "POST":
        form = CodeForm(request.POST)
        if form.is_valid():
            with refusals_in(form):
                _take(request, account, form.cleaned_data["code"])
                return redirect(onward)
    context = {
        "form": form,
        "is_sent": SESSION_CODE in request.session,
        "next": onward,
        "phone": mask_phone(account.phone),
    }
    return render(request, "parties/proof.html", context, status=422 if form.errors else 200)


def _send(request: HttpRequest, account: Account) -> None:
    # The same count as for codes to sign in with: one phone, one patience.
    if not ratelimit.consume(request, action="request_login_code", key=account.phone):
        raise Refusal(
            "too_often", T("操作太频繁，请过几分钟再试。", "Too often: try again in a few minutes."), status=429
        )
    code = f"{secrets.randbelow(10**6):06d}"
    request.session[SESSION_CODE] = {"code": _sealed(account, code), "until": time.time() + 60 * MINUTES, "left": TRIES}
    send_code.call(phone=account.phone, code=code, purpose="confirm", language=reader_language())


def _take(request: HttpRequest, account: Account, typed: str) -> None:
    """The code works once, for five minutes and three tries, in the session that asked for it."""
    kept = request.session.pop(SESSION_CODE, None)
    if kept is None or kept["until"] < time.time():
        raise Refusal(
            "code_expired", T("验证码已失效，请重新获取。", "This code is no longer valid: ask for a new one."), field="code"
        )  # fmt: skip
    if not constant_time_compare(kept["code"], _sealed(account, typed.strip())):
        if kept["left"] > 1:
            request.session[SESSION_CODE] = kept | {"left": kept["left"] - 1}
        raise Refusal("incorrect_code", T("验证码不对。请核对短信里最新的一条；输错三次后要重新获取。",
                      "The code is wrong. Check the latest message; after three wrong tries, ask for a new code."),
                      field="code")  # fmt: skip
    record_authentication(request, account, method="code", phone=account.phone, reauthenticated=True)
    request.session.cycle_key()


def _sealed(account: Account, code: str) -> str:
    return salted_hmac("tongban.second_proof", f"{account.pk} {code}", algorithm="sha256").hexdigest()
