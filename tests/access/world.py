"""The demo the walk goes through, and the people and programs in it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from tongban.foundation.parties.models import Account, ApiClient, Device, Person, Unit
from tongban.foundation.parties.queries import actor_of_account, token_hash
from tongban.foundation.parties.tests.arrange import token_for
from tongban.lib.actors import Actor, system
from tongban.lib.capabilities import ALL
from tongban.lib.demo import load_demo
from tongban.lib.jurisdictions import enter

TESTS = system("tests")
EVERYBODY = frozenset({"everybody"})
ELSEWHERE_SCHEMA = "j510300"
NEIGHBOUR = "neighbour"


@dataclass(frozen=True, slots=True)
class Sample:
    """One thing an address can name; nobody at all may see what lies in another jurisdiction or is not there."""

    what: str
    value: Any
    seen_by: frozenset[str] = field(default_factory=frozenset)

    def is_for(self, label: str) -> bool:
        return self.seen_by == EVERYBODY or label in self.seen_by


class World:
    """The demo as it is loaded, and what these tests put beside it, each thing made when it is first asked for."""

    def __init__(self, run_jobs: Callable[[], int]) -> None:
        self._made: dict[Builder, list[Sample]] = {}
        self._tokens: dict[str, str] = {}
        self.run_jobs = run_jobs  # what an action leaves for later, done now

    def samples(self, build: Builder) -> list[Sample]:
        if build not in self._made:
            self._made[build] = build(self)
        return self._made[build]

    def person(self, username: str) -> Person:
        person = Account.objects.select_related("person").get(username=username).person
        assert person is not None
        return person

    def actor(self, username: str) -> Actor:
        """Somebody at home: the person of a log-in, without a desk."""
        account = Account.objects.select_related("person").get(username=username)
        return actor_of_account(account, channel="web", second_factor=False)

    def token_of(self, label: str) -> str:
        """The bearer token of a program of the health bureau, made when it is first asked for."""
        if label not in self._tokens:
            self._tokens[label] = self._new_token(label)
        return self._tokens[label]

    def _new_token(self, label: str) -> str:
        unit = Unit.objects.get(code="health")
        if label == "device":
            token = secrets.token_urlsafe(24)
            Device.objects.create(
                kind="screen", unit=unit, name=label, token_prefix=token[:12], token_hash=token_hash(token)[0],
                created_by="tests",
            )  # fmt: skip
            return token
        every = [name for name, capability in ALL.items() if capability.grantable_to_clients]
        client = ApiClient.objects.create(
            organisation=unit.organisation, expires_at=timezone.now() + timedelta(days=1), name=label,
            capabilities=[] if label == "client without capabilities" else every, created_by="tests", secret_hash=b"",
        )  # fmt: skip
        return token_for(client)

    def client(self, label: str) -> ApiClient:
        """The program itself."""
        self.token_of(label)
        return ApiClient.objects.get(name=label, created_by="tests")

    def stranger_elsewhere(self) -> Person:
        """Somebody of the other jurisdiction, whose rows nobody of ours may reach."""
        with enter(ELSEWHERE_SCHEMA):
            found = Person.objects.filter(name="邻市居民").first()
            if found is None:
                found = Person.objects.create(name="邻市居民", region_code="510302", source="tests")
                Account.objects.create(username=NEIGHBOUR, person=found)
            return found


Builder = Callable[[World], list[Sample]]


@contextmanager
def demo(documents: Path, **said: Any) -> Iterator[None]:
    """The demo as `tongban demo load` leaves it, in one transaction that is undone at the end."""
    with enter("j510500"), override_settings(DEMO=True, DOCUMENTS_DIR=documents, **said), undone():
        load_demo.call(by=system("demo"))
        yield


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is not there afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
