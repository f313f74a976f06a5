"""One entry, many lists: filled from the facts, what is missing asked once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from tongban.applications.grid import actions, queries
from tongban.applications.grid.actions import NewExport
from tongban.applications.grid.rules.reports import COLUMNS, FILLABLE, REPORTS
from tongban.foundation.parties.actions import open_disclosure
from tongban.foundation.parties.models import ListLook, Person
from tongban.foundation.parties.tests.arrange import staff_of, unit_of
from tongban.foundation.registers.models import Residence
from tongban.foundation.registers.queries import KINDS
from tongban.foundation.registers.tests.arrange import COMMUNITY, NORTH, Estate, grid_worker, known_person
from tongban.lib.actors import Actor

Desk = Callable[[Actor], Client]
Refused = Callable[[str], Any]
FLOATING = "/desk/grid/reports/floating/"


def without_phone(number: int) -> Person:
    person = known_person(number)
    Person.objects.filter(pk=person.pk).update(phone="", phone_index=None, phone_tail_index=None)
    return person


def test_the_lists_are_made_of_known_columns() -> None:
    for report in REPORTS.values():
        assert set(report.columns) <= set(COLUMNS)
        assert set(report.kinds) <= set(KINDS)
    assert set(FILLABLE) <= set(COLUMNS)


def test_a_list_says_what_to_ask_and_one_answer_fills_them_all(
    estate: Estate, desk_of: Desk, django_assert_max_num_queries: Any
) -> None:
    row = estate.lives(1, "1-101", "floating")
    estate.lives(2, "1-102")
    without_phone(1)
    client = desk_of(estate.worker)
    assert FLOATING in client.get("/desk/grid/reports/").content.decode()
    with django_assert_max_num_queries(20):
        page = client.get(FLOATING).content.decode()
    assert "居民1" in page
    assert "居民2" not in page, "registered here"
    fill = f"/desk/grid/residences/{row.pk}/missing/"
    assert fill in page
    assert queries.what_is_missing(estate.worker, "floating", COMMUNITY) == [
        ("phone", 1),
        ("since", 1),
        ("employer", 1),
    ]
    assert "居民1" in client.get(f"{FLOATING}?missing=phone").content.decode()
    assert client.post(fill, {"phone": "1"}).status_code == 422
    assert client.post(fill, {"phone": ""}).status_code == 422
    typed = {"phone": "13900001111", "since": "2026-01-01", "employer": "示例商贸有限公司"}
    assert client.post(f"{fill}?next={FLOATING}", typed)["Location"] == FLOATING
    page = client.get("/desk/grid/reports/working/").content.decode()
    assert "示例商贸有限公司" in page, "another list has it"
    assert "139****1111" in page
    assert [n for _, n in queries.what_is_missing(estate.worker, "floating", COMMUNITY)] == [0, 0, 0]
    assert "示例商贸有限公司" in client.get(f"{FLOATING}?print=1").content.decode()
    assert ListLook.objects.filter(what="grid.report").count() == 4
    assert Residence.objects.get(pk=row.pk).confirmed_by == estate.worker.name


def test_what_is_known_is_not_overwritten_and_nobody_fills_elsewhere(
    estate: Estate, desk_of: Desk, refused: Refused
) -> None:
    row = estate.lives(1, "1-101", "floating")
    with refused("fact_known"):
        actions.fill_missing(row.pk, {"phone": "13900001111"}, by=estate.worker)
    with refused("fact_unknown"):
        actions.fill_missing(row.pk, {"name": "王五"}, by=estate.worker)
    with refused("nothing_filled"):
        actions.fill_missing(row.pk, {"phone": " "}, by=estate.worker)
    with refused("date_invalid"):
        actions.fill_missing(row.pk, {"employer": "示例商贸有限公司", "since": "gestern"}, by=estate.worker)
    assert queries.what_is_missing(estate.worker, "floating", COMMUNITY)[-1] == ("employer", 1), "all or none"
    elsewhere = grid_worker(NORTH, 88)
    with refused("not_found"):
        actions.fill_missing(row.pk, {"employer": "示例商贸有限公司"}, by=elsewhere)
    with refused("forbidden"):
        actions.fill_missing(
            row.pk, {"employer": "示例商贸有限公司"}, by=staff_of(unit_of("audit", "510502", 89), "auditor", 89)
        )
    client = desk_of(elsewhere)
    assert client.get(f"{FLOATING}?area={COMMUNITY}").status_code == 404
    assert client.get("/desk/grid/reports/nonsense/").status_code == 404
    assert client.get(f"/desk/grid/residences/{row.pk}/missing/").status_code == 404


def test_two_who_fill_in_one_person_lose_nothing_without_a_word(estate: Estate, desk_of: Desk) -> None:
    """The second one was told to fill in something, and what they had typed was gone."""
    row = estate.lives(1, "1-101", "floating")
    without_phone(1)
    first, fill = desk_of(estate.worker), f"/desk/grid/residences/{row.pk}/missing/"
    assert first.post(fill, {"phone": "13900001111", "employer": "示例商贸有限公司"}).status_code == 302
    answer = first.post(fill, {"phone": "13900002222", "employer": "示例学校", "since": "2026-01-01"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "手机号：现在是“139****1111”，您填的是“13900002222”" in page
    assert "工作单位：现在是“示例商贸有限公司”，您填的是“示例学校”" in page
    assert 'value="2026-01-01"' in page, "what is still missing stays as typed"
    assert "请至少填写一项" not in page
    assert Residence.objects.get(pk=row.pk).since is None, "nothing was written"
    assert "去更正" not in page, "that page has neither telephone nor employer"
    assert first.post(fill, {"since": "2026-01-01"}).status_code == 302
    assert "去更正" in first.post(fill, {"since": "2026-01-02"}).content.decode()


def test_a_list_leaves_the_house_like_any_other(estate: Estate, desk_of: Desk) -> None:
    estate.lives(1, "1-101", "floating")
    estate.lives(2, "1-102")
    second = staff_of(unit_of("board", "510502", 85), "decider", 85)
    assert (
        "流动人口登记表"
        in desk_of(estate.worker).get(f"/desk/grid/people/export/?area={COMMUNITY}&report=floating").content.decode()
    )
    typed = {"q": "", "which": "", "kind": "", "month": None, "report": "floating"}
    found = actions.ask_export(NewExport(COMMUNITY, typed, "省流动人口通知", "季度上报"), by=estate.worker)
    open_disclosure(found.pk, by=second)
    title, lines = actions.take_export(found.pk, by=estate.worker)
    assert "流动人口登记表" in title
    assert lines[0] == [COLUMNS[key].zh for key in REPORTS["floating"].columns]
    assert [line[0] for line in lines[1:]] == ["居民1"]
