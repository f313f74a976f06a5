"""Things of the demo's grids: areas, dwellings, residences, tasks, events, what waits to be settled."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from tests.access.office_things import buildings
from tests.access.world import Sample, World
from tongban.applications.grid.models import Edit, Event, HomeVisit, Proposal, Task, Tenancy
from tongban.foundation.parties.models import Disclosure, Membership, Unit
from tongban.foundation.registers.models import Dwelling, Lease, Residence
from tongban.lib.ids import uuid7

__all__ = [
    "areas", "buildings", "dwellings", "edits", "events", "exports", "leases", "own_proposals", "own_residences", "proposals", "reports", "residences", "residents", "tasks",
    "tenancies", "worked_dwellings",
]  # fmt: skip

SOUTH, NORTH = "510502001007", "510502002001"
WORKER, SEES = frozenset({"grid worker"}), frozenset({"grid worker", "auditor"})
AUDITOR = frozenset({"auditor"})


def _home(area: str) -> Dwelling:
    found = Dwelling.objects.filter(area_code__startswith=area, residences__isnull=False).order_by("address").first()
    assert found is not None
    return found


def areas(world: World) -> list[Sample]:
    del world
    return [
        Sample("the worker's community", SOUTH, SEES), Sample("another community", NORTH, AUDITOR),
        Sample("a county elsewhere", "510302"), Sample("no area at all", "nonsense"),
    ]  # fmt: skip


def dwellings(world: World) -> list[Sample]:
    del world
    return [
        Sample("a dwelling of the community", _home(SOUTH).pk, SEES), Sample("a dwelling elsewhere", _home(NORTH).pk, AUDITOR),
        Sample("no dwelling at all", uuid7()),
    ]  # fmt: skip


def worked_dwellings(world: World) -> list[Sample]:
    return [Sample(one.what, one.value, one.seen_by & WORKER) for one in dwellings(world)]


def _resident(area: str) -> Residence:
    found = Residence.objects.filter(area_code__startswith=area, until__isnull=True).order_by("pk").first()
    assert found is not None
    return found


def residences(world: World) -> list[Sample]:
    del world
    return [
        Sample("a residence of the community", _resident(SOUTH).pk, WORKER), Sample("a residence elsewhere", _resident(NORTH).pk),
        Sample("no residence at all", uuid7()),
    ]  # fmt: skip


def residents(world: World) -> list[Sample]:
    del world
    return [
        Sample("a resident of the community", _resident(SOUTH).person_id, SEES),
        Sample("a resident elsewhere", _resident(NORTH).person_id, AUDITOR), Sample("nobody", uuid7()),
    ]  # fmt: skip


def _visit(world: World, row: Residence) -> HomeVisit:
    return HomeVisit.objects.create(
        nonce=uuid4(), person=world.person("grid1"), by_name="熊丽", dwelling_id=row.dwelling_id, area_code=row.area_code, outcome="met",
        at=timezone.now(),
    )  # fmt: skip


def edits(world: World) -> list[Sample]:
    found = []
    for what, area, who in (
        ("a clash of the community", SOUTH, WORKER),
        ("a clash elsewhere", NORTH, frozenset[str]()),
    ):
        row = _resident(area)
        edit = Edit.objects.create(
            visit=_visit(world, row), residence=row, area_code=row.area_code, seen={}, wanted={"is_present": "no"}, there={},
            state="clash",
        )  # fmt: skip
        found.append(Sample(what, edit.pk, who))
    return [*found, Sample("no clash at all", uuid7())]


def tasks(world: World) -> list[Sample]:
    del world
    day = timezone.localdate()
    south, north = (
        Task.objects.create(area_code=area, title="张贴防火通知", due_on=day, given_by="tests").pk
        for area in (SOUTH, NORTH)
    )
    return [Sample("a task", south, WORKER), Sample("a task elsewhere", north), Sample("no task at all", uuid7())]


def events(world: World) -> list[Sample]:
    """One the health bureau sees to, one nobody was told of."""
    person, health = world.person("grid1"), Unit.objects.get(code="health")
    sent, kept = (
        Event.objects.create(
            nonce=uuid4(), area_code=area, kind="other", where="示例路", said="占道经营", person=person, by_name="熊丽", unit=unit,
            state="dispatched" if unit else "reported", due_on=timezone.localdate(),
        )
        for area, unit in ((SOUTH, health), (NORTH, None))
    )  # fmt: skip
    who = frozenset({"grid worker", "reviewer"})
    return [Sample("an event", sent.pk, who), Sample("an event elsewhere", kept.pk), Sample("no event at all", uuid7())]


def _proposal(world: World, area: str, who: str = "resident") -> Proposal:
    row = _resident(area)
    person = world.person(who)
    return Proposal.objects.create(
        what="work", person=person, by_name=person.name, area_code=row.area_code, wanted={"employer": f"{area}有限公司"},
        state="waiting", residence=row,
    )  # fmt: skip


def proposals(world: World) -> list[Sample]:
    return [
        Sample("a proposal of the community", _proposal(world, SOUTH).pk, WORKER), Sample("one elsewhere", _proposal(world, NORTH).pk),
        Sample("no proposal at all", uuid7()),
    ]  # fmt: skip


def own_proposals(world: World) -> list[Sample]:
    return [
        Sample("the resident's own proposal", _proposal(world, SOUTH, "owner").pk, frozenset({"owner"})),
        Sample("no proposal at all", uuid7()),
    ]  # fmt: skip


def own_residences(world: World) -> list[Sample]:
    row = Residence.objects.filter(person=world.person("resident"), until__isnull=True).order_by("pk").first()
    assert row is not None
    return [Sample("where the resident lives", row.pk, frozenset({"resident"})), Sample("no residence at all", uuid7())]


def leases(world: World) -> list[Sample]:
    del world
    south, north = (
        Lease.objects.filter(area_code__startswith=area, until__gte=timezone.localdate()).order_by("pk").first()
        for area in (SOUTH, NORTH)
    )
    assert south is not None
    elsewhere = [Sample("a lease elsewhere", north.pk)] if north else []
    return [Sample("a lease of the community", south.pk, WORKER), *elsewhere, Sample("no lease at all", uuid7())]


def tenancies(world: World) -> list[Sample]:
    day = timezone.localdate()
    row = Tenancy.objects.create(
        dwelling=_home(SOUTH), area_code=SOUTH, since=day, until=day, asker=world.person("owner"), asker_name="刘建国", asker_lets=True,
        other_name="某人", other_phone="+8613800009990", code_until=timezone.now(),
    )  # fmt: skip
    return [Sample("a lease the owner registered", row.pk, frozenset({"owner"})), Sample("no lease at all", uuid7())]


def exports(world: World) -> list[Sample]:
    now, person = timezone.now(), world.person("grid1")
    row = Disclosure.objects.create(
        purpose="grid.residents", subject={"area": SOUTH, "said": "全部登记的人"}, since=now, until=now + timedelta(days=1), basis="工作方案",
        reason="核对", region_code=SOUTH, asked_by=person, asked_name=person.name,
    )  # fmt: skip
    return [Sample("a list the worker asked for", row.pk, WORKER), Sample("no list at all", uuid7())]


def reports(world: World) -> list[Sample]:
    del world
    return [Sample("a list communities hand in", "floating", WORKER), Sample("no such list", "nonsense")]


def made_reports(world: World) -> list[Sample]:
    """A list of the grid worker's own office, and one of another."""
    kept = {
        "title": {"zh": "党员名单", "en": "Members"},
        "columns": ["name", "phone"],
        "kinds": [],
        "from_age": None,
        "to_age": None,
    }
    own = Membership.objects.filter(person=world.person("grid1"), withdrawn_at__isnull=True).latest("pk").unit
    for unit, code in ((own, "own-00000001"), (Unit.objects.get(code="health"), "own-00000002")):
        Unit.objects.filter(pk=unit.pk).update(settings={"grid.reports": {code: kept}})
    return [
        Sample("a list of one's own office", "own-00000001", WORKER), Sample("one of another office", "own-00000002"),
        Sample("no such list", "own-00000003"),
    ]  # fmt: skip
