"""A returning visitor types a phone code instead of everything again."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from django import forms
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongban.applications.halls import queries
from tongban.foundation.parties.hooks import send_code
from tongban.lib.phones import check_mobile, show_phone
from tongban.lib.refusals import Refusal
from tongban.lib.words import T, reader_language
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import HouseForm, tried, words
from tongban.web.limits import limit

SESSION_PHONE = "halls_phone"  # E.164, proved in this session
SESSION_CODE = "halls_code"  # phone, hash, until, tries left
MINUTES = 10
TRIES = 5
CODES_AN_HOUR = 5


class PhoneForm(HouseForm):
    """Which phone gets the code."""

    phone = forms.CharField(
        label=words("手机号", "Mobile number"),
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "class": "tb-w-medium"}),
    )


class OneTimeForm(HouseForm):
    """The code that came."""

    code = forms.CharField(
        label=words("验证码", "Code"),
        max_length=12,
        widget=forms.TextInput(
            attrs={"class": "tb-code-input", "inputmode": "numeric", "autocomplete": "one-time-code"}
        ),
    )


def known_visitor(request: HttpRequest) -> dict[str, Any]:
    """What is filled in for this browser: the visit of the phone proved here, or the signed-in person's record."""
    phone = ""
    if request.COOKIES.get("tongban_session"):
        phone = str(request.session.get(SESSION_PHONE, ""))
    if phone:
        details = queries.last_details(phone)
        return {**details, "phone": show_phone(phone)}
    actor = actor_of(request)
    if actor.kind == "person" and actor.person_id and not actor.is_staff:
        return queries.details_of_person(actor.person_id)
    return {}


@audience("public")
@never_cache
@require_http_methods(["GET", "POST"])
def again(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a code by text message, and prove the phone with it."""
    hall = queries.hall_by_code(code)
    pending = request.session.get(SESSION_CODE) if request.COOKIES.get("tongban_session") else None
    is_code = bool(pending) and "new" not in request.GET
    data = request.POST if request.method == "POST" else None
    form: HouseForm = OneTimeForm(data) if is_code else PhoneForm(data)
    if request.method == "POST":
        done = tried(form, lambda said: _prove(request, said["code"]) if is_code else _send(request, said["phone"]))
        if done:
            return redirect("halls:door" if is_code else "halls:again", code=hall.code)
    context = {
        "hall": hall,
        "form": form,
        "is_code": is_code,
        "phone": show_phone(pending["phone"]) if is_code and pending else "",
    }
    return render(request, "halls/again.html", context, status=422 if form.errors else 200)


def _send(request: HttpRequest, typed: str) -> bool:
    limit(request, "halls.code", per_minute=10)
    phone = check_mobile(typed, field="phone")
    key = f"halls-codes|{hashlib.sha256(phone.encode()).hexdigest()}"
    sent = int(cache.get(key) or 0)
    if sent >= CODES_AN_HOUR:
        raise Refusal("too_often", T("这个号码一小时内的验证码太多了，请直接填写登记。", "Too many codes for this number within an hour: please fill in the form."),
                      field="phone", status=429)  # fmt: skip
    cache.set(key, sent + 1, 3600)
    code = f"{secrets.randbelow(1_000_000):06d}"
    until = timezone.now() + timedelta(minutes=MINUTES)
    request.session[SESSION_CODE] = {
        "phone": phone,
        "hash": _hash(phone, code),
        "until": until.isoformat(),
        "tries": TRIES,
    }
    purpose = T("大厅登记", "registering at a hall")
    send_code.call(phone=phone, code=code, purpose=purpose, language=reader_language())
    return True


def _prove(request: HttpRequest, typed: str) -> bool:
    pending = request.session[SESSION_CODE]
    fits = hmac.compare_digest(pending["hash"], _hash(pending["phone"], "".join(one for one in typed if one.isdigit())))
    if fits and timezone.now().isoformat() < pending["until"] and pending["tries"] > 0:
        request.session.cycle_key()
        request.session[SESSION_PHONE] = pending["phone"]
        del request.session[SESSION_CODE]
        return True
    pending["tries"] -= 1
    if pending["tries"] <= 0:
        del request.session[SESSION_CODE]
    request.session.modified = True
    raise Refusal(
        "code_wrong",
        T(
            "验证码不对或已过期，请重新输入，或重新获取。",
            "This code is wrong or has expired: try again, or ask for a new one.",
        ),
        field="code",
    )


def _hash(phone: str, code: str) -> str:
    return hashlib.sha256(f"{phone}|{code}|halls".encode()).hexdigest()
