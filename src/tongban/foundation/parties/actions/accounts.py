"""Log-ins as records; signing in itself is allauth's."""

from __future__ import annotations

import re
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.foundation.parties.hooks import MANAGE_STAFF
from tongban.foundation.parties.models import Account, CacheEntry, Person
from tongban.foundation.parties.queries import account_by_phone, require
from tongban.lib.actors import Actor
from tongban.lib.fields import fill_indexes
from tongban.lib.jobs import periodic
from tongban.lib.phones import check_mobile
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

ACCOUNT = T("这个账号", "This account")
_LOGIN_NAME = re.compile(r"[a-z][a-z0-9._-]{2,63}")


@transaction.atomic
def create_account(username: str, *, phone: str = "", person_id: UUID | None = None, by: Actor) -> Account:
    """A log-in without a password yet; its phone counts as verified, since the office recorded it."""
    require(by, MANAGE_STAFF)
    if not _LOGIN_NAME.fullmatch(username):
        raise Refusal("login_name_invalid", T("登录名用小写字母开头,3 至 64 位，只含小写字母、数字和 . _ -。",
                      "A log-in name begins with a small letter and has 3 to 64 small letters, digits or . _ -"),
                      field="username")  # fmt: skip
    account = Account(username=username, person_id=person_id)
    if phone:
        account.phone = check_mobile(phone, field="phone")
        account.phone_verified_at = timezone.now()
    account.set_unusable_password()
    fill_indexes(account)
    return save_account(account)


@transaction.atomic
def set_password(account_id: UUID, password: str, *, by: Actor) -> None:
    """Set a log-in's password; its other sessions end. For the holder, or the house itself."""
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None or (by.kind not in ("system", "job") and by.account_id != account_id):
        raise not_found(ACCOUNT)
    try:
        validate_password(password, account)
    except ValidationError as errors:
        text = " ".join(errors.messages)
        raise Refusal("password_weak", T(text, text), field="password") from None
    account.set_password(password)
    account.save(update_fields=["password"])


@transaction.atomic
def claim_phone(account_id: UUID, phone: str, *, verified: bool, by: Actor) -> Account:
    """Give a log-in a phone number; one proved by a code goes to the person as well and outranks unproved claims."""
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None or by.account_id not in (account_id, None):
        raise not_found(ACCOUNT)
    number = check_mobile(phone, field="phone")
    holder = account_by_phone(number)
    if holder is not None and holder.pk != account.pk:
        if holder.phone_verified_at is not None or not verified:
            raise phone_taken()
        # Whoever typed the number first without proving it loses it to whoever does.
        Account.objects.filter(pk=holder.pk, phone_verified_at__isnull=True).update(phone="", phone_index=None)
    account.phone, account.phone_verified_at = number, timezone.now() if verified else None
    fill_indexes(account)
    save_account(account)
    if verified and account.person_id is not None:
        person = Person.objects.select_for_update().get(pk=account.person_id)
        person.phone = number
        fill_indexes(person)
        person.save(update_fields=["phone", "phone_index", "phone_tail_index"])
    return account


@periodic("17 19 * * *")
def clear_sessions() -> None:
    """Every night: what has run out of sessions and cache."""
    SessionStore.clear_expired()
    CacheEntry.objects.filter(expires__lt=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()


def save_account(account: Account) -> Account:
    """Save a log-in unless its name, phone or person has one already."""
    known = account_by_phone(account.phone)
    if known is not None and known.pk != account.pk:
        raise phone_taken()
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        if "phone_index" in str(error):
            raise phone_taken() from None
        raise Refusal("account_exists", T("这个登录名已有人用，或此人已有账号。请换一个登录名，或使用已有账号。",
                      "This log-in name is taken, or the person has an account: choose another name or use that account."),
                      field="username", status=409) from None  # fmt: skip
    return account


def phone_taken() -> Refusal:
    """The refusal for a phone number that another log-in holds."""
    return Refusal("phone_taken", T("这个手机号已用于另一个账号。请用它登录，或换一个手机号。",
                   "Another account uses this phone number: sign in with it, or use another number."),
                   field="phone", status=409)  # fmt: skip
