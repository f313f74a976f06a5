"""Things of the office: organisations, memberships, people as staff see them, programs as operators see them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.access.things import OPERATORS, client_elsewhere
from tests.access.world import ELSEWHERE_SCHEMA, Sample, World
from tongban.foundation.parties.actions import request_correction
from tongban.foundation.parties.models import (
    Account,
    Delegation,
    Device,
    Disclosure,
    Membership,
    Person,
    StaffImport,
    Unit,
)
from tongban.foundation.registers.models import ListRow, Place, RegisterImport, ResidentList
from tongban.lib.ids import uuid7
from tongban.lib.jurisdictions import enter

MANAGERS = frozenset({"manager", "administrator"})
COUNTY = frozenset({"clerk", "reviewer", "decider", "auditor", "administrator"})
TOWNSHIP = frozenset({"township"})


def offices(world: World) -> list[Sample]:
    far = client_elsewhere(world).organisation_id
    return [
        Sample("the health bureau", Unit.objects.get(code="health").organisation_id, MANAGERS),
        Sample("the market bureau", Unit.objects.get(code="market").organisation_id, frozenset({"administrator"})),
        Sample("an office of another jurisdiction", far),
        Sample("no office at all", uuid7()),
    ]


def memberships(world: World) -> list[Sample]:
    def of(username: str) -> Membership:
        return Membership.objects.get(person=world.person(username))

    return [
        Sample("a membership of the health bureau", of("health1").pk, MANAGERS),
        Sample("a membership of the market bureau", of("market1").pk, frozenset({"administrator"})),
        Sample("no membership at all", uuid7()),
    ]


def delegations(world: World) -> list[Sample]:
    day = timezone.localdate()
    lent = Delegation.objects.create(
        membership=Membership.objects.get(person=world.person("health1")), delegate=world.person("manager1"),
        valid_from=day, valid_to=day, reason="出差",
    )  # fmt: skip
    who = frozenset({"reviewer", "manager", "administrator"})
    return [Sample("the reviewer's delegation", lent.pk, who), Sample("no delegation at all", uuid7())]


def staff_lists(world: World) -> list[Sample]:
    manager = Account.objects.get(username="manager1")
    mine = StaffImport.objects.create(account=manager, filename="名册.xlsx", rows=[], row_count=0)
    return [
        Sample("the manager's list", mine.pk, frozenset({"manager"})),
        Sample("no list at all", uuid7()),
    ]


def people(world: World) -> list[Sample]:
    far = world.stranger_elsewhere()
    north = Person.objects.create(name="北城居民", region_code="510502002001", source="tests")
    return [
        Sample("a person of the south town", world.person("resident").pk, COUNTY | TOWNSHIP),
        Sample("a person of the north town", north.pk, COUNTY),
        Sample("a person of another jurisdiction", far.pk),
        Sample("nobody", uuid7()),
    ]


def corrections(world: World) -> list[Sample]:
    asked = request_correction("name", "陈晓雨", reason="登记错误", by=world.actor("resident"))
    who = frozenset({"clerk", "administrator"})
    return [Sample("a correction", asked.pk, who), Sample("no correction at all", uuid7())]


def clients(world: World) -> list[Sample]:
    return [
        Sample("a client", world.client("client").pk, OPERATORS),
        Sample("a client of another jurisdiction", client_elsewhere(world).pk),
        Sample("no client at all", uuid7()),
    ]


def devices(world: World) -> list[Sample]:
    token = world.token_of("device")
    here = Device.objects.get(token_prefix=token[:12])
    return [Sample("a device", here.pk, OPERATORS), Sample("no device at all", uuid7())]


def registers(world: World) -> list[Sample]:
    del world
    return [Sample("the company register", "companies", OPERATORS), Sample("no register at all", "nonsense")]


def register_lists(world: World) -> list[Sample]:
    account = Account.objects.get(username="operator1")
    mine = RegisterImport.objects.create(
        register_code="companies", account=account, filename="名单.xlsx", source="区市场监管局", rows=[], row_count=0,
        refreshed_at=timezone.now(),
    )  # fmt: skip
    return [Sample("the operator's list", mine.pk, frozenset({"operator"})), Sample("no list at all", uuid7())]


def resident_lists(world: World) -> list[Sample]:
    """A list of residents of the south town: for whoever keeps its residents."""
    del world
    south, north = (
        ResidentList.objects.create(
            uploaded_by="样本",
            area_code=area,
            title="样本台账",
            filename="台账.xlsx",
            digest="",
            headings=["姓名"],
            row_count=0,
        )
        for area in ("510502001007", "510502002001")
    )
    return [
        Sample("a list of the south town", south.pk, frozenset({"grid worker"})),
        Sample("a list of the north town", north.pk),
        Sample("no list at all", uuid7()),
    ]


def resident_rows(world: World) -> list[Sample]:
    """A row of a list that waits for a person."""
    return [Sample(one.what, row_of(one.value), one.seen_by) for one in resident_lists(world)]


def row_of(list_id: Any) -> Any:
    """A row of a list, or of none."""
    if not ResidentList.objects.filter(pk=list_id).exists():
        return list_id
    return ListRow.objects.create(resident_list_id=list_id, number=2, verdict="known").pk


def places(world: World) -> list[Sample]:
    """Buildings: of the south town for whoever works there or above, programs included."""
    south = Place.objects.filter(level="building", area_code__startswith="510502001").first()
    north = Place.objects.filter(level="building", area_code__startswith="510502002").first()
    with enter(ELSEWHERE_SCHEMA):
        far = Place.objects.create(level="building", name="9栋", mark="9", area_code="510302001001")
    assert south is not None
    assert north is not None
    above = COUNTY | {"grid worker", "client"}
    return [
        Sample("a building of the south town", south.pk, above | TOWNSHIP),
        Sample("a building of the north town", north.pk, above - {"grid worker"}),
        Sample("a building of another jurisdiction", far.pk),
        Sample("no building at all", uuid7()),
    ]


def buildings(world: World) -> list[Sample]:
    """The same buildings with who lives there: for grid workers of the place and auditors."""
    seen = [frozenset({"grid worker", "auditor"}), frozenset({"auditor"})]
    return [Sample(one.what, one.value, seen.pop(0) if seen else frozenset()) for one in world.samples(places)]


def disclosures(world: World) -> list[Sample]:
    """One that the health bureau's reviewer asked for: its asker and those who may open it see it."""
    asker = world.person("health1")
    now = timezone.now()
    asked = Disclosure.objects.create(
        asked_by=asker, asked_name=asker.name, purpose="contacts", since=now, until=now + timedelta(hours=1), basis="江卫流调〔2026〕1号",
        reason="流调", region_code="510502", subject={"phone": "+8613800000001"},
    )  # fmt: skip
    who = frozenset({"reviewer", "decider", "administrator"})
    return [Sample("a disclosure", asked.pk, who), Sample("no disclosure at all", uuid7())]
