"""Keys that stand by, the trust list signed here or elsewhere, status lists, phone codes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from tongban.foundation.credentials import actions, handlers, queries
from tongban.foundation.credentials.actions import Content, Reach, Subject
from tongban.foundation.credentials.models import Credential, IssuingKey, StatusList, TrustList, TrustRoot
from tongban.foundation.credentials.tests.test_actions import DECIDER, HOUSE, give
from tongban.lib import keys
from tongban.lib.ids import uuid7
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal
from tongban_verify.passes import trust
from tongban_verify.passes.cose import public_key_of
from tongban_verify.passes.status import open_status_list
from tongban_verify.passes.verdicts import Offline, Verdict, Where

HOST = {"host": "luzhou.localhost"}
ROOT_SEED = bytes(range(32))
RESIDENT = Content("resident", "张*明", place="7-2-1503", gates=5, photo=bytes(8))
COMMUNITY = "510502001003"


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(settings.ENVIRONMENT, "root_keys_dir", tmp_path)
    return tmp_path


def ready() -> trust.TrustList:
    actions.keep_keys_ready()
    said = queries.open_current()
    assert said is not None
    return said


def offline(text: str, *, at: datetime | None = None, where: Where | None = None) -> Verdict:
    """What a guard's phone says that fetched everything a moment ago."""
    now = at or timezone.now()
    said = queries.open_current()
    assert said is not None
    tokens = (queries.signed_status_list(one.issuer, one.number) for one in StatusList.objects.all())
    opened = [open_status_list(token, said, now=timezone.now()) for token in tokens if token]
    return Offline(said, {one.address: one for one in opened}).judge(text, now=now, where=where or Where())


def resident(community: str = COMMUNITY, **how: Any) -> Credential:
    now = timezone.now()
    given = {"not_before": now, "expires": now + timedelta(days=60)} | how
    return actions.issue(RESIDENT, subject=Subject("tests.thing", uuid7()), by=HOUSE, reach=Reach(community), **given)


@pytest.mark.django_db
def test_a_new_house_makes_a_root_keys_and_a_list_that_verifies_without_it() -> None:
    said = ready()
    states = sorted((key.purpose, key.state) for key in IssuingKey.objects.all())
    assert states == [(p, s) for p in ("certificate", "pass") for s in ("active", "standby")]
    assert len(said.keys) == 4
    assert said.expires - said.issued == timedelta(days=7)
    certificate, ours = give(), resident()
    for code in (certificate.code, ours.code, actions.phone_code(ours.pk)):
        assert offline(code).reason == actions.verify(code).verdict.reason == "valid"
    assert offline(ours.code, where=Where("510502001004")).reason == "another_community"
    assert offline(ours.code, where=Where(COMMUNITY, 1)).reason == "wrong_gate"
    actions.revoke(ours.pk, reason="租约到期", by=DECIDER)
    assert offline(ours.code).reason == actions.verify(ours.code).verdict.reason == "revoked"
    assert offline(certificate.code).reason == "valid"
    assert oct(queries.root_file("510500").stat().st_mode)[-3:] == "600"


@pytest.mark.django_db
def test_every_row_that_the_log_is_asked_for_has_its_leaves() -> None:
    """A key that only stands by is not among them: the nightly comparison would raise an alarm in every house."""
    ready()
    resident()
    for kind in handlers.rows_and_leaves():
        ids = [row.pk for row in kind.rows()]
        due = kind.leaves(ids)
        assert [key for key in ids if not due.get(key)] == [], kind.kind


@pytest.mark.django_db
def test_a_list_a_day_and_none_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ready()
    assert ready().version == first.version
    day_after = timezone.now() + timedelta(days=1)
    due = queries.what_is_due(day_after)
    assert due is not None
    assert (due.why, due.draft.min_version) == ("daily", 0)
    monkeypatch.setattr("tongban.foundation.credentials.queries.lists.EVERY", timedelta(0))
    assert ready().version == first.version + 1
    assert TrustRoot.objects.count() == 1


@pytest.mark.django_db
def test_a_withdrawn_key_is_a_tombstone_and_voids_every_older_list() -> None:
    before = ready()
    ours = resident()
    actions.withdraw_key(bytes(ours.key.kid), reason="遗失", by=HOUSE)
    assert str(queries.trust_trouble()).startswith("已作废的密钥还在可信名单上")
    after = ready()
    assert after.withdrawn == {bytes(ours.key.kid)}
    assert after.min_version == after.version == before.version + 1
    assert queries.trust_trouble() is None
    assert offline(ours.code).reason == actions.verify(ours.code).verdict.reason == "key_withdrawn"
    assert offline(give().code).reason == "valid"
    assert offline(resident().code).reason == "valid"
    now = timezone.now()
    newest = [queries.signed_status_list(one.issuer, one.number) for one in StatusList.objects.all()]
    lists = {one.address: one for one in (open_status_list(token, after, now=now) for token in newest if token)}
    assert Offline(before, lists).judge(ours.code, now=now).reason == "list_superseded"


