"""Drilling down from a community to a household, finding people, and who may not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tongban.applications.grid.queries import read_term
from tongban.applications.grid.rules.areas import above, below
from tongban.foundation.parties.models import ListLook, Look, Person
from tongban.foundation.parties.tests.arrange import staff_of, unit_of
from tongban.foundation.registers.actions import end_residence, record_premises, visit_dwelling
from tongban.foundation.registers.models import CompanyRecord, Residence
from tongban.foundation.registers.tests.arrange import COMMUNITY, NORTH, OFFICE, Estate, grid_worker, known_person
from tongban.lib.actors import Actor

Desk = Callable[[Actor], Client]
AREA = f"/desk/grid/areas/{COMMUNITY}/"


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_codes_of_areas_lead_down_and_up() -> None:
    assert [below(code) for code in ("", "5105", "510502", COMMUNITY, f"{COMMUNITY}001")] == [2, 6, 9, 15, 15]
    assert above(f"{COMMUNITY}001", "510502") == ["510502", "510502001", COMMUNITY]
    assert above(COMMUNITY, COMMUNITY) == []


@pytest.mark.parametrize(
    ("typed", "kind", "read"),
    [
        ("11010519491231002x", "document", "11010519491231002X"),
        ("110105 19491231 002X", "document", "11010519491231002X"),
        ("+86 138-0000-5100", "phone", "13800005100"),
        (" 张 三 ", "name", "张 三"),
        ("zs", "name", "zs"),
    ],
)
def test_one_box_tells_numbers_from_names(typed: str, kind: str, read: str) -> None:
    found = read_term(typed)
    assert (found.kind, found.text) == (kind, read)


def test_who_lives_in_no_grid_yet_is_not_named_by_a_code(estate: Estate, desk_of: Desk) -> None:
    estate.lives(1, "1-101")
    client = desk_of(estate.worker)
    assert "还没有划入网格" not in text(client.get(AREA))
    Residence.objects.update(area_code=COMMUNITY)
    assert "还没有划入网格" in text(client.get(AREA))


def test_from_the_community_down_to_a_person(estate: Estate, desk_of: Desk, django_assert_max_num_queries: Any) -> None:
    estate.lives(1, "1-101", relation="01")
    estate.lives(2, "1-102", is_present=False)
    estate.lease("1-201", date(2026, 1, 1), date(2040, 1, 1))
    estate.lives(3, "1-201", "tenant")
    visit_dwelling(estate.rooms["1-101"].pk, by=estate.worker)
    client = desk_of(estate.worker)
    with django_assert_max_num_queries(15):
        community = text(client.get("/desk/grid/areas/"))
    assert "第一网格" in community
    assert f"/desk/grid/buildings/{estate.building.pk}/" in community
    assert "12 户，采集 1" in community
    with django_assert_max_num_queries(15):
        building = text(client.get(f"/desk/grid/buildings/{estate.building.pk}/"))
    assert building.count("grid-cell ") == 12
    assert "is-together" in building
    assert building.count("is-uncollected") == 11 + 1, "eleven rooms nobody visited, and the legend"
    with django_assert_max_num_queries(18):
        home = text(client.get(f"/desk/grid/dwellings/{estate.rooms['1-201'].pk}/"))
    assert "居民3" in home
    assert "2040-01-01" in home
    assert ListLook.objects.filter(what="grid.dwelling", row_count=1).count() == 1


def test_each_opening_of_a_person_leaves_a_look(estate: Estate, desk_of: Desk) -> None:
    estate.lives(1, "1-101")
    person = known_person(1)
    client = desk_of(estate.worker)
    url = f"/desk/grid/people/{person.pk}/"
    assert person.document_number not in text(client.get(url))
    assert not Look.objects.filter(person=person).exists()
    assert client.post(url, {"why": "other", "said": ""}).status_code == 422
    shown = text(client.post(url, {"why": "visit", "said": ""}))
    assert person.document_number not in shown, "masked even then"
    assert "示例路18号示例小区7栋1单元101室" in shown
    [look] = Look.objects.filter(person=person)
    assert (look.actor_name, look.reason) == (estate.worker.name, "入户走访核实")


def test_who_moved_away_can_still_be_opened(estate: Estate, desk_of: Desk) -> None:
    gone = estate.lives(1, "1-101", since=date(2019, 5, 1))
    end_residence(gone.pk, timezone.localdate(), reason="迁出", by=estate.worker)
    client = desk_of(estate.worker)
    url = f"/desk/grid/people/{gone.person_id}/"
    assert url in text(client.get(f"/desk/grid/people/?area={COMMUNITY}&which=left"))
    assert "居民1" in text(client.get(url))
    assert "示例路18号示例小区7栋1单元101室" in text(client.post(url, {"why": "visit", "said": ""}))


def test_lists_answer_each_number(estate: Estate, desk_of: Desk, django_assert_max_num_queries: Any) -> None:
    estate.lives(1, "1-101")
    estate.lives(2, "1-102", is_present=False)
    estate.lives(3, "1-201", "floating")
    estate.lives(4, "1-202", is_confirmed=False)
    client = desk_of(estate.worker)
    wanted = {
        "": {"居民1", "居民2", "居民3", "居民4"}, "&kind=floating": {"居民3"}, "&which=away": {"居民2"}, "&which=guest": {"居民3"},
        "&which=stale": {"居民4"}, "&q=jm": {"居民1", "居民2", "居民3", "居民4"}, "&q=居民2": {"居民2"}, "&which=stale&q=居民2": set(),
    }  # fmt: skip
    for asked, names in wanted.items():
        with django_assert_max_num_queries(14):
            found = text(client.get(f"/desk/grid/people/?area={COMMUNITY}{asked}"))
        assert {name for name in ("居民1", "居民2", "居民3", "居民4") if f">{name}<" in found} == names, asked
    assert ListLook.objects.filter(what="grid.people").count() == len(wanted)


def test_people_are_found_by_initials_document_and_telephone(estate: Estate, desk_of: Desk) -> None:
    estate.lives(1, "1-101")
    person = Person.objects.get(pk=known_person(1).pk)
    client = desk_of(estate.worker)
    for term in ("jm", "居民", person.document_number, person.phone[3:]):
        assert f">{person.name}<" in text(client.post("/desk/grid/search/", {"term": term})), term
    assert not ListLook.objects.filter(criteria__contains=person.document_number).exists()
    assert f"/desk/grid/buildings/{estate.building.pk}/" in text(client.post("/desk/grid/search/", {"term": "7栋"}))
    assert "没有找到" in text(client.post("/desk/grid/search/", {"term": "zzz"}))
    assert client.post("/desk/grid/search/", {"term": ""}).status_code == 422
    refused = client.post("/desk/grid/search/", {"term": "110105194912310021"})
    assert "校验" in text(refused)


def test_a_company_is_found_at_its_address(estate: Estate, desk_of: Desk) -> None:
    from django.utils import timezone

    company = CompanyRecord.objects.create(
        uscc="91510502MA00000017",
        name="春和商贸有限公司",
        source="tests",
        refreshed_at=timezone.now(),
        industry="零售业",
    )
    record_premises(company.pk, dwelling_id=estate.rooms["1-101"].pk, by=estate.worker)
    client = desk_of(estate.worker)
    here = f"/desk/grid/dwellings/{estate.rooms['1-101'].pk}/"
    for page in (
        client.get(here), client.get(f"/desk/grid/buildings/{estate.building.pk}/"),
        client.get(f"/desk/grid/companies/?area={COMMUNITY}"), client.post("/desk/grid/search/", {"term": "chsm"}),
    ):  # fmt: skip
        assert "春和商贸有限公司" in text(page)


def test_nobody_sees_another_grid(estate: Estate, desk_of: Desk) -> None:
    estate.lives(1, "1-101")
    person = known_person(1)
    own = estate.rooms["1-101"]
    client = desk_of(replace(estate.worker, region=f"{COMMUNITY}002"))
    for path in (
        AREA[:-1] + "001/", f"/desk/grid/buildings/{estate.building.pk}/", f"/desk/grid/dwellings/{own.pk}/",
        f"/desk/grid/people/{person.pk}/", f"/desk/grid/people/?area={COMMUNITY}001", f"/desk/grid/areas/{NORTH}/",
        f"/desk/grid/companies/?area={NORTH}",
    ):  # fmt: skip
        assert client.get(path).status_code == 404, path
    assert client.post(f"/desk/grid/people/{person.pk}/", {"why": "visit"}).status_code == 404
    assert "居民1" not in text(client.post("/desk/grid/search/", {"term": person.phone[3:]}))
    assert not Look.objects.filter(person=person).exists()
    # A page of the whole community shows a worker of one grid that grid.
    assert "第一网格" not in text(client.get(AREA))


def test_a_clerk_has_no_business_here(estate: Estate, desk_of: Desk) -> None:
    clerk = staff_of(unit_of("hall", "510502", 71), "clerk", 71)
    assert desk_of(clerk).get(AREA).status_code == 403
    assert desk_of(grid_worker(NORTH, 72)).get(AREA).status_code == 404


def test_an_auditor_sees_the_county_by_its_parts(estate: Estate, desk_of: Desk) -> None:
    estate.lives(1, "1-101")
    auditor = staff_of(unit_of("audit", "510502", 73), "auditor", 73)
    client = desk_of(auditor)
    assert "/desk/grid/areas/510502001/" in text(client.get("/desk/grid/areas/"))
    assert f"/desk/grid/areas/{COMMUNITY}/" in text(client.get("/desk/grid/areas/510502001/"))
    assert client.get("/desk/grid/areas/nonsense/").status_code == 404


def test_what_a_village_shows(estate: Estate, desk_of: Desk) -> None:
    from tongban.foundation.registers import actions

    group = actions.add_place(
        actions.NewPlace(level="group", name="第三村民小组", mark="3", community=COMMUNITY), by=OFFICE
    )
    actions.add_dwellings(group.pk, [actions.NewDwelling("1"), actions.NewDwelling("2")], by=OFFICE)
    client = desk_of(estate.worker)
    assert "2 户，采集 0" in text(client.get(AREA))
    assert text(client.get(f"/desk/grid/buildings/{group.pk}/")).count("grid-cell ") == 2
    assert client.get(f"/desk/grid/buildings/{estate.estate.pk}/").status_code == 404
