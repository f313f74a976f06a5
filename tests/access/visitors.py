"""Who walks through the house in these tests, and how each of them gets in."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import count
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.access.world import undone
from tongban.foundation.parties.queries import SESSION_SECOND_FACTOR

LUZHOU, ZIGONG = "luzhou.localhost", "zigong.localhost"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at the door: a sample log-in of the demo and the role its desk is open with ("" without a desk)."""

    label: str
    username: str = ""
    role: str = ""
    second_factor: bool = True

    @property
    def is_known(self) -> bool:
        return bool(self.username)

    def __str__(self) -> str:
        return self.label


VISITORS = (
    Visitor("anonymous"),
    Visitor("resident", "resident"),
    Visitor("owner", "owner"),
    Visitor("accountant", "accountant"),
    Visitor("clerk", "clerk1", "clerk"),
    Visitor("reviewer", "health1", "reviewer"),
    Visitor("township", "township1", "reviewer"),
    Visitor("grid worker", "grid1", "grid_worker"),
    Visitor("decider", "decider1", "decider"),
    Visitor("manager", "manager1", "organisation_manager"),
    Visitor("administrator", "administrator1", "administrator"),
    Visitor("operator", "operator1", "operator"),
    Visitor("auditor", "auditor1", "auditor"),
    Visitor("reviewer without second factor", "health2", "reviewer", second_factor=False),
)


class Walker:
    """One browser that can be anybody; nothing it does outlives the request."""

    def __init__(self) -> None:
        # One client for all: making one reads every static file.
        self.client = Client(raise_request_exception=False)
        self._cookies: dict[str, dict[str, str]] = {}
        self._addresses = count(1)

    def become(self, visitor: Visitor) -> None:
        """Go on as this visitor, signed in through the demo's door at the first time."""
        self.client.cookies.clear()
        if not visitor.is_known:
            return
        if visitor.label not in self._cookies:
            response = self.client.post("/demo/enter", {"username": visitor.username}, HTTP_HOST=LUZHOU)
            assert response.status_code == 302, f"{visitor} cannot sign in: {response.status_code}"
            if not visitor.second_factor:
                session = self.client.session
                session.pop(SESSION_SECOND_FACTOR)
                session.save()
            self._cookies[visitor.label] = {name: morsel.value for name, morsel in self.client.cookies.items()}
            self.client.cookies.clear()
        for name, value in self._cookies[visitor.label].items():
            self.client.cookies[name] = value

    def ask(self, method: str, url: str, *, host: str = LUZHOU, **more: Any) -> HttpResponse:
        """One request, undone afterwards, cookies included."""
        kept = dict(self.client.cookies.items())
        with undone():
            # Each request from a machine of its own: how many come from one is tested elsewhere.
            address = str(IPv4Address(0x0A000000 + next(self._addresses)))
            response = self.client.generic(method, url, HTTP_HOST=host, REMOTE_ADDR=address, **more)
            if response.streaming:
                b"".join(response.streaming_content)
        self.client.cookies.clear()
        for name, morsel in kept.items():
            self.client.cookies[name] = morsel.value
        return response
