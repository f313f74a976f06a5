"""Clients, operators and receivers for the tests of exchange."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tongban.lib.actors import Actor, system
from tongban.lib.tests.loopback import Web, web_server
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.exchange.models import Subscription
    from tongban.foundation.parties.models import ApiClient

TOKEN = "tba-test0001-0123456789"


@pytest.fixture
def by() -> Actor:
    return system("tests")


@pytest.fixture
def operator() -> Actor:
    from uuid import uuid4

    return Actor(
        kind="person", channel="web", name="李运维", role="operator", membership_id=uuid4(), second_factor=True,
        capabilities=frozenset({"exchange.manage"}),
    )  # fmt: skip


@pytest.fixture
def environment(settings: Any) -> Callable[..., None]:
    """Change settings of the environment for one test."""

    def change(**values: Any) -> None:
        settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update=values)

    return change


@pytest.fixture(autouse=True)
def _types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two event types beside the test event: one open, one that needs a capability."""
    from tongban.foundation.exchange import rules

    for name, capability in (("tests.happened", ""), ("tests.confided", "tests.know")):
        monkeypatch.setitem(rules.EVENTS, name, rules.EventType(name, T("试", "try"), capability))


def make_client(**changes: Any) -> ApiClient:
    from tongban.foundation.parties.models import ApiClient, Organisation

    bureau = Organisation.objects.create(name="数据局", kind="government", region_code="510502")
    given = {
        "name": "统计平台", "organisation": bureau, "secret_hash": b"",
        "capabilities": ["exchange.subscribe"], "created_by": "t",
        "expires_at": datetime.now(UTC) + timedelta(days=30),
    }  # fmt: skip
    return ApiClient.objects.create(**given | changes)


@pytest.fixture
def api_client(db: None) -> ApiClient:
    """A client whose token is TOKEN."""
    from tongban.foundation.parties.models import AccessToken
    from tongban.foundation.parties.queries import token_hash

    client = make_client()
    AccessToken.objects.create(
        client=client, token_hash=token_hash(TOKEN)[0], scopes=client.capabilities, expires_at=client.expires_at
    )
    return client


@pytest.fixture
def receiver(settings: Any, environment: Callable[..., None]) -> Iterator[Web]:
    """A receiver on loopback, which the demo with its setting may call."""
    settings.DEMO = True
    environment(allow_private_endpoints=True, outward_timeout=5.0)
    with web_server() as web:
        yield web


@pytest.fixture
def subscription(api_client: ApiClient, receiver: Web, by: Actor) -> Subscription:
    from tongban.foundation.exchange import actions

    return actions.subscribe(client_id=api_client.pk, name="统计", endpoint=f"{receiver.url}/hook", types=[], by=by)


@pytest.fixture
def noon() -> datetime:
    return datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
