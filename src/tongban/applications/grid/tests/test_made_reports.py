"""Lists offices make themselves: for their own area, at once, changed and dropped without losing a fact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tongban.applications.grid import actions, queries
from tongban.applications.grid.rules.reports import MOST_MADE, REPORTS, Report, as_kept, check_report, read_kept
from tongban.applications.grid.tests.test_api_lists import send
from tongban.foundation.parties.models import Disclosure, Unit
from tongban.foundation.parties.tests.arrange import staff_of, unit_of
from tongban.foundation.registers.queries import KINDS
from tongban.foundation.registers.tests.arrange import COMMUNITY, NORTH, Estate, grid_worker
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

Desk = Callable[[Actor], Client]
Refused = Callable[[str], Any]
LIST = Report(T("租户花名册", "Tenants"), ("phone", "dwelling"), ("tenant",), 18, 59)


@pytest.fixture
def office(db: None) -> Actor:
    """An office of the county that asks communities for lists."""
    return staff_of(unit_of("lists", "510502", 86), "decider", 86)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": T("表", "")}, "title_missing"), ({"columns": ()}, "columns_missing"), ({"columns": ("salary",)}, "choice_unknown"),
        ({"kinds": ("ghosts",)}, "choice_unknown"), ({"from_age": 60, "to_age": 18}, "ages_wrong"), ({"to_age": 200}, "ages_wrong"),
    ],
)  # fmt: skip
def test_what_a_list_needs(changes: dict[str, Any], code: str) -> None:
    given = {"title": LIST.title, "columns": LIST.columns, "kinds": LIST.kinds, "from_age": 18, "to_age": 59} | changes
    with pytest.raises(Refusal) as refused:
        check_report(Report(**given), KINDS)
    assert refused.value.code == code


def test_a_list_is_kept_as_it_was_said() -> None:
    checked = check_report(LIST, KINDS)
    assert checked.columns == ("name", "phone", "dwelling"), "in the order of the house, the name first"
    assert read_kept(as_kept(checked)) == checked


def test_an_office_makes_a_list_and_its_communities_have_it(
    estate: Estate, office: Actor, desk_of: Desk, refused: Refused
) -> None:
    estate.lives(1, "1-101", "tenant")
    estate.lives(2, "1-102")
    typed = {"title": "租户花名册", "columns": ["phone", "dwelling"], "kinds": ["tenant"]}
    desk = desk_of(office)
    assert desk.post("/desk/grid/lists/", typed | {"title": ""}).status_code == 422
    assert desk.post("/desk/grid/lists/", typed).status_code == 302
    [code] = queries.made_by(office)
    assert f"/desk/grid/lists/{code}/" in desk.get("/desk/grid/lists/").content.decode()
    worker = desk_of(estate.worker)
    assert "租户花名册" in worker.get("/desk/grid/reports/").content.decode()
    page = worker.get(f"/desk/grid/reports/{code}/").content.decode()
    assert "居民1" in page
    assert "居民2" not in page, "registered here"
    url = f"/desk/grid/people/export/?area={COMMUNITY}&report={code}"
    assert worker.post(url, {"basis": "租户登记工作方案", "reason": "租户登记"}).status_code == 302
    assert "租户花名册" in Disclosure.objects.get().subject["said"]
    desk = desk_of(office)
    assert desk.post(f"/desk/grid/lists/{code}/", typed | {"title": "租住人员花名册"}).status_code == 302
    assert str(queries.report_of(estate.worker, code).title.zh) == "租住人员花名册"
    assert desk.post(f"/desk/grid/lists/{code}/", {"what": "remove"}).status_code == 302
    with refused("not_found"):
        queries.report_of(estate.worker, code)
    with refused("not_found"):
        actions.remove_report(code, by=office)


def test_whose_list_it_is(estate: Estate, office: Actor, refused: Refused) -> None:
    code = actions.make_report(LIST, by=grid_worker(NORTH, 78))
    for act in (
        lambda: queries.report_of(estate.worker, code), lambda: queries.made_of(office, code),
        lambda: actions.make_report(LIST, code=code, by=office), lambda: actions.remove_report(code, by=office),
    ):  # fmt: skip
        with refused("not_found"):
            act()
    clerk = staff_of(unit_of("hall", "510502", 70), "clerk", 70)
    for forbidden in (
        lambda: actions.make_report(LIST, by=clerk), lambda: actions.remove_report(code, by=clerk), lambda: queries.made_by(clerk),
    ):  # fmt: skip
        with refused("forbidden"):
            forbidden()
    assert set(queries.reports_for(estate.worker)) == set(REPORTS)
    Unit.objects.filter(pk=office.unit_id).update(
        settings={"grid.reports": {f"own-{n}": as_kept(LIST) for n in range(MOST_MADE)}}
    )
    with refused("too_many_lists"):
        actions.make_report(LIST, by=office)


def test_two_of_one_office_do_not_make_the_same_list(office: Actor, desk_of: Desk, refused: Refused) -> None:
    code = actions.make_report(LIST, by=office)
    with refused("list_there_already"):
        actions.make_report(LIST, by=office)
    assert actions.make_report(LIST, code=code, by=office) == code, "saved again as it was"
    typed = {"title": "租户花名册 ", "columns": ["phone"]}
    answer = desk_of(office).post("/desk/grid/lists/", typed)
    assert answer.status_code == 422
    assert "已有同名的表" in answer.content.decode()
    assert list(queries.made_by(office)) == [code]


def test_over_the_api(estate: Estate, office: Actor, desk_of: Desk) -> None:
    body = {"title": {"zh": "租户花名册", "en": "Tenants"}, "columns": ["phone"], "kinds": ["tenant"]}
    desk = desk_of(office)
    assert send(desk, "/reports", body | {"columns": []}).json()["code"] == "columns_missing"
    made = send(desk, "/reports", body)
    assert (made.status_code, list(made.json()["columns"])) == (201, ["name", "phone"])
    path = f"/api/grid/reports/{made.json()['code']}"
    changed = desk.put(path, body | {"columns": ["birth"]}, content_type="application/json",
                       headers={"Idempotency-Key": "change-1"})  # fmt: skip
    assert list(changed.json()["columns"]) == ["name", "birth"]
    assert desk_of(estate.worker).get(path).json()["report"]["title"]["en"] == "Tenants"
    assert desk_of(grid_worker("510504001001", 78)).get(path).status_code == 404, "another county"
