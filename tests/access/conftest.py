"""The demo in two jurisdictions, walked in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

# Django is set up only after this file has been read: what needs it is imported inside.
if TYPE_CHECKING:
    from tests.access.visitors import Walker
    from tests.access.world import World


@pytest.fixture(scope="module")
def loaded_demo(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Loading takes seconds: once for a file of tests."""
    from tests.access.world import demo

    with django_db_blocker.unblock(), demo(tmp_path_factory.mktemp("documents")):
        yield


@pytest.fixture
def world(loaded_demo: None, run_jobs: Callable[[], int]) -> Iterator[World]:
    """The demo as `tongban demo load` leaves it, and what one walk puts beside it, undone for the next."""
    from tests.access.world import World, undone

    with undone():
        yield World(run_jobs)


@pytest.fixture
def walker(monkeypatch: pytest.MonkeyPatch) -> Walker:
    """One browser that can be anybody; each is drawn the page of a refusal once, for ten thousand take half the walk."""
    from django.http import HttpRequest, HttpResponse

    from tests.access.visitors import Walker
    from tongban.web import middleware

    draw, drawn = middleware.stop_page, set()

    def once(request: HttpRequest, status: int, **why: Any) -> HttpResponse:
        actor = request.actor  # type: ignore[attr-defined]
        if (actor.account_id, status) in drawn:
            return HttpResponse("drawn before", status=status)
        drawn.add((actor.account_id, status))
        return draw(request, status, **why)

    monkeypatch.setattr(middleware, "stop_page", once)
    return Walker()
