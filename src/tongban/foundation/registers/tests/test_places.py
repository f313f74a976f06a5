"""The address tree: who may keep it, what stands where, how it is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from tongban.foundation.parties.tests.arrange import actor_of, person_of
from tongban.foundation.registers import actions, queries
from tongban.foundation.registers.models import CompanyRecord, Place, PlaceCode, Premises, Residence
from tongban.foundation.registers.tests.arrange import (
    COMMUNITY,
    NORTH,
    OFFICE,
    Estate,
    company_list,
    company_row,
    grid_worker,
    imported,
    operator,
)
from tongban.lib.ids import uuid7
from tongban.lib.jurisdictions import enter

pytestmark = pytest.mark.django_db
Refused = Callable[[str], Any]


@pytest.fixture
def estate() -> Estate:
    return Estate(grid_worker())


def test_a_building_lies_in_its_grid_and_stands_in_its_estate(estate: Estate) -> None:
    assert estate.grid.area_code == COMMUNITY + "001"
    assert estate.estate.area_code == COMMUNITY
    room = estate.rooms["2-301"]
    assert (room.area_code, room.floor, room.building_id) == (COMMUNITY + "001", 3, estate.building.pk)
    assert room.address == "南城街道凤凰社区示例路18号示例小区7栋2单元301室"
    assert [unit.mark for unit in queries.places_under(estate.worker, parent_id=estate.building.pk)] == ["1", "2"]
    assert {place.level for place in queries.places_under(estate.worker, area=COMMUNITY)} == {"grid", "estate"}


def test_every_way_a_place_cannot_be(estate: Estate, refused: Refused) -> None:
    def add(**more: Any) -> Place:
        return actions.add_place(
            actions.NewPlace(**({"community": COMMUNITY, "level": "estate", "name": "新小区"} | more)), by=OFFICE
        )

    for code, more in [
        ("place_exists", {"name": "示例小区"}), ("level_unknown", {"level": "planet"}), ("community_unknown", {"community": "510502"}),
        ("community_unknown", {"community": ""}), ("name_missing", {"name": ""}),
        ("grid_number_wrong", {"level": "grid", "mark": "a"}), ("grid_kind_unknown", {"grid_kind": "base"}),
        ("mark_invalid", {"level": "building", "mark": "七 7"}), ("parent_wrong", {"level": "unit", "mark": "1"}),
        ("place_exists", {"level": "building", "mark": "7", "parent_id": estate.estate.pk, "grid_id": estate.grid.pk}),
        ("not_found", {"grid_id": estate.estate.pk}), ("not_found", {"parent_id": uuid7()}),
    ]:  # fmt: skip
        with refused(code):
            add(**more)
    elsewhere = Estate(estate.worker, community=NORTH)
    with refused("grid_elsewhere"):
        add(level="building", mark="9", grid_id=elsewhere.grid.pk)
    with refused("grid_elsewhere"):
        actions.assign_to_grid(estate.building.pk, elsewhere.grid.pk, by=OFFICE)
    with refused("parent_wrong"):
        actions.assign_to_grid(estate.estate.pk, estate.other_grid.pk, by=OFFICE)
    with refused("dwelling_exists"):
        actions.add_dwellings(estate.units[0].pk, [actions.NewDwelling("901"), actions.NewDwelling("101")], by=OFFICE)
    assert not estate.units[0].dwellings.filter(mark="901").exists(), "all or none"
    with refused("use_unknown"):
        actions.add_dwellings(estate.units[0].pk, [actions.NewDwelling("901", use="castle")], by=OFFICE)
    with refused("parent_wrong"):
        actions.add_dwellings(estate.grid.pk, [actions.NewDwelling("901")], by=OFFICE)


def test_only_who_works_there_keeps_it_and_sees_it(estate: Estate, refused: Refused) -> None:
    north = grid_worker(NORTH, 81)
    resident = actor_of(person_of("张三", 1))
    for by, code in ((north, "not_found"), (resident, "forbidden")):
        for act in (
            lambda by=by: actions.add_alias(estate.estate.pk, "别名", by=by),
            lambda by=by: actions.visit_dwelling(estate.rooms["1-101"].pk, by=by),
            lambda by=by: actions.give_code(("place", estate.grid.pk), "local", "51050200100601", by=by),
            lambda by=by: actions.assign_to_grid(estate.building.pk, estate.other_grid.pk, by=by),
            lambda by=by: actions.add_dwellings(estate.units[0].pk, [], by=by),
            lambda by=by: queries.place_visible_to(by, estate.building.pk),
            lambda by=by: queries.dwelling_visible_to(by, estate.rooms["1-101"].pk),
            lambda by=by: queries.building_matrix(by, estate.building.pk),
            lambda by=by: queries.places_matching(by, "示例", area=COMMUNITY),
        ):
            with refused(code):
                act()
    assert queries.places_matching(north, "示例小区") == []
    with refused("forbidden"):
        actions.add_place(actions.NewPlace("estate", "北城花园", community=COMMUNITY), by=north)


def test_a_worker_of_one_grid_sees_and_keeps_that_grid_only(estate: Estate, refused: Refused) -> None:
    first, second = grid_worker(COMMUNITY + "001", 82), grid_worker(COMMUNITY + "002", 83)
    room = estate.rooms["1-101"]
    assert queries.dwelling_visible_to(first, room.pk) == room
    assert actions.visit_dwelling(room.pk, by=first).collected_by == "员工82"
    with refused("not_found"):
        queries.dwelling_visible_to(second, room.pk)
    with refused("not_found"):
        actions.visit_dwelling(room.pk, by=second)


def test_a_building_moves_to_another_grid_with_everybody_in_it(estate: Estate) -> None:
    estate.lives(1, "1-101")
    lease = estate.lease("1-102", date(2026, 1, 1), date(2099, 1, 1).replace(year=2040))
    assert actions.assign_to_grid(estate.building.pk, estate.other_grid.pk, by=estate.worker) == 12
    lease.refresh_from_db()
    area = COMMUNITY + "002"
    assert {
        lease.area_code,
        Residence.objects.get().area_code,
        estate.units[0].__class__.objects.get(pk=estate.units[0].pk).area_code,
    } == {area}
    assert queries.residents_visible_to(estate.worker, area=area).count() == 1
    assert not queries.residents_visible_to(estate.worker, area=COMMUNITY + "001").exists()


def test_a_place_is_found_by_name_initials_and_other_names(estate: Estate, refused: Refused) -> None:
    by = estate.worker
    with refused("name_missing"):
        actions.add_alias(estate.estate.pk, "x", by=by)
    actions.add_alias(estate.estate.pk, "机械厂宿舍", by=by)
    actions.add_alias(estate.estate.pk, "机械厂宿舍", by=by)
    assert estate.estate.aliases.count() == 1
    for term in ("示例小区", "slxq", "shili", "机械厂", "jxc"):
        assert queries.places_matching(by, term) == [estate.estate], term
    assert queries.places_matching(by, "") == []


def test_an_estate_named_after_its_community_is_found_by_its_whole_name(communities: None, estate: Estate) -> None:
    named = actions.add_place(
        actions.NewPlace(level="estate", name="凤凰花园", community=estate.community, address="示例路20号凤凰花园"),
        by=OFFICE,
    )
    for raw in ("凤凰花园3栋", "凤凰社区凤凰花园3栋", "南城凤凰花园3栋"):
        assert queries.find_address(estate.worker, raw).places == [named], raw
    assert queries.find_address(estate.worker, "凤凰示例小区7栋").places == [estate.building]


def test_codes_of_several_authorities_stand_side_by_side_and_follow_one_another(
    estate: Estate, refused: Refused
) -> None:
    by, grid = estate.worker, ("place", estate.grid.pk)
    first = actions.give_code(grid, "local", "51050200100601", valid_from=date(2024, 1, 1), by=by)
    assert actions.give_code(grid, "local", "51050200100601", by=by) == first, "saying it twice changes nothing"
    actions.give_code(grid, "cjt349", "51050200100100600101", by=by)
    for code, authority, text in [("authority_unknown", "x", "1"), ("place_code_wrong", "local", "5105")]:
        with refused(code):
            actions.give_code(grid, authority, text, by=by)
    with refused("code_taken"):
        actions.give_code(("place", estate.other_grid.pk), "local", "51050200100601", by=by)
    with refused("code_order"):
        actions.give_code(grid, "local", "51050200100609", valid_from=date(2023, 1, 1), by=by)
    actions.give_code(grid, "local", "510502001006001", valid_from=date(2026, 1, 1), by=by)
    first.refresh_from_db()
    assert first.valid_to == date(2026, 1, 1)
    assert queries.place_of_code(by, "local", "510502001006001").place == estate.grid  # type: ignore[union-attr]
    assert queries.place_of_code(by, "local", "51050200100601") is None
    assert queries.place_of_code(grid_worker(NORTH, 81), "local", "510502001006001") is None
    room = estate.rooms["1-101"]
    actions.give_code(("dwelling", room.pk), "realestate", "510502001006GB00001F00010001", by=by)
    assert PlaceCode.objects.get(dwelling=room).authority == "realestate"
    with refused("not_found"):
        actions.give_code(("dwelling", uuid7()), "realestate", "510502001006GB00001F00010001", by=by)


@pytest.mark.parametrize(
    ("raw", "rooms"),
    [
        ("示例小区7栋2单元301", ["2-301"]), ("泸州市江阳区南城街道凤凰社区示例路十八号示例小区七幢二单元３０１室", ["2-301"]),
        ("示例小区7-2-301", ["2-301"]), ("机械厂宿舍7号楼2单元301", ["2-301"]), ("示例小区7栋301", ["1-301", "2-301"]),
        ("示例小区8栋2单元301", []), ("别的小区7栋2单元301", []), ("示例小区7栋2单元901", []),
    ],
)  # fmt: skip
def test_a_raw_address_leads_to_its_dwelling(estate: Estate, raw: str, rooms: list[str]) -> None:
    actions.add_alias(estate.estate.pk, "机械厂宿舍", by=estate.worker)
    found = queries.find_address(estate.worker, raw)
    assert {row.pk for row in found.dwellings} == {estate.rooms[room].pk for room in rooms}
    assert queries.find_address(grid_worker(NORTH, 81), raw).dwellings == []


def test_a_village_house_is_found_by_group_and_number(communities: None) -> None:
    village = "510502103201"
    group = actions.add_place(
        actions.NewPlace("group", "第三村民小组", "3", community=village, address="黄舣镇永兴村3组"), by=OFFICE
    )
    [house] = actions.add_dwellings(group.pk, [actions.NewDwelling("12")], by=OFFICE)
    assert (house.address, house.floor) == ("黄舣镇永兴村3组12号", None)
    assert queries.find_address(grid_worker(village, 84), "3组12号").dwellings == [house]
    county = grid_worker("510502", 85)
    assert queries.find_address(county, "泸州江阳黄舣永兴村三组十二号").dwellings == [house]


def test_a_community_must_be_one_of_its_township(communities: None, refused: Refused) -> None:
    with refused("community_unknown"):
        actions.add_place(actions.NewPlace("estate", "新小区", community="510502001099"), by=OFFICE)
    # Of this township no communities are on record: its own word counts.
    assert actions.add_place(actions.NewPlace("estate", "新小区", community="510502199001"), by=OFFICE).mark == "新小区"


def test_names_on_record_are_read_without_their_ending(communities: None, estate: Estate) -> None:
    county = grid_worker("510502", 85)
    found = queries.find_address(county, "江阳区南城凤凰社区示例小区7栋2单元301")
    assert (found.address.township, found.address.community) == ("南城街道", "凤凰社区")
    assert [row.mark for row in found.dwellings] == ["301"]
    other = queries.find_address(county, "南城街道桂花街社区示例小区7栋2单元301")
    assert other.dwellings == [], "the estate of that name is in another community"


def test_nobody_can_read_it(estate: Estate, refused: Refused) -> None:
    with refused("address_unreadable"):
        queries.find_address(estate.worker, "……")


def test_companies_at_an_address(estate: Estate, refused: Refused) -> None:
    imported("companies", company_list(company_row()), by=operator())
    company = CompanyRecord.objects.get()
    by, room = estate.worker, estate.rooms["1-101"]
    with refused("address_missing"):
        actions.record_premises(company.pk, by=by)
    with refused("not_found"):
        actions.record_premises(uuid7(), dwelling_id=room.pk, by=by)
    actions.record_premises(company.pk, dwelling_id=room.pk, by=by)
    actions.record_premises(company.pk, dwelling_id=room.pk, by=by)
    row = Premises.objects.get()
    assert row.confirmed_at is not None
    assert (timezone.localdate(), row.area_code) == (row.since, COMMUNITY + "001")
    assert [one.company for one in queries.companies_at(by, dwelling_id=room.pk)] == [company]
    assert [one.company for one in queries.companies_at(by, place_id=estate.building.pk)] == [company]
    assert list(queries.companies_matching(by, "slsm")) == [company]
    assert not queries.companies_at(grid_worker(NORTH, 81)).exists()


def test_another_jurisdiction_has_a_tree_of_its_own(estate: Estate, elsewhere: str) -> None:
    with enter(elsewhere):
        assert not Place.objects.exists()
