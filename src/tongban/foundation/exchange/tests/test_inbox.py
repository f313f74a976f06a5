"""What other systems tell us is checked and handled once."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook

from tongban.foundation.exchange import actions
from tongban.foundation.exchange.actions.subscriptions import OVERLAP
from tongban.foundation.exchange.hooks import received
from tongban.foundation.exchange.models import InboxMessage, OperatorAct, Sender
from tongban.foundation.exchange.tests.conftest import make_client
from tongban.foundation.parties.models import ApiClient
from tongban.lib.actors import Actor, system
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal

SOURCE = "https://hospital.example.org/lis"


def body_of(**changes: Any) -> bytes:
    event = {
        "specversion": "1.0",
        "id": "m-1",
        "type": "lab.reported",
        "source": SOURCE,
        "subject": "p",
        "data": {"n": 1},
    }
    return json.dumps(event | changes).encode()


def sign(secret: str, body: bytes, *, id: str = "m-1", at: datetime | None = None) -> dict[str, str]:  # noqa: A002
    at = at or datetime.now(UTC)
    signature = Webhook(secret).sign(msg_id=id, timestamp=at, data=body.decode())
    return {"Webhook-Id": id, "Webhook-Timestamp": str(int(at.timestamp())), "Webhook-Signature": signature}


@pytest.fixture
def sender(api_client: ApiClient, by: Actor) -> Sender:
    return actions.admit_sender(client_id=api_client.pk, name="检验系统", source=SOURCE, by=by)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What an app above took."""
    found: list[dict[str, Any]] = []

    def take(**arguments: Any) -> bool:
        found.append(arguments)
        return bool(arguments["type"] == "lab.reported")

    monkeypatch.setattr(received, "answers", [take])
    return found


def refusal_of(sender: Sender, body: bytes, headers: dict[str, str]) -> tuple[str, int]:
    with pytest.raises(Refusal) as refused:
        actions.receive(sender.pk, body, headers)
    return refused.value.code, refused.value.status


@pytest.mark.django_db
def test_an_event_is_handled_once(sender: Sender, taken: list[dict[str, Any]]) -> None:
    body = body_of()
    first = actions.receive(sender.pk, body, sign(sender.secret, body))
    again = actions.receive(sender.pk, body, sign(sender.secret, body))
    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert first.message.pk == again.message.pk
    [call] = taken
    assert (call["type"], call["subject"], call["data"], call["source"]) == ("lab.reported", "p", {"n": 1}, SOURCE)
    assert call["by"].client_id == sender.client_id
    assert InboxMessage.objects.get().handled_by == 1


@pytest.mark.django_db
def test_wrong_signatures_are_refused_alike(sender: Sender, taken: list[dict[str, Any]]) -> None:
    body, other = body_of(), "whsec_" + "A" * 44
    good = sign(sender.secret, body)
    for headers in (sign(other, body), {}, good | {"Webhook-Signature": "nonsense"}, good | {"Webhook-Signature": "v1,?"},
                    good | {"Webhook-Timestamp": "soon"}, good | {"Webhook-Id": "m-2"}):  # fmt: skip
        assert refusal_of(sender, body, headers) == ("signature_wrong", 401)
    assert refusal_of(sender, body_of(data={"n": 2}), good) == ("signature_wrong", 401)
    assert refusal_of(sender, b"\xff\xfe", good) == ("signature_wrong", 401)
    actions.set_sender_active(sender.pk, False, by=system("tests"))
    assert refusal_of(sender, body, good) == ("signature_wrong", 401)
    assert refusal_of(Sender(), body, good) == ("signature_wrong", 401)
    assert taken == []
    assert not InboxMessage.objects.exists()


@pytest.mark.django_db
def test_old_recordings_are_refused(sender: Sender) -> None:
    body = body_of()
    for minutes in (-6, 6):
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        assert refusal_of(sender, body, sign(sender.secret, body, at=at)) == ("signature_stale", 401)


@pytest.mark.django_db
def test_what_is_signed_but_no_event_of_the_sender(sender: Sender) -> None:
    for body in (b"no json", b"[" * 100_000, body_of(source="https://other.example.org"), body_of(id="m-9")):
        assert refusal_of(sender, body, sign(sender.secret, body)) == ("event_invalid", 422)
    large = body_of(data="x" * 300_000)
    assert refusal_of(sender, large, sign(sender.secret, large)) == ("body_too_large", 413)


