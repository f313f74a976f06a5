"""Who may subscribe to what, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook

from tongban.foundation.exchange import actions, queries
from tongban.foundation.exchange.models import Delivery, Subscription
from tongban.foundation.exchange.tests.conftest import TOKEN, make_client
from tongban.foundation.parties.models import ApiClient
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.tests.loopback import Web

pytestmark = pytest.mark.django_db
HOOK = "https://example.org/hook"


def client_actor(client: ApiClient) -> Actor:
    return Actor(kind="client", channel="api", client_id=client.pk, name=client.name, second_factor=True,
                 capabilities=frozenset(client.capabilities))  # fmt: skip


def code_of(call: Any) -> str:
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.code


def test_a_client_subscribes_for_itself_alone(api_client: ApiClient) -> None:
    me, other = client_actor(api_client), make_client(name="other")
    mine = actions.subscribe(client_id=api_client.pk, name="统计", endpoint=HOOK, types=["tests.happened"], by=me)
    assert mine.secret.startswith("whsec_")
    assert list(queries.subscriptions(me)) == [mine]
    assert (
        code_of(lambda: actions.subscribe(client_id=other.pk, name="x", endpoint=HOOK, types=[], by=me)) == "forbidden"
    )
    stranger = client_actor(other)
    assert not queries.subscriptions(stranger).exists()
    for act in (actions.rotate_secret, actions.pause, actions.resume, actions.unsubscribe, actions.send_test_event):
        assert code_of(lambda act=act: act(mine.pk, by=stranger)) == "not_found"
        assert code_of(lambda act=act: act(uuid4(), by=me)) == "not_found"
        assert code_of(lambda act=act: act(mine.pk, by=Actor(kind="person", channel="web"))) == "forbidden"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"endpoint": "http://example.org/"}, "endpoint_not_https"), ({"endpoint": "https://10.0.0.1/"}, "endpoint_private"),
     ({"name": " "}, "name_missing"), ({"name": "x" * 121}, "name_missing"), ({"types": ["no.such"]}, "event_type_unknown"),
     ({"types": ["tests.confided"]}, "event_type_forbidden")],
)  # fmt: skip
def test_subscriptions_refused(api_client: ApiClient, by: Actor, change: dict[str, Any], code: str) -> None:
    given = {"client_id": api_client.pk, "name": "统计", "endpoint": HOOK, "types": [], "by": by} | change
    assert code_of(lambda: actions.subscribe(**given)) == code
    assert not Subscription.objects.exists()


def test_a_client_needs_the_right_and_has_a_limit(api_client: ApiClient, by: Actor) -> None:
    ApiClient.objects.update(capabilities=[])
    given = {"client_id": api_client.pk, "name": "统计", "endpoint": HOOK, "types": []}
    assert code_of(lambda: actions.subscribe(**given, by=by)) == "client_unknown"
    assert code_of(lambda: actions.subscribe(**given | {"client_id": uuid4()}, by=by)) == "client_unknown"
    ApiClient.objects.update(capabilities=["exchange.subscribe"])
    for _ in range(20):
        actions.subscribe(**given, by=by)
    assert code_of(lambda: actions.subscribe(**given, by=by)) == "too_many_subscriptions"


def test_a_changed_secret_signs_beside_the_old_one(
    subscription: Subscription, receiver: Web, by: Actor, run_jobs: Any
) -> None:
    old = subscription.secret
    new = actions.rotate_secret(subscription.pk, by=by).secret
    assert new != old
    actions.send_test_event(subscription.pk, by=by)
    run_jobs()
    for secret in (old, new):
        Webhook(secret).verify(receiver.heard[0].body, receiver.heard[0].headers)
    Subscription.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
    actions.send_test_event(subscription.pk, by=by)
    run_jobs()
    assert " " not in receiver.heard[1].headers["webhook-signature"]


def test_paused_ones_wait_and_removed_ones_end(
    subscription: Subscription, receiver: Web, by: Actor, run_jobs: Any
) -> None:
    actions.pause(subscription.pk, reason="升级", by=by)
    actions.publish("tests.happened", "a", {}, by=by)
    run_jobs()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, receiver.heard) == ("pending", 0, [])
    assert code_of(lambda: actions.send_test_event(subscription.pk, by=by)) == "subscription_paused"
    assert code_of(lambda: actions.replay([delivery.pk], reason="x", by=by)) == "nothing_to_replay"
    actions.resume(subscription.pk, by=by)
    run_jobs()
    assert len(receiver.heard) == 1
    receiver.status = 500
    actions.publish("tests.happened", "b", {}, by=by)
    run_jobs()
    actions.unsubscribe(subscription.pk, by=by)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered", "dead"}
    assert code_of(lambda: actions.resume(subscription.pk, by=by)) == "not_found"
    assert Subscription.objects.get().secret == ""


def test_senders_are_the_operators_business(api_client: ApiClient, by: Actor) -> None:
    given = {"client_id": api_client.pk, "name": "检验", "source": "/lis"}
    assert code_of(lambda: actions.admit_sender(**given, by=client_actor(api_client))) == "forbidden"
    assert code_of(lambda: actions.admit_sender(**given | {"client_id": uuid4()}, by=by)) == "client_unknown"
    assert code_of(lambda: actions.admit_sender(**given | {"source": " "}, by=by)) == "source_missing"
    actions.admit_sender(**given, by=by)
    assert code_of(lambda: actions.admit_sender(**given, by=by)) == "source_taken"
    assert code_of(lambda: actions.rotate_sender_secret(uuid4(), by=by)) == "not_found"


def test_the_api_of_subscriptions(api_client: ApiClient, receiver: Web, run_jobs: Any) -> None:
    browser = Client(HTTP_HOST="luzhou.localhost")
    where = "/api/exchange/subscriptions"
    assert browser.get(where).status_code == 401
    keys = iter(range(100))

    def call(method: str, path: str = "", body: Any = None) -> Any:
        headers = {"authorization": f"Bearer {TOKEN}", "idempotency-key": f"k{next(keys)}"}
        return browser.generic(method, where + path, "" if body is None else __import__("json").dumps(body),
                               content_type="application/json", headers=headers)  # fmt: skip

    made = call("POST", "", {"name": "统计", "endpoint": f"{receiver.url}/hook", "types": ["tests.happened"]})
    assert made.status_code == 201
    found = made.json()
    assert found["secret"].startswith("whsec_")
    [listed] = call("GET").json()
    assert "secret" not in listed
    assert listed["types"] == ["tests.happened"]
    path = f"/{found['id']}"
    assert call("POST", f"{path}/secret").json()["secret"] != found["secret"]
    assert call("POST", f"{path}/test").status_code == 202
    run_jobs()
    assert len(receiver.heard) == 1
    [delivery] = browser.get("/api/exchange/deliveries", headers={"authorization": f"Bearer {TOKEN}"}).json()
    assert (delivery["type"], delivery["state"]) == ("exchange.test", "delivered")
    assert call("POST", f"{path}/pause").json()["state"] == "paused"
    assert call("POST", f"{path}/resume").json()["state"] == "active"
    assert call("DELETE", path).status_code == 204
    assert call("DELETE", path).json()["code"] == "not_found"
    assert call("POST", "", {"name": "x", "endpoint": "nonsense"}).json()["code"] == "endpoint_invalid"
    types = browser.get("/api/exchange/types", headers={"authorization": f"Bearer {TOKEN}"}).json()
    assert {t["name"] for t in types} >= {"exchange.test", "tests.happened"}
    assert "tests.confided" not in {t["name"] for t in types}
