"""Sample estates, people and leases of three communities; every identity number is of a region nobody has.

Written in bulk, past the actions: the demo comes with a first start, which must not wait for a thousand single acts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties.actions import (
    NewUnit,
    Particulars,
    Term,
    create_account,
    create_unit,
    grant_membership,
    register_people,
    set_password,
)
from tongban.foundation.parties.queries import DEMO_PASSWORD, demo_account, unit_for
from tongban.foundation.registers.handlers.demo_records import COMMUNITY, SOURCE
from tongban.foundation.registers.models import (
    CompanyRecord,
    Dwelling,
    Household,
    Lease,
    Place,
    PlaceAlias,
    PlaceCode,
    Premises,
    Register,
    Residence,
    Workplace,
)
from tongban.foundation.registers.rules.addresses import floor_of
from tongban.lib.actors import Actor
from tongban.lib.demo import load_demo
from tongban.lib.identifiers import synthetic_id_number
from tongban.lib.jurisdictions import current

NORTH, VILLAGE = "510502002001", "510502103206"  # 北城街道东门口社区, 黄舣镇永兴村
_SURNAMES, _GIVEN = "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗", "建华秀英志明桂芳国强丽娟文斌晓燕海涛玉兰俊杰雪梅"


class Estate(NamedTuple):
    """An estate to draw: its buildings stand in the grids by turns."""

    community: str
    name: str
    address: str
    alias: str
    buildings: int
    units: int
    floors: int


ESTATES = (
    Estate(COMMUNITY, "示例小区", "南城街道凤凰社区示例路18号示例小区", "机械厂宿舍", 3, 2, 6),
    Estate(COMMUNITY, "凤凰示例花园", "南城街道凤凰社区示例大道9号凤凰示例花园", "凤凰花园", 2, 1, 11),
    Estate(NORTH, "东门示例苑", "北城街道东门口社区示例街5号东门示例苑", "老粮站宿舍", 2, 2, 5),
)


@load_demo.answer
def load_places_and_residents(by: Actor) -> None:
    """Three communities with their grids, estates, dwellings, people, leases and companies; nothing elsewhere."""
    if current() != "j510500" or Place.objects.filter(is_sample=True).exists():
        return
    with transaction.atomic():
        grids = {code: _grids(code) for code in (COMMUNITY, NORTH, VILLAGE)}
        rooms = [room for estate in ESTATES for room in _estate(estate, grids[estate.community])]
        houses = _village(grids[VILLAGE][0])
        _people([*rooms, *houses], by)
        _demo_people(rooms)
        _companies(rooms)
        _grid_workers(by)
        Register.objects.get_or_create(
            code="residence", defaults={"source": SOURCE, "refreshed_at": timezone.now(), "is_sample": True}
        )


def _grids(community: str) -> list[Place]:
    grids = [
        Place(level="grid", name=f"第{word}网格", mark=f"{community}{number:03d}", area_code=f"{community}{number:03d}",
              grid_kind="base", is_sample=True, source="sample")
        for number, word in enumerate("一二", 1)
    ]  # fmt: skip
    Place.objects.bulk_create(grids)
    PlaceCode.objects.bulk_create(
        PlaceCode(authority="local", code=f"{community}{number:02d}", place=grid)
        for number, grid in enumerate(grids, 1)
    )
    return grids


def _estate(said: Estate, grids: list[Place]) -> list[Dwelling]:
    estate = Place(
        level="estate",
        name=said.name,
        mark=said.name,
        area_code=said.community,
        address=said.address,
        is_sample=True,
        source="sample",
    )
    estate.save()
    PlaceAlias.objects.create(place=estate, name=said.alias, area_code=said.community)
    places, rooms = [], []
    for number in range(1, said.buildings + 1):
        area = grids[number % len(grids)].area_code
        building = Place(
            level="building", parent=estate, name=f"{number}栋", mark=str(number), area_code=area, is_sample=True,
            address=f"{said.address}{number}栋", floor_count=said.floors, source="sample",
        )  # fmt: skip
        places.append(building)
        for mark in range(1, said.units + 1):
            unit = Place(
                level="unit", parent=building, name=f"{mark}单元", mark=str(mark), area_code=area, is_sample=True,
                address=f"{building.address}{mark}单元", source="sample",
            )  # fmt: skip
            places.append(unit)
            rooms += [
                _room(unit, building, f"{floor}{room:02d}") for floor in range(1, said.floors + 1) for room in (1, 2)
            ]
    Place.objects.bulk_create(places)
    return Dwelling.objects.bulk_create(rooms)


def _room(unit: Place, building: Place, mark: str) -> Dwelling:
    shop = mark.startswith("1") and len(mark) == 3 and building.mark == "1"
    return Dwelling(
        place=unit, building=building, mark=mark, floor=floor_of(mark), area_code=unit.area_code, use="shop" if shop else "home",
        address=f"{unit.address}{mark}室", is_sample=True,
    )  # fmt: skip


def _village(grid: Place) -> list[Dwelling]:
    houses = []
    for number in (1, 2):
        group = Place(
            level="group", name=f"第{'一二'[number - 1]}村民小组", mark=str(number), area_code=grid.area_code, is_sample=True,
            address=f"黄舣镇永兴村{number}组", source="sample",
        )  # fmt: skip
        group.save()
        houses += [
            Dwelling(
                place=group,
                mark=str(house),
                area_code=grid.area_code,
                address=f"{group.address}{house}号",
                is_sample=True,
            )
            for house in range(1, 9)
        ]
    return Dwelling.objects.bulk_create(houses)


def _particulars() -> Iterator[Particulars]:
    """Made-up people, each with a number and phone of nobody."""
    for number in count():
        birth = date(1942, 3, 1) + timedelta(days=(number * 7919) % 28_000)
        name = _SURNAMES[number % 20] + _GIVEN[(number * 2) % 24] + (_GIVEN[(number * 5) % 24] if number % 4 else "")
        yield Particulars(
            name=name, document_type="resident_id", document_number=synthetic_id_number(birth, 300 + number % 700),
            phone=f"+8613800005{200 + number % 700}",
        )  # fmt: skip


# What a dwelling shows, by turns: who is recorded there (kind, present, relation), and whether it is let.
_PATTERNS: tuple[tuple[tuple[str, bool | None, str], ...], ...] = (
    (("registered", True, "01"), ("registered", True, "10"), ("registered", True, "20")),
    (("registered", True, "01"), ("registered", True, "10")),
    (("tenant", None, ""), ("tenant", None, "")),
    (("registered", False, "01"),),
    (("floating", None, ""), ("floating", None, "")),
    (),
    (("registered", True, "01"), ("lodging", None, "80")),
)


def _people(rooms: list[Dwelling], by: Actor) -> None:
    """Fill homes by turns; every ninth is left for somebody to visit first."""
    plan = [
        (room, _PATTERNS[number % len(_PATTERNS)])
        for number, room in enumerate(rooms)
        if number % 9 and room.use == "home" and not _of_demo_people(room)
    ]
    made, needed = _particulars(), sum(len(pattern) for _, pattern in plan)
    people = iter(register_people([next(made) for _ in range(needed)], source="sample", is_sample=True, by=by))
    now = timezone.now()
    households: list[Household] = []
    residences: list[Residence] = []
    leases: list[Lease] = []
    for number, (room, pattern) in enumerate(plan):
        room.collected_at, room.collected_by = now - timedelta(days=number % 120), "示例网格员"
        household = Household(dwelling=room, number=f"SAMPLE{number:05d}", area_code=room.area_code, is_sample=True)
        if any(kind == "registered" for kind, _, _ in pattern):
            households.append(household)
        lease: Lease | None = None
        for kind, is_present, relation in pattern:
            person = next(people)
            if kind == "tenant" and lease is None:
                lease = _lease(room, number, owner_id=residences[0].person_id if residences else person.pk)
                leases.append(lease)
            residences.append(
                Residence(
                    person=person, name=person.name, sex=person.sex, birth_year=int(person.birth_date[:4]), dwelling=room,
                    kind=kind, is_present=is_present, relation=relation, area_code=room.area_code, is_sample=True,
                    household=household if kind == "registered" else None, lease=lease if kind == "tenant" else None,
                    since=_moved_in(number), source="sample", confirmed_at=now - timedelta(days=(number * 3) % 150),
                    confirmed_by="示例网格员",
                )
            )  # fmt: skip
    Dwelling.objects.bulk_update([room for room, _ in plan], ["collected_at", "collected_by"], batch_size=500)
    Household.objects.bulk_create(households)
    Lease.objects.bulk_create(leases)
    Residence.objects.bulk_create(residences)


def _moved_in(number: int) -> date:
    """Most have lived there for years, every sixth dwelling filled within the last twelve months."""
    if number % 6:
        return date(2019, 1 + number % 12, 1)
    return timezone.localdate() - timedelta(days=(number * 17) % 330)


def _lease(room: Dwelling, number: int, *, owner_id: UUID) -> Lease:
    today = timezone.localdate()
    return Lease(
        dwelling=room, area_code=room.area_code, landlord_person_id=owner_id, since=today - timedelta(days=200 + number),
        until=today + timedelta(days=7 + (number * 13) % 300), source="sample", recorded_by="示例网格员", is_sample=True,
    )  # fmt: skip


def _of_demo_people(room: Dwelling) -> bool:
    return (
        room.address.startswith(ESTATES[0].address)
        and "2栋1单元" in room.address
        and room.mark in ("301", "302", "401")
    )


def _demo_people(rooms: list[Dwelling]) -> None:
    """The applicants of the demo live in 示例小区, so that a form knows where."""
    homes = [room for room in rooms if _of_demo_people(room)]
    now = timezone.now()
    for username, room in zip(("resident", "owner", "accountant"), homes, strict=True):
        account = demo_account(username)
        person = account.person if account else None
        if person is None:
            continue
        room.collected_at, room.collected_by = now, "示例网格员"
        room.save(update_fields=["collected_at", "collected_by"])
        Residence.objects.create(
            person_id=person.pk, name=person.name, sex=person.sex, birth_year=int(person.birth_date[:4]), dwelling=room,
            kind="registered", is_present=True, relation="01", area_code=room.area_code, since=date(2018, 5, 1), source="sample",
            confirmed_at=now - timedelta(days=9), confirmed_by="示例网格员", is_sample=True,
        )  # fmt: skip
        if username != "resident":
            _works(person.pk)


def _works(person_id: UUID) -> None:
    company = CompanyRecord.objects.filter(name="江阳区春和商贸有限公司").first()
    if company is not None:
        Workplace.objects.create(
            person_id=person_id,
            company=company,
            employer=company.name,
            source="sample",
            confirmed_at=timezone.now(),
            is_sample=True,
        )


def _companies(rooms: list[Dwelling]) -> None:
    """Shops on the ground floor of the first building: companies of the register at their address."""
    shops = [room for room in rooms if room.use == "shop" and room.address.startswith(ESTATES[0].address)]
    companies = CompanyRecord.objects.filter(is_sample=True, standing="in_business").order_by("uscc")
    Premises.objects.bulk_create(
        Premises(
            company=company, dwelling=shop, area_code=shop.area_code, since=company.registered_on, source="sample",
            confirmed_at=timezone.now(), confirmed_by="示例网格员",
        )
        for company, shop in zip(companies, shops, strict=False)
    )  # fmt: skip


# Grid workers of 凤凰社区 with a log-in: username, name, birth, sequence of the number, end of the telephone.
_WORKERS = (("grid1", "熊丽", date(1991, 6, 8), 130, 190), ("grid2", "付强", date(1988, 2, 3), 137, 191))


def _grid_workers(by: Actor) -> None:
    """Two sample grid workers of one community, who may see each other's work."""
    office = unit_for("township", COMMUNITY)
    if office is None or demo_account("grid1") is not None:
        return
    new = NewUnit("凤凰社区居委会", "community", "community", COMMUNITY, "Fenghuang Community", is_sample=True)
    unit = create_unit(new, organisation_id=office.organisation_id, by=by)
    for username, name, birth, sequence, end in _WORKERS:
        phone = f"+8613800005{end}"
        particulars = Particulars(
            name=name, document_type="resident_id", document_number=synthetic_id_number(birth, sequence), phone=phone,
            region_code=COMMUNITY, address="南城街道凤凰社区示例小区",
        )  # fmt: skip
        [person] = register_people([particulars], source="sample", is_sample=True, by=by)
        account = create_account(username, phone=phone, person_id=person.pk, by=by)
        set_password(account.pk, DEMO_PASSWORD, by=by)
        grant_membership(person.pk, unit.pk, "grid_worker", term=Term(date(2026, 1, 1)), region_code=COMMUNITY, by=by)
