"""Halls of the demo: the county's own, one that somebody opened in another county, one of another jurisdiction."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from tests.access.world import ELSEWHERE_SCHEMA, EVERYBODY, TESTS, Sample, World
from tongban.applications.halls.actions import Manner, NewHall, Said, register_visit
from tongban.applications.halls.actions.halls import checked_hall
from tongban.applications.halls.models import Hall, Window
from tongban.applications.halls.queries import link_of
from tongban.foundation.parties.models import Organisation, Unit
from tongban.lib.identifiers import synthetic_id_number
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


def without_slots(world: World) -> list[Sample]:
    """The demo's hall makes no appointments until its manager says which."""
    del world
    return [Sample("a hall without appointments", "JYSAMPLE"), Sample("no hall at all", "NOWHERE2")]


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


def screens(world: World) -> list[Sample]:
    del world
    key = link_of(_county(), "screen")
    return [
        Sample("the county's screen", {"code": "JYSAMPLE", "link": key}, EVERYBODY),
        Sample("an invented address", {"code": "JYSAMPLE", "link": key[::-1]}),
    ]


def kiosks(world: World) -> list[Sample]:
    del world
    key = link_of(_county(), "kiosk")
    return [
        Sample("the county's kiosk", {"code": "JYSAMPLE", "link": key}, EVERYBODY),
        Sample("the screen's address", {"code": "JYSAMPLE", "link": link_of(_county(), "screen")}),
    ]


def kiosk_visits(world: World) -> list[Sample]:
    return [
        Sample(f"{one.what} of {visit.what}", one.value | {"visit": visit.value}, one.seen_by & visit.seen_by)
        for one in kiosks(world) for visit in visits(world)
    ]  # fmt: skip


def visits(world: World) -> list[Sample]:
    """A visit is for whoever holds its code."""
    del world
    hall = _county()
    said = Said(
        hall.service_list[0].code, "陈小雨", "resident_id", synthetic_id_number(date(1990, 1, 1), 7), "13800000007"
    )
    visit = register_visit(hall, said, Manner(UUID(int=7)), by=TESTS)
    return [
        Sample("a visit", visit.code, EVERYBODY), Sample("a forged code", visit.code[:-4] + "2222"), Sample("no code", "x"),
    ]  # fmt: skip


def visit_acts(world: World) -> list[Sample]:
    return [Sample(one.what, {"code": one.value, "what": "leave"}, one.seen_by) for one in visits(world)]


def windows(world: World) -> list[Sample]:
    here = Window.objects.get(hall=_county(), number="1").pk
    found = [Sample("a window", {"hall_id": _county().pk, "window_id": here}, WORKS_THERE)]
    other = _hall("510504", "OTHERCTY")
    there = Window.objects.get(hall=other).pk
    found.append(Sample("a window of another county", {"hall_id": other.pk, "window_id": there}))
    found.append(Sample("a window of another hall under the own one", {"hall_id": _county().pk, "window_id": there}))
    return [*found, Sample("no window", {"hall_id": _county().pk, "window_id": uuid7()}), *_far_windows(world)]


def _far_windows(world: World) -> list[Sample]:
    return [Sample("a window of another jurisdiction", {"hall_id": _elsewhere(world), "window_id": uuid7()})]


def empty_windows(world: World) -> list[Sample]:
    """Nobody is there whose application could be opened."""
    return [Sample(one.what, one.value) for one in windows(world)]


def window_acts(world: World) -> list[Sample]:
    return [Sample(one.what, one.value | {"what": "open"}, one.seen_by) for one in windows(world)]


ACTS = ("open", "close", "next", "call", "recall", "serve", "finish", "skip", "transfer")
_PROGRAMS = frozenset({"client", "clerk"})


def doors_of_programs(world: World) -> list[Sample]:
    """People register themselves at any hall; programs where they are admitted."""
    del world
    return [Sample("the county's hall", "JYSAMPLE", EVERYBODY), Sample("no hall at all", "NOWHERE2")]


def desks_of_programs(world: World) -> list[Sample]:
    """A hall's queue is for its own people and devices, and for programs that may serve."""
    del world
    _hall("510504", "OTHERCTY")
    return [
        Sample("the county's hall", "JYSAMPLE", _PROGRAMS), Sample("a hall of another county", "OTHERCTY", _PROGRAMS),
        Sample("no hall at all", "NOWHERE2"),
    ]  # fmt: skip


def windows_of_programs(world: World) -> list[Sample]:
    return [Sample(one.what, {"code": one.value, "number": "1"}, one.seen_by) for one in desks_of_programs(world)]
