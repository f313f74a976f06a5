"""Halls of the demo: the county's own, one that somebody opened in another county, one of another jurisdiction."""

from __future__ import annotations

from uuid import UUID

from tests.access.world import ELSEWHERE_SCHEMA, EVERYBODY, TESTS, Sample, World
from tongban.applications.halls.actions.halls import NewHall, checked_hall
from tongban.applications.halls.models import Hall, Window
from tongban.foundation.parties.models import Organisation, Unit
from tongban.lib.ids import uuid7
from tongban.lib.jurisdictions import enter

WORKS_THERE = frozenset({"clerk"})
OVERSEERS = frozenset({"decider", "auditor", "administrator"})


def _hall(region: str, code: str) -> Hall:
    """A hall nobody of the demo works in."""
    found = Hall.objects.filter(code=code).first()
    if found is not None:
        return found
    office = Organisation.objects.create(name="别处政务局", kind="government", region_code=region)
    unit = Unit.objects.create(organisation=office, name="别处大厅", kind="hall", code=code, region_code=region)
    new = NewHall("别处大厅", "别处政务局", region, "示例路 9 号", "0830-3110001", services=["综合"])
    hall, _ = checked_hall(new, opened_by=TESTS.name, regions={region: region})
    hall.code, hall.unit_id = code, unit.pk
    hall.save(force_insert=True)
    Window.objects.create(hall=hall, number="1")
    return hall


def _elsewhere(world: World) -> UUID:
    world.stranger_elsewhere()
    with enter(ELSEWHERE_SCHEMA):
        return _hall("510302", "ELSEWHER").pk


def _county() -> Hall:
    return Hall.objects.get(code="JYSAMPLE")


def doors(world: World) -> list[Sample]:
    del world
    return [Sample("the county's hall", "JYSAMPLE", EVERYBODY), Sample("no hall at all", "NOWHERE2")]


def halls(world: World) -> list[Sample]:
    return [
        Sample("the county's hall", _county().pk, WORKS_THERE),
        Sample("a hall of another county", _hall("510504", "OTHERCTY").pk),
        Sample("a hall of another jurisdiction", _elsewhere(world)),
        Sample("no hall at all", uuid7()),
    ]


def managed(world: World) -> list[Sample]:
    """What only the manager may change: nobody of the walk is one."""
    return [Sample(one.what, one.value) for one in halls(world)]


def parts(world: World) -> list[Sample]:
    return [Sample(one.what, {"hall_id": one.value, "part": "basics"}) for one in halls(world)]


def overseen(world: World) -> list[Sample]:
    return [
        Sample("the county's hall", _county().pk, OVERSEERS),
        Sample("a hall of another county", _hall("510504", "OTHERCTY").pk, frozenset({"administrator", "auditor"})),
        Sample("a hall of another jurisdiction", _elsewhere(world)),
        Sample("no hall at all", uuid7()),
    ]


def reports(world: World) -> list[Sample]:
    del world
    return [Sample("no report at all", uuid7())]
