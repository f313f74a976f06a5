"""Messages are written with the business, leave the house once, and say what went wrong."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pydantic import SecretStr

from tongban.foundation.ledger.actions import erase_due
from tongban.foundation.notifications import actions, adapters, queries
from tongban.foundation.notifications.handlers import send_code_by_sms
from tongban.foundation.notifications.models import Message
from tongban.foundation.notifications.tests.conftest import PHONE
from tongban.foundation.parties.hooks import my_data, send_code
from tongban.foundation.parties.models import Account, Person
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal
from tongban.lib.tests.loopback import Mailbox, Web

pytestmark = pytest.mark.django_db


def code(**more: Any) -> Message:
    [message] = send_code_by_sms(phone=PHONE, code="428913", purpose="login", language="zh-hans", **more)
    return message


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        return int(cursor.fetchone()[0])


def test_a_phone_code_goes_through_the_gateway_once(gateway: Web, run_jobs: Any) -> None:
    [answers] = send_code.call(phone=PHONE, code="428913", purpose="login", language="zh-hans")
    message = answers[0]
    actions.deliver.later(message_id=message.pk)  # a job may run twice
    run_jobs()
    [heard] = gateway.heard
    sent = json.loads(heard.body)
    assert sent["to"] == PHONE
    assert "428913" in sent["text"]
    assert "泸州市通办" in sent["text"]
    assert heard.headers["authorization"] == "Bearer t0ken"
    assert heard.headers["idempotency-key"] == sent["id"] == str(message.pk)
    message.refresh_from_db()
    assert (message.state, message.sent_through, message.attempts) == ("sent", "gateway", 1)
    assert message.body == "", "a secret is not kept once it is sent"


def test_address_and_body_are_unreadable_in_the_database(gateway: Web) -> None:
    code()
    with connection.cursor() as cursor:
        cursor.execute("SELECT body, address FROM notifications_message")
        body, address = (bytes(value) for value in cursor.fetchone())
    assert b"428913" not in body
    assert b"138" not in address


def test_every_channel_a_person_can_be_reached_by(
    gateway: Web, mailbox: Mailbox, operator: Actor, run_jobs: Any
) -> None:
    Person.objects.filter(pk=operator.person_id).update(phone=PHONE)
    Account.objects.filter(pk=operator.account_id).update(language="en")
    actions.send_trial(by=operator)
    run_jobs()
    assert {m.channel: m.state for m in Message.objects.all()} == {"sms": "sent", "email": "sent", "in_app": "sent"}
    [(to, raw)] = mailbox.mails
    mail = message_from_bytes(raw.encode(), policy=policy.default)
    assert to == "li@example.org"
    assert mail["Subject"] == "Tongban Luzhou: test e-mail"
    assert str(Message.objects.get(channel="email").pk) in mail["Message-ID"]
    assert "sent by 李运维" in mail.get_content()


def test_a_rollback_leaves_neither_message_nor_job(resident: Person, by: Actor) -> None:
    before = jobs()
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.notify(template="notifications.trial", parts={"who": "x"}, by=by, person_id=resident.pk)
        raise RuntimeError
    assert not Message.objects.exists()
    assert jobs() == before


def test_nobody_to_reach_is_no_error(by: Actor) -> None:
    silent = Person.objects.create(name="无电话")
    assert actions.notify(template="notifications.trial", parts={"who": "x"}, by=by, person_id=silent.pk) == []
    with pytest.raises(ValueError, match="no message template"):
        actions.notify(template="no.such", parts={}, by=by, phone=PHONE)


def test_a_failing_gateway_is_tried_again_later_and_then_given_up(gateway: Web, by: Actor, noon: datetime) -> None:
    gateway.status = 500
    message, *_ = actions.notify(template="notifications.trial", parts={"who": "x"}, by=by, phone=PHONE)
    Message.objects.update(next_attempt_at=noon)
    now, waits = noon, []
    while True:
        actions.attempt(message.pk, now=now)
        message.refresh_from_db()
        if message.next_attempt_at is None:
            break
        actions.attempt(message.pk, now=message.next_attempt_at - timedelta(seconds=1))  # not before its time
        waits.append(int((message.next_attempt_at - now).total_seconds() / 60))
        now = message.next_attempt_at
    assert waits == [1, 5, 15, 60, 240]
    assert len(gateway.heard) == 6
    assert (message.state, message.error_code, message.error_detail) == ("failed", "gateway_refused", "HTTP 500")


def test_what_the_gateway_understood_and_refused_is_final(gateway: Web, run_jobs: Any) -> None:
    gateway.status = 400
    message = code()
    run_jobs()
    message.refresh_from_db()
    assert (message.state, message.attempts, len(gateway.heard)) == ("failed", 1, 1)


def test_a_redirect_is_not_followed(gateway: Web, run_jobs: Any) -> None:
    gateway.status, gateway.headers = 302, {"Location": f"{gateway.url}/other"}
    code()
    run_jobs()
    assert [heard.path for heard in gateway.heard] == ["/send"]
    assert Message.objects.get().state == "failed"


def test_a_gateway_out_of_reach_and_one_that_is_slow(environment: Any, gateway: Web) -> None:
    message = code()
    gateway.is_slow, gateway.body = True, b"x" * 100
    environment(outward_timeout=0.2, sms_gateway_url=SecretStr("http://127.0.0.1:9/"))
    actions.attempt(message.pk, now=timezone.now())
    message.refresh_from_db()
    assert (message.state, message.error_code) == ("queued", "gateway_unreachable")


def test_a_code_is_not_sent_when_it_has_expired(gateway: Web) -> None:
    message = code()
    Message.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    actions.attempt(message.pk, now=timezone.now())
    message.refresh_from_db()
    assert (message.state, message.error_code, gateway.heard) == ("failed", "expired", [])


def test_a_refused_mailbox_is_final_and_a_busy_server_is_not(mailbox: Mailbox, resident: Person, by: Actor) -> None:
    mailbox.refused = {"wang@example.org"}
    actions.notify(template="notifications.trial", parts={"who": "x"}, by=by, person_id=resident.pk)
    mail = Message.objects.get(channel="email")
    actions.attempt(mail.pk, now=timezone.now())
    mail.refresh_from_db()
    assert (mail.state, mail.error_code) == ("failed", "address_refused")
    mailbox.refused, mailbox.answer = set(), "451 try later"
    actions.notify(template="notifications.trial", parts={"who": "x"}, by=by, person_id=resident.pk)
    busy = Message.objects.exclude(pk=mail.pk).get(channel="email")
    actions.attempt(busy.pk, now=timezone.now())
    busy.refresh_from_db()
    assert (busy.state, busy.error_code) == ("queued", "mail_refused")


def test_without_a_gateway_the_message_says_so(run_jobs: Any) -> None:
    code()
    run_jobs()
    assert [(m.state, m.error_code) for m in Message.objects.all()] == [("failed", "channel_not_configured")]


def test_the_demo_keeps_what_it_sends(settings: Any, run_jobs: Any) -> None:
    settings.DEMO = True
    code()
    run_jobs()
    message = Message.objects.get()
    assert (message.state, message.sent_through) == ("sent", "demo")
    assert "428913" in message.body


def test_a_lost_job_is_found_again(gateway: Web, run_jobs: Any) -> None:
    message = code()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    actions.send_stuck()
    assert run_jobs() == 0, "a fresh one is left to its own job"
    Message.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=5))
    actions.send_stuck()
    assert run_jobs() == 1
    message.refresh_from_db()
    assert message.state == "sent"


def test_those_sent_before_one_that_broke_the_worker_are_noted(gateway: Web, monkeypatch: Any) -> None:
    taken = [code().pk for _ in range(3)]
    send, seen = adapters.send_sms, list[UUID]()

    def break_at_the_second(message_id: UUID, address: str, body: str) -> None:
        seen.append(message_id)
        if len(seen) == 2:
            raise RuntimeError("the worker breaks")
        send(message_id, address, body)

    monkeypatch.setattr(adapters, "send_sms", break_at_the_second)
    with pytest.raises(RuntimeError):
        actions.deliver_due()
    states = {one.pk: one.state for one in Message.objects.filter(pk__in=taken)}
    assert [states[pk] for pk in seen] == ["sent", "queued"]
    assert sorted(states.values()) == ["queued", "queued", "sent"]


def test_operators_resend_with_a_reason(
    operator: Actor, resident: Person, by: Actor, run_jobs: Any, gateway: Web
) -> None:
    gateway.status = 400
    actions.notify(template="notifications.trial", parts={"who": "x"}, by=by, person_id=resident.pk)
    run_jobs()
    ids = [m.pk for m in queries.undelivered(operator)]
    assert len(ids) == 2, "the text message and, without a mail server, the e-mail"
    with pytest.raises(Refusal) as refused:
        actions.resend(ids, reason="  ", by=operator)
    assert refused.value.code == "reason_missing"
    gateway.status = 200
    sms = Message.objects.get(channel="sms")
    assert actions.resend([sms.pk], reason="网关已恢复", by=operator) == 1
    run_jobs()
    sms.refresh_from_db()
    assert (sms.state, sms.retried_by, sms.retry_reason) == ("sent", "李运维", "网关已恢复")
    with pytest.raises(Refusal) as refused:
        actions.resend([sms.pk], reason="再来一次", by=operator)
    assert refused.value.code == "nothing_to_resend"


def test_only_operators_see_and_resend(resident: Person) -> None:
    somebody = Actor(kind="person", channel="web", person_id=resident.pk)
    for attempt in (lambda: queries.undelivered(somebody), lambda: actions.resend([], reason="x", by=somebody),
                    lambda: actions.send_trial(by=somebody)):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.code == "forbidden"
    with pytest.raises(Refusal) as refused:
        actions.send_trial(by=Actor(kind="system", channel="cli"))
    assert refused.value.code == "no_person"


def test_reading_is_for_the_recipient_and_safe_to_repeat(resident: Person, operator: Actor, by: Actor) -> None:
    actions.notify(template="notifications.trial", parts={"who": "x"}, by=by, person_id=resident.pk)
    me = Actor(kind="person", channel="web", person_id=resident.pk)
    message = queries.inbox(me).get()
    assert queries.unread_count(me) == 1
    with pytest.raises(Refusal) as refused:
        actions.mark_read(message.pk, by=operator)
    assert (refused.value.code, refused.value.status) == ("not_found", 404)
    first = actions.mark_read(message.pk, by=me)
    assert actions.mark_read(message.pk, by=me).read_at == first.read_at
    assert queries.unread_count(me) == 0
    assert actions.mark_all_read(by=me) == 0


def test_old_messages_are_erased(resident: Person, by: Actor) -> None:
    actions.notify(template="notifications.trial", parts={"who": "x"}, by=by, person_id=resident.pk)
    old = Message.objects.first()
    assert old
    Message.objects.filter(pk=old.pk).update(erase_after=timezone.now() - timedelta(days=1))
    assert erase_due("notifications.messages") == 1
    assert not Message.objects.filter(pk=old.pk).exists()
    assert Message.objects.count() == 2


def test_a_person_sees_what_is_held(resident: Person, by: Actor) -> None:
    actions.notify(template="notifications.trial", parts={"who": "x"}, by=by, person_id=resident.pk)
    answers = [section for answer in my_data.call(person_id=resident.pk) for section in answer]
    [section] = [s for s in answers if s.title.en == "Messages"]
    assert len(section.facts) == 3


def test_nothing_shows_in_the_other_jurisdiction(elsewhere: str, operator: Actor, run_jobs: Any) -> None:
    message = code()
    with enter(elsewhere):
        assert not Message.objects.exists()
        assert not queries.outbox("").exists()
        actions.attempt(message.pk, now=timezone.now())
        assert run_jobs() == 0
    message.refresh_from_db()
    assert message.attempts == 0
