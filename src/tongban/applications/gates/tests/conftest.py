"""A community with gates, and people who live there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.test import Client

if TYPE_CHECKING:
    from tongban.applications.gates.actions import NewPass
    from tongban.applications.gates.models import Community
    from tongban.foundation.parties.models import Person
    from tongban.foundation.registers.tests.arrange import Estate
    from tongban.lib.actors import Actor

HOST = "luzhou.localhost"


@dataclass
class Somebody:
    """Somebody who lives in a room, signed in."""

    person: Person
    by: Actor
    dwelling_id: Any


@dataclass
class Place:
    """An estate whose community opened its gates."""

    estate: Estate
    community: Community

    @property
    def worker(self) -> Actor:
        """Who runs the gates."""
        return self.estate.worker

    def lives(self, number: int, room: str = "1-101", kind: str = "registered", **more: Any) -> Somebody:
        """Somebody with a log-in, recorded in a room."""
        from tongban.foundation.parties.tests.arrange import actor_of, person_of
        from tongban.foundation.registers import actions

        person = person_of(f"张小{number}", number)
        dwelling = self.estate.rooms[room]
        actions.record_residence(actions.NewResidence(person.pk, dwelling.pk, kind, **more), by=self.estate.worker)
        return Somebody(person, actor_of(person), dwelling.pk)

    def asked(self, **more: Any) -> NewPass:
        """What a courier asks for, unless told otherwise."""
        from tongban.applications.gates.actions import NewPass

        given: dict[str, Any] = {
            "nonce": uuid4(), "kind": "courier", "community_id": self.community.pk, "name": "李四", "phone": "13800009999",
            "place": "示例路配送站", "reason": "每天送菜",
        }  # fmt: skip
        return NewPass(**given | more)


@pytest.fixture
def place(db: None) -> Place:
    """Two gates before the test's estate."""
    from tongban.applications.gates.actions import open_community
    from tongban.foundation.registers.tests.arrange import Estate, grid_worker

    estate = Estate(grid_worker())
    community = open_community("凤凰社区", "0830-3110011", ["南门", "北门"], by=estate.worker)
    return Place(estate, community)


@pytest.fixture
def token(place: Place) -> str:
    """A phone at the south gate."""
    from tongban.applications.gates.actions import enrol_guard
    from tongban.foundation.parties.actions import activate_device
    from tongban.lib.actors import ANONYMOUS

    return activate_device(enrol_guard("南门手机", by=place.worker), by=ANONYMOUS)[1]


@pytest.fixture
def as_(monkeypatch: pytest.MonkeyPatch) -> Callable[[Actor], Client]:
    """``as_(actor)``: a browser in which this actor is signed in."""

    def open_(actor: Actor) -> Client:
        monkeypatch.setattr("tongban.foundation.parties.middleware.actor_of_session", lambda _: actor)
        return Client(HTTP_HOST=HOST)

    return open_