@pytest.mark.django_db
def test_the_key_standing_by_was_on_the_list_before_it_signs() -> None:
    said = ready()
    waiting = IssuingKey.objects.get(purpose="pass", state="standby")
    IssuingKey.objects.filter(purpose="pass", state="active").update(
        signs_until=timezone.now(), signs_from=timezone.now() - timedelta(days=90)
    )
    ours = resident()
    assert ours.key_id == waiting.pk
    assert bytes(ours.key.kid) in said.keys
    now = timezone.now()
    token = queries.signed_status_list(COMMUNITY, ours.status_list.number)
    assert token is not None
    status = open_status_list(token, said, now=now)
    assert Offline(said, {status.address: status}).judge(ours.code, now=now).reason == "valid"
    assert len(ready().keys) == 5


@pytest.mark.django_db
def test_passes_end_with_the_key_that_signed_them() -> None:
    now = timezone.now()
    with pytest.raises(Refusal, match="validity_too_long"):
        resident(expires=now + timedelta(days=91))
    with pytest.raises(Refusal, match="validity_too_long"):
        resident(not_before=now + timedelta(days=170), expires=now + timedelta(days=200))
    with pytest.raises(Refusal, match="community_wrong"):
        resident("510302001003")
    key = resident().key
    assert key.verifies_until - key.signs_from == timedelta(days=180)


@pytest.mark.django_db
def test_a_phone_code_lives_a_minute_and_a_half() -> None:
    ready()
    ours = resident()
    shown = actions.phone_code(ours.pk)
    now = timezone.now()
    assert shown != ours.code
    assert offline(shown, at=now + timedelta(seconds=148)).reason == "valid"
    assert offline(shown, at=now + timedelta(seconds=151)).reason == "stale_code"
    assert actions.verify(shown).verdict.claims.cti == bytes(ours.cti)
    actions.revoke(ours.pk, reason="搬走", by=DECIDER)
    assert offline(shown).reason == "revoked"
    with pytest.raises(Refusal, match="revoked"):
        actions.phone_code(ours.pk)
    with pytest.raises(Refusal, match="not_yet"):
        actions.phone_code(resident(not_before=now + timedelta(hours=1)).pk)
    past = resident()
    Credential.objects.filter(pk=past.pk).update(not_before=now - timedelta(days=2), expires_at=now - timedelta(days=1))
    with pytest.raises(Refusal, match="expired"):
        actions.phone_code(past.pk)
    with pytest.raises(Refusal, match="not_found"):
        actions.phone_code(uuid7())


@pytest.mark.django_db
def test_a_root_key_kept_elsewhere_signs_for_weeks_in_advance(own_folder: Path) -> None:
    first = ready()
    root = public_key_of(ROOT_SEED)
    actions.adopt_root(root, by=HOUSE)
    assert ready().version == first.version  # the file here is not this root's: nothing is signed with it
    drafts = actions.draft_trust_lists(30, by=HOUSE)
    signed = [trust.sign_trust_list(one, ROOT_SEED) for one in drafts]
    assert actions.import_trust_lists(signed, by=HOUSE) == 30
    assert actions.import_trust_lists(signed, by=HOUSE) == 0
    said = ready()
    assert (said.version, queries.root_in_force().public_key) == (first.version + 1, root)
    assert queries.trust_trouble() is None
    assert queries.trust_trouble(timezone.now() + timedelta(days=28)) is None
    assert "到期" in str(queries.trust_trouble(timezone.now() + timedelta(days=34)))
    assert "没有有效的可信名单" in str(queries.trust_trouble(timezone.now() + timedelta(days=40)))
    later = queries.open_current(timezone.now() + timedelta(days=12))
    assert later is not None
    assert later.version == first.version + 13
    assert offline(resident().code).reason == "valid"
    with pytest.raises(Refusal, match="root_key_old"):
        actions.adopt_root(bytes(TrustRoot.objects.order_by("adopted_at")[0].public_key), by=HOUSE)


