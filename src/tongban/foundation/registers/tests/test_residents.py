"""Who lives where: recorded, confirmed, ended, seen, counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tongban.foundation.ledger.actions import erase_due
from tongban.foundation.parties.actions import request_correction, settle_correction
from tongban.foundation.parties.models import Look, Person
from tongban.foundation.parties.tests.arrange import actor_of, person_of, staff_of, unit_of
from tongban.foundation.registers import actions, queries
from tongban.foundation.registers.handlers.keeping import kept_for_a_time
from tongban.foundation.registers.models import Lease, Residence, Workplace
from tongban.foundation.registers.tests.arrange import COMMUNITY, NORTH, OFFICE, Estate, grid_worker, known_person
from tongban.lib.actors import system
from tongban.lib.facts import Fact, ask
from tongban.lib.identifiers import synthetic_id_number
from tongban.lib.ids import uuid7
from tongban.lib.jurisdictions import enter
from tongban.lib.words import T

pytestmark = pytest.mark.django_db
Refused = Callable[[str], Any]


@pytest.fixture
def estate() -> Estate:
    return Estate(grid_worker())


def test_a_residence_says_by_whom_and_when(estate: Estate) -> None:
    row = estate.lives(1, "1-101", since=date(2020, 1, 1), raw_address="示例小区7-1-101")
    assert (row.name, row.sex, row.birth_year, row.area_code) == ("居民1", "1", 1990, COMMUNITY + "001")
    assert (row.confirmed_by, row.source) == ("员工80", "grid")
    listed = estate.lives(2, "1-101", "floating", is_confirmed=False, source="list")
    assert listed.confirmed_at is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT raw_address FROM registers_residence WHERE id = %s", [row.pk])
        assert "示例".encode() not in bytes(cursor.fetchone()[0])


def test_every_way_a_residence_cannot_be(estate: Estate, refused: Refused) -> None:
    estate.lives(1, "1-101")
    for code, room, more in [
        ("registered_elsewhere", "1-102", {}),
        ("kind_unknown", "1-102", {"kind": "ghost"}), ("relation_unknown", "1-102", {"kind": "lodging", "relation": "77"}),
        ("date_ahead", "1-102", {"kind": "lodging", "since": timezone.localdate() + timedelta(days=1)}),
        ("household_elsewhere", "1-102", {"kind": "lodging", "household_id": uuid7()}),
        ("lease_of_tenants", "1-102", {"kind": "lodging", "lease_id": uuid7()}),
        ("lease_elsewhere", "1-102", {"kind": "tenant", "lease_id": uuid7()}),
    ]:  # fmt: skip
        with refused(code):
            estate.lives(1, room, **more)
    estate.lives(2, "1-101", "lodging")
    with refused("residence_exists"):
        estate.lives(2, "1-101", "lodging")
    with refused("not_found"):
        actions.record_residence(actions.NewResidence(uuid7(), estate.rooms["1-101"].pk, "lodging"), by=estate.worker)
    room = estate.rooms["1-201"]
    room.ended_on = date(2026, 1, 1)
    room.save()
    with refused("dwelling_gone"):
        estate.lives(3, "1-201")


def test_confirming_and_moving_out(estate: Estate, refused: Refused) -> None:
    row = estate.lives(1, "1-101", since=date(2026, 1, 1))
    assert actions.confirm_residence(row.pk, is_present=False, by=estate.worker).is_present is False
    assert actions.confirm_residence(row.pk, by=estate.worker).is_present is False, "nothing new was said"
    for day in (date(2025, 1, 1), timezone.localdate() + timedelta(days=1)):
        with refused("date_invalid"):
            actions.end_residence(row.pk, day, reason="搬走", by=estate.worker)
    actions.end_residence(row.pk, date(2026, 6, 1), reason="搬走", by=estate.worker)
    with refused("residence_ended"):
        actions.confirm_residence(row.pk, by=estate.worker)
    estate.lives(1, "1-102")
    assert Residence.objects.filter(person=known_person(1)).count() == 2, "history stays"


def test_who_works_elsewhere_neither_keeps_nor_sees(estate: Estate, refused: Refused) -> None:
    row = estate.lives(1, "1-101")
    north = grid_worker(NORTH, 81)
    clerk = staff_of(unit_of("window-9", "510502", 70), "clerk", 70)
    for by, code in ((north, "not_found"), (clerk, "forbidden"), (actor_of(person_of("李四", 2)), "forbidden")):
        for act in (
            lambda by=by: actions.confirm_residence(row.pk, by=by),
            lambda by=by: actions.end_residence(row.pk, date(2026, 1, 1), reason="搬走", by=by),
            lambda by=by: actions.record_residence(
                actions.NewResidence(row.person_id, row.dwelling_id, "lodging"), by=by
            ),
            lambda by=by: actions.form_household(row.dwelling_id, by=by),
            lambda by=by: actions.record_workplace(row.person_id, "某厂", by=by),
            lambda by=by: actions.open_resident(row.person_id, reason="走访", by=by),
            lambda by=by: queries.residents_visible_to(by, area=COMMUNITY),
            lambda by=by: queries.profile_of(by, area=COMMUNITY),
        ):
            with refused(code):
                act()
    assert not queries.residents_visible_to(north).exists()
    assert not queries.residents_of_dwelling(north, row.dwelling_id)
    assert not queries.residents_by_document(north, "resident_id", synthetic_id_number(date(1990, 1, 1), 1)).exists()
    assert not queries.residents_by_phone(north, "13800000001").exists()
    assert queries.profile_of(north).people == 0


def test_opening_a_person_leaves_a_look_the_person_sees(estate: Estate, refused: Refused) -> None:
    row = estate.lives(1, "1-101")
    with refused("reason_missing"):
        actions.open_resident(row.person_id, reason=" ", by=estate.worker)
    found = actions.open_resident(row.person_id, reason="入户走访", by=estate.worker)
    assert found.residences == [row]
    look = Look.objects.get()
    assert (look.person_id, look.actor_name, look.what, look.reason) == (
        row.person_id,
        "员工80",
        "registers.resident",
        "入户走访",
    )


def test_a_worker_sees_of_a_person_only_what_lies_in_the_own_area(estate: Estate) -> None:
    north = Estate(grid_worker(NORTH, 81), community=NORTH)
    estate.lives(1, "1-101")
    there = north.lives(1, "2-301", "floating")
    assert actions.open_resident(there.person_id, reason="走访", by=north.worker).residences == [there]


def test_people_are_found_by_name_number_and_phone(estate: Estate) -> None:
    row = estate.lives(1, "1-101")
    by = estate.worker
    for term in ("居民1", "jm", "jumin"):
        assert list(queries.residents_visible_to(by, term=term)) == [row], term
    assert list(queries.residents_visible_to(by, kind="tenant")) == []
    assert list(queries.residents_by_document(by, "resident_id", synthetic_id_number(date(1990, 1, 1), 1))) == [row]
    assert list(queries.residents_by_phone(by, "138 0000 0001")) == [row]


def test_households_have_one_head_and_a_number_of_their_own(estate: Estate, refused: Refused) -> None:
    by, room = estate.worker, estate.rooms["1-101"]
    household = actions.form_household(room.pk, number="H001", by=by)
    with refused("household_exists"):
        actions.form_household(estate.rooms["1-102"].pk, number="H001", by=by)
    with refused("kind_unknown"):
        actions.form_household(room.pk, kind="pack", by=by)
    estate.lives(1, "1-101", household_id=household.pk, relation="01")
    with refused("head_taken"):
        estate.lives(2, "1-101", household_id=household.pk, relation="01")
    estate.lives(3, "1-101", household_id=household.pk, relation="10")
    estate.lives(4, "1-101", "lodging")
    assert [one.name for one in queries.residents_of_dwelling(by, room.pk)] == ["居民1", "居民3", "居民4"]
    assert list(queries.households_of_dwelling(by, room.pk)) == [household]


def test_present_but_not_registered_and_registered_but_not_present(estate: Estate) -> None:
    by = estate.worker
    north = Estate(grid_worker(NORTH, 81), community=NORTH)
    estate.lives(1, "1-101")  # registered and living here
    estate.lives(2, "1-102", is_present=False)  # registered here, said to be away
    estate.lives(3, "1-201")  # registered here, recorded as living in the north
    north.lives(3, "1-101", "tenant")
    estate.lives(4, "1-202", "tenant")  # living here, registered nowhere we know
    estate.lives(5, "1-301", "abroad")
    estate.lives(6, "1-302")  # registered here, tenant in the same community
    estate.lives(6, "2-101", "tenant")
    assert [one.name for one in queries.present_not_registered(by)] == ["居民4"]
    assert [one.name for one in queries.registered_not_present(by)] == ["居民2", "居民3", "居民6"]
    assert [one.name for one in queries.present_not_registered(north.worker)] == ["居民3"]


def test_the_matrix_of_a_building(estate: Estate, django_assert_num_queries: Any) -> None:
    by = estate.worker
    for room in ("1-101", "1-102", "1-201", "1-202", "1-301", "2-101"):
        actions.visit_dwelling(estate.rooms[room].pk, by=by)
    estate.lives(1, "1-101")
    estate.lives(2, "1-102", is_present=False)
    estate.lives(3, "1-201", "floating")
    estate.lease("1-202", date(2026, 1, 1), date(2040, 1, 1))
    estate.lives(4, "1-301", "tenant")
    estate.lives(5, "1-302")  # on a list, but nobody was there yet
    with django_assert_num_queries(4):
        found = queries.building_matrix(by, estate.building.pk)
    assert (found.units, found.floors) == (["1", "2"], [3, 2, 1])
    states = {f"{unit}-{cell.mark}": cell.state for (_, unit), cells in found.cells.items() for cell in cells}
    assert states["1-101"] == "together"
    assert states["1-102"] == states["1-201"] == "apart"
    assert states["1-202"] == states["1-301"] == "rented"
    assert states["2-101"] == "vacant"
    assert states["1-302"] == "uncollected"
    assert found.counts == {"together": 1, "apart": 2, "rented": 2, "vacant": 1, "uncollected": 6}
    with pytest.raises(Exception, match="not_found"):
        queries.building_matrix(by, estate.estate.pk)


def test_a_community_in_numbers(estate: Estate, django_assert_num_queries: Any) -> None:
    by = estate.worker
    estate.lives(1, "1-101")
    estate.lives(2, "1-102", "tenant", is_confirmed=False)
    with django_assert_num_queries(1):
        found = queries.profile_of(by)
    assert (found.people, found.kinds, found.sexes) == (2, {"registered": 1, "tenant": 1}, {"1": 1, "2": 1})
    assert sum(found.ages) == 2
    assert found.ages[3] == 2, "born 1990: between 36 and 60"
    [fresh] = queries.freshness_of(by)
    assert (fresh.area_code, fresh.people, fresh.confirmed, fresh.share) == (COMMUNITY + "001", 2, 1, 0.5)
    assert [one.name for one in queries.to_confirm(by)] == ["居民2"]


def named(estate: Estate, *names: str) -> None:
    for place, name in enumerate(names):
        person = person_of(name, 50 + place)
        rooms = list(estate.rooms.values())
        new = actions.NewResidence(person.pk, rooms[place % len(rooms)].pk, "floating")
        actions.record_residence(new, by=estate.worker)


def test_the_first_who_answer_are_those_a_list_of_all_would_name(estate: Estate) -> None:
    named(estate, "王新", "王新华", "吴晓东", "曾国强", "Wx Brown", "万俟雪")
    by, north = estate.worker, grid_worker(NORTH, 81)
    city = replace(by, region=COMMUNITY[:4])
    for term in (
        "wx",
        "wxh",
        "wangxin",
        "w",
        "zgq",
        "zeng",
        "cengguo",
        "王",
        "王x",
        "brown",
        "wxbrown",
        "mqx",
        "-",
        "qqq",
    ):
        every = set(queries.residents_visible_to(by, term=term)) if term != "-" else set()
        assert set(queries.residents_named(by, term)) == set(queries.residents_named(city, term)) == every, term
        assert queries.residents_named(north, term) == [], term


def test_just_these_initials_come_before_longer_names(estate: Estate, django_assert_num_queries: Any) -> None:
    named(estate, "王新华", "吴晓东", "王新")
    with django_assert_num_queries(2):  # in a community all at once, then the few found
        found = queries.residents_named(estate.worker, "wx")
    city = replace(estate.worker, region=COMMUNITY[:4])
    with django_assert_num_queries(3):  # in a city by initials, by pinyin, then the few found
        assert queries.residents_named(city, "wx") == found
    assert [row.name for row in found] == ["王新", "王新华", "吴晓东"]
    assert [row.name for row in queries.residents_named(estate.worker, "wx", most=1)] == ["王新"]
    Residence.objects.filter(name="王新").update(until=date(2020, 1, 1))
    assert [row.name for row in queries.residents_named(estate.worker, "wx", most=2)] == ["王新华", "吴晓东"]


def test_a_page_of_a_city_lists_the_first_of_a_name_many_have(estate: Estate) -> None:
    named(estate, "王新华", "吴晓东", "王新", "王五")
    city = replace(estate.worker, region=COMMUNITY[:4])
    for term in ("wx", "王", "", "qqq"):
        every = list(queries.residents_visible_to(city, term=term))
        assert list(queries.residents_listed(city, term=term, most=10)) == every, term
    assert [row.name for row in queries.residents_listed(city, term="wx", most=1)] == ["王新"]
    assert len(queries.residents_listed(city, term="王", most=2)) == 2
    assert len(queries.residents_named(city, "王", most=1)) == 1
    assert len(queries.residents_listed(estate.worker, term="王", most=2)) == 3, "all of a community"
    assert not queries.residents_listed(city, term="王", kind="tenant", most=2)


def test_a_corrected_person_is_corrected_in_the_lists(estate: Estate) -> None:
    person = person_of("张三", 40)
    actions.record_residence(actions.NewResidence(person.pk, estate.rooms["1-101"].pk, "registered"), by=estate.worker)
    asked = request_correction("name", "章三丰", reason="登记错误", by=actor_of(person))
    settle_correction(asked.pk, accept=True, answer="核实无误", by=OFFICE)
    assert [one.name for one in queries.residents_visible_to(estate.worker, term="zsf")] == ["章三丰"]
    assert actions.refresh_copies(uuid7()) == 0


def test_where_somebody_lives_and_works_fills_forms(estate: Estate, refused: Refused) -> None:
    estate.lives(1, "1-101", is_present=False)
    estate.lives(1, "2-301", "tenant")
    person = known_person(1)
    with refused("employer_missing"):
        actions.record_workplace(person.pk, "", by=estate.worker)
    actions.record_workplace(person.pk, "示例机械厂", by=estate.worker)
    actions.record_workplace(person.pk, "示例机械厂", by=estate.worker)
    assert Workplace.objects.count() == 1
    subject, kept = ("person", person.pk), dict[Any, Any]()
    found = ask("person.address", subject, T("测试", "tests"), by=system("tests"), kept=kept)
    assert isinstance(found, Fact)
    assert (found.value, found.source.zh) == ("南城街道凤凰社区示例路18号示例小区7栋2单元301室", "社区实有人口库")
    assert found.refreshed_at is not None
    assert ask("person.employer", subject, T("测试", "tests"), by=system("tests"), kept=kept).value == "示例机械厂"  # type: ignore[union-attr]


def test_what_ended_two_years_ago_is_erased(estate: Estate) -> None:
    old, recent = estate.lives(1, "1-101"), estate.lives(2, "1-102")
    today = timezone.localdate()
    Residence.objects.filter(pk=old.pk).update(until=today - timedelta(days=800))
    Residence.objects.filter(pk=recent.pk).update(until=today - timedelta(days=100))
    erase_due()
    assert list(Residence.objects.all()) == [recent]


def test_no_list_walks_through_every_row(estate: Estate) -> None:
    """With sequential scans priced out the planner still finds an index for every list; without one it would show."""
    by = estate.worker
    rows = [
        queries.residents_visible_to(by), queries.residents_visible_to(by, term="jm"), queries.residents_by_phone(by, "13800000001"),
        queries.present_not_registered(by), queries.registered_not_present(by), queries.leases_visible_to(by),
        queries.leases_visible_to(by, ended=True), queries.to_confirm(by), queries.companies_at(by),
        queries.companies_matching(by, "sl"), Residence.objects.filter(dwelling=estate.rooms["1-101"], until__isnull=True),
        Lease.objects.filter(told_at__isnull=True, until__lt=timezone.localdate()),
        *(one.due(timezone.now()) for one in kept_for_a_time()),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for found in rows:
            plan = found[:50].explain()
            assert "Seq Scan" not in plan, plan


def test_another_jurisdiction_knows_nobody(estate: Estate, elsewhere: str) -> None:
    estate.lives(1, "1-101")
    with enter(elsewhere):
        assert not Residence.objects.exists()
        assert not Person.objects.exists()
