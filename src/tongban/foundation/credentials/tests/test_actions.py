"""Issuing and revoking in a real database."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tongban.foundation.credentials import actions, hooks, queries
from tongban.foundation.credentials.actions import Subject, issue, revoke, withdraw_key
from tongban.foundation.credentials.models import Credential, IssuingKey, StatusList
from tongban.lib import keys
from tongban.lib.actors import ANONYMOUS, Actor, system
from tongban.lib.ids import uuid7
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal
from tongban_verify.passes.code import Content, read

HOUSE = system("tests")
DECIDER = Actor(kind="person", channel="web", name="审批员", membership_id=uuid7(), role="decider", second_factor=True,
                capabilities=frozenset({hooks.ISSUE, hooks.REVOKE}))  # fmt: skip


def give(by: Actor = HOUSE, *, days: int = 30, content: Content | None = None) -> Credential:
    now = timezone.now()
    said = content or Content("certificate", "泸州样例商贸有限公司", number="FGFC202602170001")
    return issue(
        said, subject=Subject("tests.thing", uuid7()), not_before=now, expires=now + timedelta(days=days), by=by
    )


@pytest.mark.django_db
def test_what_was_issued_verifies_and_says_what_it_is_for() -> None:
    credential = give(DECIDER)
    found = actions.verify(credential.code)
    assert found.verdict.reason == "valid"
    assert "泸州样例商贸有限公司" in [value for _, value in found.facts]
    assert queries.credential_of(credential.subject_kind, credential.subject_id) == credential
    assert len(credential.code) <= 366  # QR version 11 at level M


@pytest.mark.django_db
def test_revoked_shows_at_once_and_in_the_status_list() -> None:
    credential = give(DECIDER)
    before = queries.status_bits("510500", credential.status_list.number)
    revoke(credential.pk, reason="所附承诺不实", by=DECIDER)
    assert actions.verify(credential.code).verdict.reason == "revoked"
    after = queries.status_bits("510500", credential.status_list.number)
    assert before is not None
    assert after is not None
    changed = [n for n in range(len(after) * 8) if (after[n // 8] ^ before[n // 8]) >> (n % 8) & 1]
    assert changed == [credential.status_index]


@pytest.mark.django_db
def test_revoking_twice_keeps_the_first_reason_and_tells_once() -> None:
    told: list[Any] = []
    hooks.revoked.answers.append(lambda **said: told.append(said["reason"]))
    try:
        credential = give()
        revoke(credential.pk, reason="第一次", by=DECIDER)
        again = revoke(credential.pk, reason="第二次", by=DECIDER)
    finally:
        hooks.revoked.answers.pop()
    assert again.revoked_reason == "第一次"
    assert told == ["第一次"]


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  "])
def test_revoking_needs_a_reason(reason: str) -> None:
    with pytest.raises(Refusal, match="reason_missing"):
        revoke(give().pk, reason=reason, by=DECIDER)


@pytest.mark.django_db
def test_who_may_not_is_refused() -> None:
    credential = give()
    nobody = replace(DECIDER, capabilities=frozenset())
    for refused in (lambda: give(nobody), lambda: revoke(credential.pk, reason="x", by=nobody),
                    lambda: withdraw_key(b"abcd", reason="x", by=DECIDER)):  # fmt: skip
        with pytest.raises(Refusal, match="forbidden"):
            refused()
    with pytest.raises(Refusal, match="sign_in_first"):
        give(ANONYMOUS)
    with pytest.raises(Refusal, match="not_found"):
        revoke(uuid7(), reason="x", by=DECIDER)


@pytest.mark.django_db
def test_dates_that_make_no_sense_are_refused() -> None:
    with pytest.raises(Refusal, match="dates_wrong"):
        give(days=0)
    with pytest.raises(Refusal, match="validity_too_long"):
        give(days=4000)
    with pytest.raises(ValueError, match="unknown credential type"):
        give(content=Content("passport", "张*"))


@pytest.mark.django_db
def test_a_withdrawn_key_is_replaced_and_verifies_no_more() -> None:
    first = give()
    kid = bytes(first.key.kid)
    with pytest.raises(Refusal, match="reason_missing"):
        withdraw_key(kid, reason="", by=HOUSE)
    with pytest.raises(Refusal, match="not_found"):
        withdraw_key(b"none", reason="x", by=HOUSE)
    withdraw_key(kid, reason="密钥文件遗失", by=HOUSE)
    second = give()
    assert second.key_id != first.key_id
    assert actions.verify(first.code).verdict.reason == "key_withdrawn"
    assert actions.verify(second.code).verdict.reason == "valid"


@pytest.mark.django_db
def test_after_90_days_or_a_rotation_a_new_key_signs_and_the_old_still_verifies(monkeypatch: Any) -> None:
    first = give()
    IssuingKey.objects.update(signs_until=timezone.now(), signs_from=timezone.now() - timedelta(days=90))
    second = give()
    assert second.key_id != first.key_id
    rotated = keys.ring().with_new("credential")
    for name in ("actions.keys", "queries.keys"):
        monkeypatch.setattr(f"tongban.foundation.credentials.{name}.ring", lambda: rotated)
    third = give()
    assert third.key.ring_number == second.key.ring_number + 1
    assert [actions.verify(c.code).verdict.reason for c in (first, second, third)] == ["valid"] * 3
    assert [line["state"] for line in queries.known_keys()] == ["retired", "retired", "active"]


@pytest.mark.django_db
def test_a_full_status_list_grows() -> None:
    small = give()
    StatusList.objects.filter(pk=small.status_list_id).update(size=8)
    Credential.objects.filter(pk=small.pk).update(status_index=3)
    indexes = {3} | {give().status_index for _ in range(30)}
    assert len(indexes) == 31
    assert StatusList.objects.get(pk=small.status_list_id).size > 8


@pytest.mark.django_db
def test_another_jurisdiction_does_not_know_it(elsewhere: str) -> None:
    credential = give()
    with enter(elsewhere):
        assert actions.verify(credential.code).verdict.reason == "unknown_key"
        assert queries.status_bits("510500", credential.status_list.number) is None


def test_many_at_the_same_moment_share_one_key_and_no_bit(committed_db: None) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with enter("j510500"):
                for _ in range(5):
                    give()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert Credential.objects.count() == 20
    assert IssuingKey.objects.count() == 1


@pytest.mark.django_db
def test_the_public_page_answers_each_verdict(client: Client) -> None:
    credential = give()
    typed = client.get("/verify/", {"c": credential.code}, headers={"host": "luzhou.localhost"})
    assert "cr-verdict is-valid" in typed.content.decode()  # whoever types the address ends it so
    page = client.get("/verify", {"c": credential.code}, headers={"host": "luzhou.localhost"})
    assert page.status_code == 200
    assert "泸州样例商贸有限公司" in page.content.decode()
    assert "cr-verdict is-valid" in page.content.decode()
    for text, expected in (("", "请填写"), ("<script>", "不能认可"), (credential.code[:-3], "不能认可")):
        answer = client.get("/verify", {"c": text}, headers={"host": "luzhou.localhost"}).content.decode()
        assert expected in answer
        assert "<script>alert" not in answer


@pytest.mark.django_db
def test_the_api_answers_the_same(client: Client) -> None:
    credential = give()
    host = {"host": "luzhou.localhost"}
    answer = client.post(
        "/api/credentials/verify", {"code": credential.code}, content_type="application/json", headers=host
    )
    assert answer.json()["valid"] is True
    wrong = client.post("/api/credentials/verify", {"code": "TB1:X"}, content_type="application/json", headers=host)
    assert wrong.json()["reason"] == "malformed"
    assert (
        client.get("/api/credentials/trust-list", headers=host).json()["keys"][0]["kid"]
        == bytes(credential.key.kid).hex()
    )
    bits = client.get(f"/api/credentials/status/510500/{credential.status_list.number}", headers=host)
    assert bits.headers["Content-Type"] == "application/statuslist+cwt"
    assert bits.headers["Cache-Control"] == "public, max-age=900"
    assert client.get("/api/credentials/status/510500/1", headers=host).status_code == 404
    assert read(credential.code).claims.status == (credential.status_list.number, credential.status_index)


@pytest.mark.django_db
def test_too_many_from_one_address_are_asked_to_wait(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tongban.web.limits.time.monotonic", lambda: 6000.0)  # all within one minute
    ask = {"headers": {"host": "luzhou.localhost"}, "REMOTE_ADDR": "203.0.113.9"}
    codes = [client.get("/verify", {"c": "TB1:X"}, **ask).status_code for _ in range(70)]
    assert codes[0] == 200
    assert codes[-1] == 429
