"""Events leave with their transaction, arrive at least once, and die visibly."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from standardwebhooks import Webhook

from tongban.foundation.exchange import actions, queries
from tongban.foundation.exchange.models import Delivery, OperatorAct, OutboxMessage, Subscription
from tongban.foundation.exchange.rules import GIVE_UP_AFTER, RETRY_SECONDS
from tongban.foundation.exchange.tests.conftest import make_client
from tongban.foundation.ledger.actions import erase_due
from tongban.foundation.parties.models import ApiClient
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal
from tongban.lib.tests.loopback import Web

pytestmark = pytest.mark.django_db


def publish(by: Actor, region: str = "", kind: str = "tests.happened") -> OutboxMessage:
    return actions.publish(kind, "case-1", {"number": "510502-0042"}, by=by, region=region)


def todo() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        return int(cursor.fetchone()[0])


def test_delivered_once_signed_and_as_cloudevent(
    subscription: Subscription, receiver: Web, by: Actor, run_jobs: Any
) -> None:
    message = publish(by)
    actions.fan_out.later(message_id=message.pk)  # jobs may run twice
    run_jobs()
    delivery = Delivery.objects.get()
    actions.deliver.later(delivery_id=delivery.pk)
    run_jobs()
    [heard] = receiver.heard
    event = Webhook(subscription.secret).verify(heard.body, heard.headers)
    assert event == {
        "specversion": "1.0", "id": str(message.pk), "type": "tests.happened", "source": "/jurisdictions/510500",
        "subject": "case-1", "time": message.time.isoformat(), "datacontenttype": "application/json",
        "data": {"number": "510502-0042"},
    }  # fmt: skip
    assert heard.headers["content-type"].startswith("application/cloudevents+json")
    assert heard.headers["webhook-id"] == str(message.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("delivered", 1, 200)


def test_a_rollback_leaves_neither_event_nor_job(subscription: Subscription, by: Actor) -> None:
    before = todo()
    with pytest.raises(RuntimeError), transaction.atomic():
        publish(by)
        raise RuntimeError
    assert not OutboxMessage.objects.exists()
    assert todo() == before


def test_undeclared_types_and_personal_data_never_leave(by: Actor) -> None:
    with pytest.raises(ValueError, match="undeclared event"):
        actions.publish("no.such", "x", {}, by=by)
    with pytest.raises(ValueError, match="personal"):
        actions.publish("tests.happened", "x", {"phone": "13800138000"}, by=by)
    assert not OutboxMessage.objects.exists()


def test_a_failing_receiver_is_tried_for_a_day_and_then_dead(
    subscription: Subscription, receiver: Web, by: Actor, noon: datetime
) -> None:
    receiver.status, receiver.body = 500, "坏了".encode()
    message = publish(by)
    actions.fan_out(message_id=str(message.pk))
    delivery = Delivery.objects.get()
    Delivery.objects.update(next_attempt_at=noon)
    now, waits = noon, []
    while True:
        actions.attempt(delivery.pk, now=now)
        delivery.refresh_from_db()
        if delivery.next_attempt_at is None:
            break
        actions.attempt(delivery.pk, now=delivery.next_attempt_at - timedelta(seconds=1))  # not before its time
        waits.append(int((delivery.next_attempt_at - now).total_seconds()))
        now = delivery.next_attempt_at
    assert tuple(waits) == RETRY_SECONDS
    assert now - noon == GIVE_UP_AFTER
    assert len(receiver.heard) == 10
    assert (delivery.state, delivery.last_status, delivery.last_error, delivery.last_detail) == (
        "dead",
        500,
        "refused",
        "坏了",
    )
    assert len({heard.headers["webhook-id"] for heard in receiver.heard}) == 1, "every try carries the same id"


def failed(delivery: Delivery) -> tuple[str, str, int | None]:
    actions.attempt(delivery.pk, now=timezone.now())
    delivery.refresh_from_db()
    return delivery.state, delivery.last_error, delivery.last_status


@pytest.fixture
def delivery(subscription: Subscription, by: Actor) -> Delivery:
    actions.fan_out(message_id=str(publish(by).pk))
    return Delivery.objects.select_related("subscription").get()


def test_a_redirect_is_not_followed(delivery: Delivery, receiver: Web) -> None:
    receiver.status, receiver.headers = 307, {"Location": f"{receiver.url}/elsewhere"}
    assert failed(delivery) == ("pending", "redirected", 307)
    assert [heard.path for heard in receiver.heard] == ["/hook"]


def test_a_dripping_body_ends_with_the_timeout(delivery: Delivery, receiver: Web, environment: Any) -> None:
    receiver.is_slow, receiver.body = True, b"x" * 1000
    environment(outward_timeout=0.3)
    assert failed(delivery) == ("pending", "timeout", None)


def test_a_long_body_is_cut(delivery: Delivery, receiver: Web) -> None:
    receiver.body = b"x" * 200_000
    assert failed(delivery)[0] == "delivered"


def test_private_addresses_are_refused_at_the_last_moment(delivery: Delivery, receiver: Web, environment: Any) -> None:
    environment(allow_private_endpoints=False)
    assert failed(delivery) == ("pending", "endpoint_private", None)
    # a name that leads inside, which no form can see
    Subscription.objects.update(endpoint=receiver.url.replace("127.0.0.1", "localhost.localdomain") + "/hook")
    Delivery.objects.update(next_attempt_at=timezone.now())
    state, error, _ = failed(delivery)
    assert (state, error) in {("pending", "address_private"), ("pending", "name_unknown")}
    assert receiver.heard == []


def test_a_name_that_resolves_inside_is_judged_by_its_address(
    delivery: Delivery, receiver: Web, environment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    environment(allow_private_endpoints=False)
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: inside)  # the one thing a test cannot have: public DNS
    Subscription.objects.update(endpoint="http://hook.example.org/")
    assert failed(delivery)[1] == "address_private"


def test_plain_http_is_for_the_demo(delivery: Delivery, receiver: Web, settings: Any) -> None:
    settings.DEMO = False
    assert failed(delivery)[1] == "endpoint_not_https"
    assert receiver.heard == []


@pytest.mark.parametrize(
    ("endpoint", "error"), [("http://127.0.0.1:9/", "unreachable"), ("http://no-such-host.invalid/", "name_unknown")]
)
def test_nobody_there(delivery: Delivery, endpoint: str, error: str) -> None:
    Subscription.objects.update(endpoint=endpoint)
    assert failed(delivery) == ("pending", error, None)


def test_a_plain_port_behind_https(delivery: Delivery, receiver: Web) -> None:
    Subscription.objects.update(endpoint=receiver.url.replace("http:", "https:"))
    assert failed(delivery)[:2] == ("pending", "unreachable")


def test_gone_pauses_the_subscription(delivery: Delivery, receiver: Web) -> None:
    receiver.status = 410
    assert failed(delivery) == ("dead", "gone", 410)
    assert Subscription.objects.get().state == "paused"


def test_retry_after_is_heeded(delivery: Delivery, receiver: Web) -> None:
    receiver.status, receiver.headers = 503, {"Retry-After": "600"}
    now = timezone.now()
    actions.attempt(delivery.pk, now=now)
    delivery.refresh_from_db()
    assert delivery.next_attempt_at == now + timedelta(seconds=600)
    receiver.headers = {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}
    actions.attempt(delivery.pk, now=delivery.next_attempt_at)
    assert Delivery.objects.get().next_attempt_at == delivery.next_attempt_at + timedelta(seconds=300)


def test_lost_jobs_are_found_again(subscription: Subscription, receiver: Web, by: Actor, run_jobs: Any) -> None:
    publish(by)
    forget = "DELETE FROM procrastinate_jobs"
    with connection.cursor() as cursor:
        cursor.execute(forget)
    actions.sweep()
    assert run_jobs() == 0, "fresh events are left to their own job"
    OutboxMessage.objects.update(time=timezone.now() - timedelta(minutes=3))
    actions.sweep()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%%fan_out'")
        assert cursor.fetchone()[0] == 1
    message = OutboxMessage.objects.get()
    actions.fan_out(message_id=str(message.pk))
    with connection.cursor() as cursor:
        cursor.execute(forget)
    Delivery.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=3))
    actions.sweep()
    run_jobs()
    assert Delivery.objects.get().state == "delivered"
    assert len(receiver.heard) == 1


def test_while_one_worker_delivers_another_leaves_it_alone(delivery: Delivery, receiver: Web) -> None:
    now = timezone.now()
    Delivery.objects.update(next_attempt_at=now + timedelta(minutes=1))  # as a claim leaves it
    actions.attempt(delivery.pk, now=now)
    assert receiver.heard == []


def test_only_clients_entitled_hear(receiver: Web, by: Actor, run_jobs: Any) -> None:
    def subscriber(name: str, **changes: Any) -> None:
        client = make_client(name=name, **changes)
        actions.subscribe(client_id=client.pk, name=name, endpoint=f"{receiver.url}/{name}", types=[], by=by)

    subscriber("whole")
    subscriber("county", region_code="510502")
    subscriber("other", region_code="510503")
    subscriber("trusted", capabilities=["exchange.subscribe", "tests.know"])
    subscriber("revoked")
    ApiClient.objects.filter(name="revoked").update(revoked_at=timezone.now())

    def heard_after(region: str, kind: str = "tests.happened") -> set[str]:
        receiver.heard.clear()
        publish(by, region, kind)
        run_jobs()
        return {heard.path.strip("/") for heard in receiver.heard}

    assert heard_after("510502001") == {"whole", "county", "trusted"}
    assert heard_after("") == {"whole", "trusted"}
    assert heard_after("510503", "tests.confided") == {"trusted"}


def test_rights_that_end_on_the_way_end_the_delivery(delivery: Delivery, receiver: Web) -> None:
    ApiClient.objects.update(expires_at=timezone.now())
    assert failed(delivery)[:2] == ("dead", "client_not_entitled")
    assert receiver.heard == []


def test_types_chosen_are_the_types_delivered(
    subscription: Subscription, receiver: Web, by: Actor, run_jobs: Any
) -> None:
    Subscription.objects.update(types=["exchange.test"])
    publish(by)
    run_jobs()
    assert receiver.heard == []
    actions.send_test_event(subscription.pk, by=by)
    run_jobs()
    assert json.loads(receiver.heard[0].body)["type"] == "exchange.test"


def test_an_operator_replays_with_a_reason(delivery: Delivery, receiver: Web, operator: Actor, run_jobs: Any) -> None:
    receiver.status = 410
    failed(delivery)
    receiver.status = 200
    Subscription.objects.update(state="active")
    with pytest.raises(Refusal) as refused:
        actions.replay([delivery.pk], reason=" ", by=operator)
    assert refused.value.code == "reason_missing"
    assert actions.replay([delivery.pk], reason="对方已修复", by=operator) == 1
    run_jobs()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("delivered", 1)
    act = queries.acts_of(operator, str(delivery.pk)).get()
    assert (act.what, act.reason, act.by_name) == ("replay_delivery", "对方已修复", "李运维")
    Delivery.objects.update(state="pending")
    with pytest.raises(Refusal) as refused:
        actions.replay([delivery.pk], reason="再来", by=operator)
    assert refused.value.code == "nothing_to_replay"


def test_only_operators_replay_and_look(delivery: Delivery) -> None:
    somebody = Actor(kind="person", channel="web")
    for attempt in (lambda: actions.replay([delivery.pk], reason="x", by=somebody), lambda: queries.deliveries(somebody),
                    lambda: queries.failed_jobs(somebody), lambda: queries.job_counts(somebody),
                    lambda: queries.acts_of(somebody), lambda: actions.retry_jobs([1], reason="x", by=somebody)):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.code == "forbidden"


def test_old_rows_are_forgotten(delivery: Delivery, receiver: Web) -> None:
    failed(delivery)
    erase_due()
    assert Delivery.objects.exists()
    long_ago = timezone.now() - timedelta(days=31)
    Delivery.objects.update(delivered_at=long_ago)
    OutboxMessage.objects.update(fanned_out_at=long_ago)
    erase_due()
    assert not Delivery.objects.exists()
    assert not OutboxMessage.objects.exists()
    assert OperatorAct.objects.exists()


def test_nothing_leaks_to_the_other_jurisdiction(delivery: Delivery, elsewhere: str, by: Actor, run_jobs: Any) -> None:
    with enter(elsewhere):
        assert not OutboxMessage.objects.exists()
        assert not queries.subscriptions(by).exists()
        assert run_jobs() == 0
        message = publish(by)
        assert message.source == "/jurisdictions/510300"
        assert actions.fan_out(message_id=str(message.pk)) is None
        assert not Delivery.objects.exists()


def test_failed_jobs_are_seen_and_retried_in_their_jurisdiction(
    delivery: Delivery, operator: Actor, elsewhere: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name LIKE '%%deliver'")
    [job] = queries.failed_jobs(operator)
    assert job.arguments == {"delivery_id": str(delivery.pk)}
    assert [row for row in queries.job_counts(operator) if row[3]] == [("exchange", 1, 0, 1)]
    with enter(elsewhere):
        assert queries.failed_jobs(operator) == []
        with pytest.raises(Refusal) as refused:
            actions.retry_jobs([job.id], reason="x", by=operator)
        assert refused.value.code == "nothing_to_retry"
    assert actions.retry_jobs([job.id], reason="数据库重启", by=operator) == 1
    assert queries.failed_jobs(operator) == []
    assert queries.acts_of(operator, str(job.id)).get().reason == "数据库重启"
