"""Things of the demo's grids: areas, dwellings, residences, tasks, events, what waits to be settled."""

from __future__ import annotations

from uuid import uuid4

from django.utils import timezone

from tests.access.office_things import buildings
from tests.access.world import Sample, World
from tongban.applications.grid.models import Edit, Event, HomeVisit, Task
from tongban.foundation.parties.models import Unit
from tongban.foundation.registers.models import Dwelling, Residence
from tongban.lib.ids import uuid7

__all__ = ["areas", "buildings", "dwellings", "edits", "events", "residences", "residents", "tasks", "worked_dwellings"]

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
