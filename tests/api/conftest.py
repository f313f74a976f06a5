"""One demo in which every generated call is made, and undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

# Django is set up only after this file has been read: what needs it is imported inside.
if TYPE_CHECKING:
    from tests.access.world import World


@pytest.fixture(scope="module")
def world(
    django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory, run_jobs: Callable[[], int]
) -> Iterator[World]:
    """The demo as `tongban demo load` leaves it, in one transaction for all calls; each of them is undone by itself."""
    from django.conf import settings

    from tests.access.world import World, demo

    patient = settings.ENVIRONMENT.model_copy(update={"requests_per_minute": 0})
    with django_db_blocker.unblock(), demo(tmp_path_factory.mktemp("documents"), ENVIRONMENT=patient):
        yield World(run_jobs)