@pytest.mark.django_db
def test_the_same_id_with_other_contents_is_refused(sender: Sender) -> None:
    body, other = body_of(), body_of(data={"n": 2})
    actions.receive(sender.pk, body, sign(sender.secret, body))
    assert refusal_of(sender, other, sign(sender.secret, other)) == ("message_id_reused", 409)


@pytest.mark.django_db
def test_when_the_work_fails_nothing_is_kept(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        OperatorAct.objects.create(what="test", target="x", by_name="t", by_kind="t")
        raise RuntimeError

    monkeypatch.setattr(received, "answers", [fail])
    body = body_of()
    with pytest.raises(RuntimeError):
        actions.receive(sender.pk, body, sign(sender.secret, body))
    assert not InboxMessage.objects.exists()
    assert not OperatorAct.objects.filter(what="test").exists()


@pytest.mark.django_db
def test_secrets_change_over_for_a_day(sender: Sender, by: Actor) -> None:
    old = sender.secret
    fresh = actions.rotate_sender_secret(sender.pk, by=by)
    for number, secret in enumerate((old, fresh.secret)):
        body = body_of(id=f"r-{number}")
        assert not actions.receive(sender.pk, body, sign(secret, body, id=f"r-{number}")).is_repeat
    Sender.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
    body = body_of()
    assert refusal_of(sender, body, sign(old, body)) == ("signature_wrong", 401)
    assert timedelta(hours=24) == OVERLAP


@pytest.mark.django_db
def test_a_sender_without_a_client_in_force_is_not_heard(sender: Sender) -> None:
    ApiClient.objects.update(revoked_at=timezone.now())
    body = body_of()
    assert refusal_of(sender, body, sign(sender.secret, body)) == ("signature_wrong", 401)


@pytest.mark.django_db
def test_a_sender_is_of_one_jurisdiction(sender: Sender, elsewhere: str) -> None:
    body = body_of()
    headers = sign(sender.secret, body)
    with enter(elsewhere):
        assert refusal_of(sender, body, headers) == ("signature_wrong", 401)


@pytest.mark.django_db
def test_contents_are_encrypted(sender: Sender) -> None:
    body = body_of(data={"name": "CONFIDENTIAL"})
    actions.receive(sender.pk, body, sign(sender.secret, body))
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM exchange_inboxmessage")
        assert b"CONFIDENTIAL" not in bytes(cursor.fetchone()[0])
        cursor.execute("SELECT secret FROM exchange_sender")
        assert b"whsec" not in bytes(cursor.fetchone()[0])


def test_two_copies_at_the_same_time(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongban.lib.jurisdictions import enter as inside

    sender = actions.admit_sender(client_id=make_client().pk, name="检验系统", source=SOURCE, by=system("tests"))
    entered, go_on, calls = threading.Event(), threading.Event(), []

    def take(**arguments: Any) -> bool:
        calls.append(arguments)
        entered.set()
        return go_on.wait(20)

    monkeypatch.setattr(received, "answers", [take])
    body = body_of()
    headers = sign(sender.secret, body)
    repeats: list[bool] = []

    def arrive() -> None:
        with inside("j510500"):
            repeats.append(actions.receive(sender.pk, body, headers).is_repeat)
            connections.close_all()

    first, second = threading.Thread(target=arrive), threading.Thread(target=arrive)
    first.start()
    assert entered.wait(20)
    second.start()
    while second.is_alive():  # until it stands at the index, behind the first
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                break
        second.join(0.02)
    go_on.set()
    first.join(20)
    second.join(20)
    assert sorted(repeats) == [False, True]
    assert len(calls) == 1


@pytest.mark.django_db
def test_the_door_takes_signed_events_only(sender: Sender, taken: list[dict[str, Any]]) -> None:
    client = Client(HTTP_HOST="luzhou.localhost")
    body = body_of()

    def send(headers: dict[str, str]) -> Any:
        return client.post(
            f"/api/exchange/inbox/{sender.pk}", body, content_type="application/cloudevents+json", headers=headers
        )

    assert send({}).status_code == 401
    answer = send(sign(sender.secret, body))
    assert (answer.status_code, answer.json()) == (200, {"id": "m-1", "repeat": False, "handled": True})
    assert send(sign(sender.secret, body)).json()["repeat"] is True
    assert len(taken) == 1
