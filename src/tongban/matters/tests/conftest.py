"""Fixtures of matters. What they need is imported late: this file is read before Django is ready."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from tongban.foundation.parties.models import Person
    from tongban.matters.tests.arrange import County


@pytest.fixture(autouse=True)
def disk_of_its_own(settings: Any, tmp_path: Path) -> None:
    """Attachments of a test lie in its own directory."""
    settings.DOCUMENTS_DIR = tmp_path / "documents"


@pytest.fixture
def county(db: None) -> County:
    """A county with eight departments, a company, and the shipped service published."""
    from tongban.matters.tests.arrange import make_county

    return make_county()


@pytest.fixture
def sign_in(county: County, settings: Any) -> Callable[..., Client]:
    """A browser signed in as a person, at a desk when a unit and role are given."""
    from django.test import Client
    from django.utils import timezone

    from tongban.foundation.parties.models import Account, Membership
    from tongban.foundation.parties.tests.arrange import seat

    settings.DEMO = True  # where a desk opens without a second factor

    def make(person: Person, unit: str = "", role: str = "reviewer") -> Client:
        client = Client(headers={"host": "luzhou.localhost"})
        account, _ = Account.objects.get_or_create(username=str(person.pk)[-12:], person=person)
        client.force_login(account)
        if unit:
            membership = Membership.objects.create(
                person=person, unit=county.units[unit], role=role, region_code="510502", granted_by="tests",
                valid_from=timezone.localdate(),
            )  # fmt: skip
            seat(client, membership)
        return client

    return make
