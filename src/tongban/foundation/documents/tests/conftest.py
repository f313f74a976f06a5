"""A disk of their own for tests of documents, and people who send files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

if TYPE_CHECKING:
    from tongban.lib.actors import Actor


@pytest.fixture(autouse=True)
def disk_of_its_own(settings: Any, tmp_path: Path) -> Path:
    settings.DOCUMENTS_DIR = tmp_path / "documents"
    return tmp_path / "documents"


@pytest.fixture
def limits(settings: Any) -> Callable[..., None]:
    """Change settings of the environment for one test."""

    def change(**values: Any) -> None:
        settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update=values)

    return change


@pytest.fixture
def chen(db: None) -> Actor:
    from tongban.foundation.documents.tests.support import new_person

    return new_person("陈小雨")


@pytest.fixture
def stranger(db: None) -> Actor:
    from tongban.foundation.documents.tests.support import new_person

    return new_person("何生")


@pytest.fixture
def browser(db: None) -> Callable[[Actor], Client]:
    """A browser signed in as somebody."""

    def sign_in(actor: Actor) -> Client:
        from tongban.foundation.parties.models import Account

        client = Client(SERVER_NAME="luzhou.localhost")
        client.force_login(Account.objects.get(pk=actor.account_id), "tongban.foundation.parties.login.HouseBackend")
        return client

    return sign_in
