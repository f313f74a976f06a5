"""People, servers and settings for the tests of messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from tongban.lib.actors import Actor, system
from tongban.lib.tests.loopback import Mailbox, Web, smtp_server, web_server

if TYPE_CHECKING:
    from tongban.foundation.parties.models import Person

PHONE = "+8613800138000"


@pytest.fixture
def by() -> Actor:
    return system("tests")


@pytest.fixture
def environment(settings: Any) -> Callable[..., None]:
    """Change settings of the environment for one test."""

    def change(**values: Any) -> None:
        settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update=values)

    return change


@pytest.fixture
def gateway(environment: Callable[..., None]) -> Iterator[Web]:
    with web_server() as web:
        environment(sms_gateway_url=SecretStr(f"{web.url}/send"), sms_gateway_token=SecretStr("t0ken"))
        yield web


@pytest.fixture
def mailbox(environment: Callable[..., None]) -> Iterator[Mailbox]:
    with smtp_server() as box:
        environment(email_url=SecretStr(f"smtp://127.0.0.1:{box.port}"), email_from="通办 <house@example.org>")
        yield box


@pytest.fixture
def resident(db: None) -> Person:
    from tongban.foundation.parties.models import Account, Person  # models are not ready when pytest reads this file

    person = Person.objects.create(name="王小明", phone=PHONE)
    Account.objects.create(username="wang", person=person, phone=PHONE, email="wang@example.org")
    return person


@pytest.fixture
def operator(db: None) -> Actor:
    from tongban.foundation.parties.models import Account, Person  # models are not ready when pytest reads this file

    person = Person.objects.create(name="李运维")
    account = Account.objects.create(username="li", person=person, email="li@example.org")
    return Actor(
        kind="person", channel="web", name="李运维", person_id=person.pk, account_id=account.pk, role="operator",
        membership_id=person.pk, second_factor=True, capabilities=frozenset({"notifications.manage_messages"}),
    )  # fmt: skip


@pytest.fixture
def noon() -> datetime:
    return datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
