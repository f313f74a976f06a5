"""An estate with people in it, and the desks of whoever keeps it true."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from tongban.foundation.registers.tests.arrange import Estate
    from tongban.lib.actors import Actor

HOST = "luzhou.localhost"


@pytest.fixture
def estate(db: None) -> Estate:
    """An estate of two grids, kept by a worker of the community."""
    from tongban.foundation.registers.tests.arrange import Estate, grid_worker

    return Estate(grid_worker())


@pytest.fixture
def desk_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Actor], Client]:
    """``desk_of(actor)``: a browser in which this actor is signed in, their desk open."""

    def open_(actor: Actor) -> Client:
        monkeypatch.setattr("tongban.foundation.parties.middleware.actor_of_session", lambda _: actor)
        return Client(HTTP_HOST=HOST)

    return open_
