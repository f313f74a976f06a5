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
    from django.db import transaction
    from django.test import override_settings

    from tests.access.world import World
    from tongban.lib.actors import system
    from tongban.lib.demo import load_demo
    from tongban.lib.jurisdictions import enter

    said = {
        "DEMO": True, "DOCUMENTS_DIR": tmp_path_factory.mktemp("documents"),
        "ENVIRONMENT": settings.ENVIRONMENT.model_copy(update={"requests_per_minute": 0}),
    }  # fmt: skip
    with django_db_blocker.unblock(), enter("j510500"), override_settings(**said), transaction.atomic():
        load_demo.call(by=system("demo"))
        yield World(run_jobs)
        transaction.set_rollback(True)