@pytest.mark.django_db
def test_lists_that_are_not_right_are_not_taken() -> None:
    actions.adopt_root(public_key_of(ROOT_SEED), by=HOUSE)
    actions.prepare_keys(by=HOUSE)
    draft = actions.draft_trust_lists(1, by=HOUSE)[0]
    good, said = trust.sign_trust_list(draft, ROOT_SEED), trust.parse_trust_list(draft)
    line = next(iter(said.keys.values()))
    foreign = trust.TrustedKey(public_key_of(bytes(32)), "5105", line.types, line.signs_from, line.verifies_until)
    wrong = trust.TrustList(said.city, 9, said.issued, said.expires, {foreign.kid: foreign})
    for tokens, reason in (
        ([trust.sign_trust_list(draft, bytes(32))], "unknown_root"), ([good[:-1]], "list_malformed"), ([b""], "list_malformed"),
        ([good, good[:-64] + bytes(64)], "list_edited"), ([trust.sign_trust_list(wrong.unsigned(), ROOT_SEED)], "list_not_ours"),
    ):  # fmt: skip
        with pytest.raises(Refusal, match=reason):
            actions.import_trust_lists(tokens, by=HOUSE)
    assert not TrustList.objects.exists()
    assert actions.import_trust_lists([good], by=HOUSE) == 1
    other = trust.TrustList(said.city, 1, said.issued, said.expires, said.keys, frozenset(), 1)
    with pytest.raises(Refusal, match="list_rolled_back"):
        actions.import_trust_lists([trust.sign_trust_list(other.unsigned(), ROOT_SEED)], by=HOUSE)
    actions.withdraw_key(line.kid, reason="遗失", by=HOUSE)
    later = trust.TrustList(said.city, 2, said.issued, said.expires, said.keys)
    with pytest.raises(Refusal, match="list_not_ours"):
        actions.import_trust_lists([trust.sign_trust_list(later.unsigned(), ROOT_SEED)], by=HOUSE)


@pytest.mark.django_db
def test_who_may_not_touches_no_list() -> None:
    for refused in (
        lambda: actions.adopt_root(bytes(32), by=DECIDER), lambda: actions.publish_trust_list(by=DECIDER),
        lambda: actions.draft_trust_lists(1, by=DECIDER), lambda: actions.import_trust_lists([], by=DECIDER),
    ):  # fmt: skip
        with pytest.raises(Refusal, match="forbidden"):
            refused()
    for refused, code in (
        (lambda: actions.adopt_root(b"short", by=HOUSE), "root_key_wrong"), (lambda: actions.draft_trust_lists(0, by=HOUSE), "days_wrong"),
        (lambda: actions.import_trust_lists([], by=HOUSE), "root_missing"),
    ):  # fmt: skip
        with pytest.raises(Refusal, match=code):
            refused()


@pytest.mark.django_db
def test_an_open_root_file_is_refused(own_folder: Path) -> None:
    ready()
    queries.root_file("510500").chmod(0o644)
    with pytest.raises(Refusal, match="root_key_file"):
        actions.publish_trust_list(by=HOUSE)


@pytest.mark.django_db
def test_anybody_fetches_the_signed_lists(client: Client) -> None:
    assert client.get("/api/credentials/trust-list.cwt", headers=HOST).status_code == 404
    said, ours = ready(), resident()
    answer = client.get("/api/credentials/trust-list.cwt", headers=HOST)
    shown = client.get("/api/credentials/trust-list", headers=HOST).json()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    opened = trust.open_trust_list(answer.content, [bytes.fromhex(shown["root"])], now=timezone.now())
    assert opened == said
    assert shown["version"] == said.version
    line = said.key(bytes(ours.key.kid))
    assert line is not None
    address = line.status_address(COMMUNITY, ours.status_list.number)
    assert address.startswith("http://luzhou.localhost:")
    status = client.get("/" + address.split("/", 3)[3], headers=HOST)
    assert open_status_list(status.content, said, now=timezone.now()).address == address


def test_two_revocations_at_once_both_stand_in_the_list(committed_db: None) -> None:
    with enter("j510500"):
        both = [resident() for _ in range(2)]
    ready_to_go = threading.Barrier(2)

    def revoke(credential: Credential) -> None:
        with enter("j510500"):
            ready_to_go.wait()
            actions.revoke(credential.pk, reason="同时", by=HOUSE)
        connection.close()

    threads = [threading.Thread(target=revoke, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with enter("j510500"):
        bits = queries.status_bits(COMMUNITY, both[0].status_list.number)
    assert bits is not None
    assert sum(byte.bit_count() for byte in bits) == 2


def test_two_workers_make_one_root_one_list_and_one_key_each(committed_db: None) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with enter("j510500"):
                actions.keep_keys_ready()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with enter("j510500"):
        assert (TrustRoot.objects.count(), IssuingKey.objects.count()) == (1, 4)
        assert queries.trust_trouble() is None


@pytest.mark.django_db
def test_after_a_rotation_of_the_key_file_the_key_standing_by_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    ready()
    rotated = keys.ring().with_new("credential")
    for name in ("actions.keys", "queries.keys"):
        monkeypatch.setattr(f"tongban.foundation.credentials.{name}.ring", lambda: rotated)
    ready()
    in_use = IssuingKey.objects.filter(state__in=("active", "standby"))
    assert {key.ring_number for key in in_use} == {rotated.current("credential").number}
    assert in_use.count() == 4
    assert offline(resident().code).reason == "valid"
