"""A hall that is open all day, and people who run it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import pytest

if TYPE_CHECKING:
    from tongban.applications.halls.models import Hall
    from tongban.lib.actors import Actor

ALWAYS = dict.fromkeys(("workday", "saturday", "sunday", "holiday"), "00:00-24:00")


_EDITION = "01900000-0000-7000-8000-0000000000e0"
_REGIONS = (("510502", 3, "5105", "江阳区"), ("510502001", 4, "510502", "南城街道"), ("510503", 3, "5105", "纳溪区"))


@pytest.fixture
def regions(request: pytest.FixtureRequest) -> Iterator[None]:
    """江阳区, a subdistrict of it and a neighbour: shared tables, which only the owner writes."""
    import psycopg

    admin, name = request.config.tongban_database
    url = urlunsplit(urlsplit(admin)._replace(path=f"/{name}"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO regions_edition (id, authority, name, title, published, source, covers, licence, attribution, "
            "sha256, row_count, loaded_at) VALUES (%s, 'nbs', 'tests', '', '2023-09-11', '', '', '', '', '', 3, now())",
            [_EDITION],
        )
        for n, (code, level, parent, title) in enumerate(_REGIONS):
            connection.execute(
                "INSERT INTO regions_region (id, name, name_pinyin, name_initials, authority, code, level, parent_code, "
                "edition_id) VALUES (%s, %s, '', '', 'nbs', %s, %s, %s, %s)",
                [f"{_EDITION[:-1]}{n + 1}", title, code, level, parent, _EDITION],
            )
        yield
        connection.execute("DELETE FROM regions_region WHERE edition_id = %s", [_EDITION])
        connection.execute("DELETE FROM regions_edition WHERE id = %s", [_EDITION])


def somebody(name: str, phone: str = "") -> Actor:
    from tongban.foundation.parties.models import Account, Person
    from tongban.foundation.parties.queries import actor_of_account

    person = Person.objects.create(name=name, region_code="510502001", source="tests")
    account = Account.objects.create(username=f"user{person.pk.hex[-10:]}", person=person)
    return actor_of_account(account, channel="web", second_factor=False)


def staff(role: str, region: str = "") -> Actor:
    from dataclasses import replace
    from uuid import uuid4

    from tongban.lib.capabilities import of_role

    return replace(somebody("区县"), membership_id=uuid4(), role=role, region=region, second_factor=True,
                   capabilities=of_role(role))  # fmt: skip


def new_hall(**changes: Any) -> Any:
    from tongban.applications.halls.actions import NewHall

    given: dict[str, Any] = {
        "name": "江阳区政务服务中心", "operator": "江阳区行政审批和数据局", "region_code": "510502", "address": "示例大道 1 号",
        "phone": "0830-3110001", "services": ["综合咨询", "社保医保"], "hours": ALWAYS, "day_starts": 0,
    }  # fmt: skip
    return NewHall(**(given | changes))


@pytest.fixture
def manager(db: None, regions: None) -> Actor:
    """Whoever opens the hall."""
    return somebody("余大明")


@pytest.fixture
def hall(manager: Actor) -> Hall:
    """An open hall, confirmed, with three windows."""
    from tongban.applications.halls.actions import confirm_hall, open_hall

    return confirm_hall(open_hall(new_hall(), by=manager).pk, by=staff("administrator"))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the time the house believes it is."""
    from django.utils import timezone

    def at(moment: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return at
