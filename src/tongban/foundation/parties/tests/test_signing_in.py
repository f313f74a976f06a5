"""Signing in as visitors do it, through the pages."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.internal.flows import code_verification
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from tongban.foundation.ledger.actions import erase_due
from tongban.foundation.parties import actions
from tongban.foundation.parties.models import Account, CacheEntry
from tongban.foundation.parties.tests.arrange import HOST, PASSWORD, person_of
from tongban.lib import keys
from tongban.lib.ids import uuid7_floor
from tongban.lib.jurisdictions import enter

PHONE = "13800001234"
pytestmark = pytest.mark.django_db


def ask_code(visitor: Client, phone: str = PHONE) -> Any:
    return visitor.post("/accounts/login/code/", {"phone": phone})


def confirm(visitor: Client, code: str) -> Any:
    return visitor.post("/accounts/login/code/confirm/", {"code": code})


def is_signed_in(visitor: Client) -> bool:
    return "_auth_user_id" in visitor.session


def account_of(phone: str = PHONE) -> Account:
    account = Account.objects.create(username=f"p{phone}")
    return actions.claim_phone(account.pk, phone, verified=True, by=actions_actor(account))


def actions_actor(account: Account) -> Any:
    from tongban.foundation.parties.queries import actor_of_account

    return actor_of_account(account, channel="web", second_factor=False)


def test_signing_up_with_a_phone(visitor: Client, sent: list[dict[str, Any]]) -> None:
    page = visitor.get("/accounts/signup/").content.decode()
    assert "password" not in page
    assert visitor.post("/accounts/signup/", {"phone": "138 0000 1234"}).status_code == 302
    assert sent[-1]["phone"] == "+8613800001234"
    assert len(sent[-1]["code"]) == 6
    assert not is_signed_in(visitor)
    visitor.post("/accounts/phone/verify/", {"code": sent[-1]["code"]})
    account = Account.objects.get()
    assert is_signed_in(visitor)
    assert account.phone == "+8613800001234"
    assert account.phone_verified_at


def test_signing_up_with_a_known_phone_tells_the_phone_alone(visitor: Client, sent: list[dict[str, Any]]) -> None:
    account_of()
    known = visitor.post("/accounts/signup/", {"phone": PHONE})
    fresh = Client(headers=HOST, REMOTE_ADDR="10.0.0.9").post("/accounts/signup/", {"phone": "13800001235"})
    assert (known.status_code, known["Location"]) == (fresh.status_code, fresh["Location"])
    assert sent[0]["what"] == "account_exists"
    assert Account.objects.count() == 2


@pytest.mark.parametrize("typed", ["+86 138-0000-1234", "１３８００００１２３４", "138 0000 1234"])
def test_a_code_signs_in_however_the_number_is_typed(visitor: Client, sent: list[dict[str, Any]], typed: str) -> None:
    account_of()
    ask_code(visitor, typed)
    assert confirm(visitor, sent[-1]["code"]).status_code == 302
    assert is_signed_in(visitor)


def test_a_wrong_number_is_explained_at_its_field(visitor: Client) -> None:
    page = ask_code(visitor, "12345").content.decode()
    assert "这不是有效的电话号码" in page


def test_a_wrong_code_is_explained_and_the_third_ends_it(visitor: Client, sent: list[dict[str, Any]]) -> None:
    account_of()
    ask_code(visitor)
    assert "验证码不对" in confirm(visitor, "000000x").content.decode()
    confirm(visitor, "000001x")
    confirm(visitor, "000002x")
    confirm(visitor, sent[-1]["code"])
    assert not is_signed_in(visitor)


def test_an_expired_code_is_refused(
    visitor: Client, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    account_of()
    ask_code(visitor)
    later = time.time() + 301
    monkeypatch.setattr(code_verification.time, "time", lambda: later)
    answer = visitor.post("/accounts/login/code/confirm/", {"code": sent[-1]["code"]}, follow=True)
    assert not is_signed_in(visitor)
    assert answer.redirect_chain


def test_a_code_works_once_and_in_its_own_browser(visitor: Client, sent: list[dict[str, Any]]) -> None:
    account_of()
    ask_code(visitor)
    other = Client(headers=HOST)
    confirm(other, sent[-1]["code"])
    assert not is_signed_in(other)
    confirm(visitor, sent[-1]["code"])
    assert is_signed_in(visitor)
    visitor.post("/accounts/logout/")
    confirm(visitor, sent[-1]["code"])
    assert not is_signed_in(visitor)


def test_an_unknown_phone_looks_the_same_and_is_told_itself(visitor: Client, sent: list[dict[str, Any]]) -> None:
    account_of("13800001235")
    unknown = ask_code(visitor)
    known = ask_code(Client(headers=HOST), "13800001235")
    assert (unknown.status_code, unknown["Location"]) == (known.status_code, known["Location"])
    assert [message.get("what", message.get("purpose")) for message in sent] == ["no_account", "login"]


def test_codes_to_one_phone_are_limited_and_only_here(sent: list[dict[str, Any]], elsewhere: str) -> None:
    account_of()
    for number in range(3):
        ask_code(Client(headers=HOST, REMOTE_ADDR=f"10.0.0.{number}"))
    assert len(sent) == 3
    stopped = ask_code(Client(headers=HOST, REMOTE_ADDR="10.0.0.4"))
    assert len(sent) == 3
    assert stopped.status_code in (200, 429)
    ask_code(Client(headers={"host": "zigong.localhost"}))
    assert len(sent) == 4
    with enter(elsewhere):
        assert CacheEntry.objects.exists()


@pytest.mark.parametrize("name", ["user1", "USER1", "13800000001", "+86 138 0000 0001"])
def test_name_or_phone_and_password(visitor: Client, name: str) -> None:
    person_of()
    visitor.post("/accounts/login/", {"login": name, "password": PASSWORD})
    assert is_signed_in(visitor)


def test_a_wrong_password_says_no_more_than_a_wrong_name(visitor: Client) -> None:
    person_of()
    for login in ("user1", "nobody", "13800000001", "13800009999"):
        page = visitor.post("/accounts/login/", {"login": login, "password": "wrong-password"}).content.decode()
        assert "登录名或密码不对" in page
        assert not is_signed_in(visitor)


def test_guessing_is_stopped(visitor: Client) -> None:
    person_of()
    for _ in range(5):
        visitor.post("/accounts/login/", {"login": "user1", "password": "wrong-password"})
    page = visitor.post("/accounts/login/", {"login": "user1", "password": PASSWORD}).content.decode()
    assert "尝试次数太多" in page
    assert not is_signed_in(visitor)


def test_the_messages_speak_english(visitor: Client) -> None:
    visitor.cookies["tongban_language"] = "en"
    page = visitor.post("/accounts/login/", {"login": "user1", "password": "wrong-password"}).content.decode()
    assert "The name or the password is wrong" in page


def test_a_disabled_log_in_stays_outside(visitor: Client) -> None:
    person_of()
    Account.objects.update(is_active=False)
    visitor.post("/accounts/login/", {"login": "user1", "password": PASSWORD})
    assert not is_signed_in(visitor)


def totp_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_a_second_factor_is_asked_for_and_kept_encrypted(visitor: Client) -> None:
    person = person_of()
    secret = generate_totp_secret()
    TOTP.activate(person.account, secret)
    assert secret not in str(Authenticator.objects.get().data)
    answer = visitor.post("/accounts/login/", {"login": "user1", "password": PASSWORD})
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_signed_in(visitor)
    wrong = visitor.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert "动态验证码不对" in wrong
    visitor.post("/accounts/2fa/authenticate/", {"code": totp_now(secret)})
    assert is_signed_in(visitor)
    assert visitor.get("/").wsgi_request.actor.second_factor


def test_without_one_the_session_has_none(visitor: Client) -> None:
    person_of()
    visitor.post("/accounts/login/", {"login": "user1", "password": PASSWORD})
    assert not visitor.get("/").wsgi_request.actor.second_factor


def test_ending_every_other_session() -> None:
    person_of()
    here, there = Client(headers=HOST), Client(headers=HOST)
    for client in (here, there):
        client.post("/accounts/login/", {"login": "user1", "password": PASSWORD})
    assert UserSession.objects.count() == 2
    assert here.get("/accounts/sessions/").status_code == 200
    here.post("/accounts/sessions/")
    assert here.get("/").wsgi_request.actor.is_known
    assert not there.get("/").wsgi_request.actor.is_known


def test_a_proved_number_outranks_a_typed_one() -> None:
    first = Account.objects.create(username="first")
    actions.claim_phone(first.pk, PHONE, verified=False, by=actions_actor(first))
    person = person_of()
    actions.claim_phone(person.account.pk, PHONE, verified=True, by=actions_actor(person.account))
    first.refresh_from_db()
    person.refresh_from_db()
    assert first.phone == ""
    assert person.phone == "+8613800001234"


def test_a_proved_number_is_not_taken_away() -> None:
    from tongban.lib.refusals import Refusal

    person_of()
    other = Account.objects.create(username="other")
    for verified in (False, True):
        with pytest.raises(Refusal, match="phone_taken"):
            actions.claim_phone(other.pk, "13800000001", verified=verified, by=actions_actor(other))
    with pytest.raises(Refusal, match="not_found"):
        actions.claim_phone(other.pk, PHONE, verified=True, by=actions_actor(Account.objects.get(username="user1")))


def test_the_night_clears_what_has_run_out(visitor: Client, sent: list[dict[str, Any]]) -> None:
    account_of()
    long_ago = uuid7_floor(timezone.now() - timedelta(days=2))
    Account.objects.create(id=long_ago, username="unfinished", password="!")
    fresh = Account.objects.create(username="today")
    visitor.get("/accounts/login/")
    ask_code(visitor)
    Session.objects.update(expire_date=timezone.now() - timedelta(hours=1))
    CacheEntry.objects.update(expires=timezone.now() - timedelta(hours=1))
    actions.clear_sessions()
    assert erase_due("parties.signups") == 1
    assert not Session.objects.exists()
    assert not CacheEntry.objects.exists()
    assert set(Account.objects.values_list("username", flat=True)) == {fresh.username, f"p{PHONE}"}


def test_adding_a_second_factor_asks_for_the_password_again(visitor: Client) -> None:
    person_of()
    visitor.post("/accounts/login/", {"login": "user1", "password": PASSWORD})
    assert visitor.get("/accounts/2fa/totp/activate/")["Location"].startswith("/accounts/reauthenticate/")
    visitor.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert visitor.get("/accounts/2fa/totp/activate/").status_code == 200


@pytest.mark.parametrize("page", ["totp/activate/", "webauthn/add/", "recovery-codes/generate/"])
def test_who_came_by_code_alone_proves_it_again_before_adding_a_second_factor(
    visitor: Client, sent: list[dict[str, Any]], page: str
) -> None:
    account_of()
    ask_code(visitor)
    confirm(visitor, sent[-1]["code"])
    address = f"/accounts/2fa/{page}"
    assert visitor.get(address)["Location"] == f"/me/proof/?next={address.replace('/', '%2F')}"
    assert visitor.post(address)["Location"].startswith("/me/proof/")
    assert "138****1234" in visitor.get("/me/proof/").content.decode()
    visitor.post("/me/proof/", {"act": "send", "next": address})
    wrong = visitor.post("/me/proof/", {"code": "000000x", "next": address})
    assert (wrong.status_code, "验证码不对" in wrong.content.decode()) == (422, True)
    assert visitor.post("/me/proof/", {"code": sent[-1]["code"], "next": address})["Location"] == address
    assert visitor.get(address).get("Location", "") not in ("/me/proof/", "/accounts/reauthenticate/")
    again = visitor.post("/me/proof/", {"code": sent[-1]["code"]})
    assert "验证码已失效" in again.content.decode()


def test_the_proving_code_ends_after_three_tries_after_five_minutes_and_is_counted(
    visitor: Client, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    account_of()
    ask_code(visitor)
    confirm(visitor, sent[-1]["code"])
    visitor.post("/me/proof/", {"act": "send"})
    for _ in range(3):
        assert "验证码不对" in visitor.post("/me/proof/", {"code": "12"}).content.decode()
    assert "验证码已失效" in visitor.post("/me/proof/", {"code": sent[-1]["code"]}).content.decode()
    visitor.post("/me/proof/", {"act": "send"})
    session = visitor.session
    session["second_proof_code"] = session["second_proof_code"] | {"until": time.time() - 1}
    session.save()
    assert "验证码已失效" in visitor.post("/me/proof/", {"code": sent[-1]["code"]}).content.decode()
    assert visitor.post("/me/proof/", {"act": "send"}).status_code == 429  # three to one phone in five minutes


def test_a_password_replaced_in_this_session_proves_nothing(visitor: Client, sent: list[dict[str, Any]]) -> None:
    person_of()
    ask_code(visitor, "13800000001")
    confirm(visitor, sent[-1]["code"])
    assert visitor.get("/accounts/2fa/totp/activate/")["Location"].startswith(
        "/accounts/reauthenticate/"
    )  # the old one would
    visitor.post("/me/password/", {"password": "another-horse-2021"})
    visitor.post("/accounts/reauthenticate/", {"password": "another-horse-2021"})
    assert visitor.get("/accounts/2fa/totp/activate/")["Location"].startswith("/me/proof/")
    visitor.post("/me/proof/", {"act": "send"})
    visitor.post("/me/proof/", {"code": sent[-1]["code"]})
    assert visitor.get("/accounts/2fa/totp/activate/").status_code == 200


def test_a_second_factor_of_somebody_else_in_the_session_counts_for_nothing(visitor: Client) -> None:
    person_of()
    visitor.post("/accounts/login/", {"login": "user1", "password": PASSWORD})
    session = visitor.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = "somebody-else"
    session.save()
    assert not visitor.get("/").wsgi_request.actor.second_factor


def test_a_forgotten_password_is_replaced_after_a_code(visitor: Client, sent: list[dict[str, Any]]) -> None:
    person_of()
    assert "手机验证码登录" in visitor.get("/accounts/password/reset/").content.decode()
    other = Client(headers=HOST)
    other.post("/accounts/login/", {"login": "user1", "password": PASSWORD})
    assert other.get("/me/password/").status_code == 403
    ask_code(visitor, "13800000001")
    confirm(visitor, sent[-1]["code"])
    assert visitor.post("/me/password/", {"password": "short"}).status_code == 422
    assert visitor.post("/me/password/", {"password": "another-horse-2021"}).status_code == 302
    assert visitor.get("/").wsgi_request.actor.is_known
    assert not other.get("/").wsgi_request.actor.is_known
    other.post("/accounts/login/", {"login": "user1", "password": "another-horse-2021"})
    assert is_signed_in(other)


def test_second_factors_follow_a_new_data_key(tmp_path: Path, visitor: Client) -> None:
    from django.conf import settings

    account = person_of().account
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    RecoveryCodes.activate(account)
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    before = [row.data for row in Authenticator.objects.order_by("pk")]
    fresh = tmp_path / "keys.json"
    keys.KeyRing.read(settings.KEYS_FILE).with_new("data").write(fresh)
    keys.use_file(fresh)
    try:
        assert actions.recrypt_second_factors() == 2
        assert [row.data for row in Authenticator.objects.order_by("pk")] != before
        keys.ring().without_old("data").write(fresh)
        assert RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes() == codes
        totp = TOTP(Authenticator.objects.get(type="totp"))
        assert totp.validate_code(totp_now(secret))
    finally:
        keys.use_file(settings.KEYS_FILE)
