"""The operators' pages, my data, and the API of registers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tongban.foundation.parties import actions as parties
from tongban.foundation.parties.tests.arrange import HOST, OFFICE, company_of, person_of, staff_of, token_for, unit_of
from tongban.foundation.parties.tests.test_pages import at_desk, signed_in
from tongban.foundation.registers import actions
from tongban.foundation.registers.models import CompanyRecord, Register, RegisterImport
from tongban.foundation.registers.tests.arrange import (
    COMMUNITY,
    COMPANY,
    NORTH,
    Estate,
    company_list,
    company_row,
    grid_worker,
    imported,
    operator,
    people_list,
    source,
)
from tongban.lib.identifiers import synthetic_id_number

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def desk() -> Client:
    operator()
    return at_desk("user90")


# ---- pages --------------------------------------------------------------------------------------------------------


def test_an_operator_sees_what_is_there_and_how_fresh(desk: Client) -> None:
    page = desk.get("/operations/registers/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "市场主体登记库" in text
    assert text.count("没有内容") == 3
    english = desk.get("/operations/registers/companies/", headers={"Accept-Language": "en"}).content.decode()
    for words in (
        "Company register",
        "State Council Decree 746",
        "no list has named them for 5 years",
        "Handling a service",
    ):
        assert words in english
    assert desk.get("/operations/registers/nonsense/").status_code == 404
    assert "登记库" in desk.get("/desk/").content.decode()


def test_a_list_is_tried_and_taken_over(desk: Client) -> None:
    upload = SimpleUploadedFile("名单.csv", company_list(company_row(), company_row(501).replace("200万元", "很多")))
    empty = desk.post("/operations/registers/companies/list/", {})
    assert empty.status_code == 422
    typed = {"file": upload, "source": "区市场监管局", "refreshed_on": "2026-11-01"}
    tried = desk.post("/operations/registers/companies/list/", typed)
    assert "新增 1 条" in tried.content.decode()
    assert "注册资本写成" in tried.content.decode()
    waiting = RegisterImport.objects.get()
    done = desk.post(f"/operations/registers/lists/{waiting.pk}/confirm")
    assert "新增 1 条" in done.content.decode()
    assert CompanyRecord.objects.get().uscc == COMPANY
    assert "2026-11-01" in desk.get("/operations/registers/companies/").content.decode()
    ahead = typed | {
        "file": SimpleUploadedFile("a.csv", b"x"),
        "refreshed_on": str(timezone.localdate() + timedelta(days=3)),
    }
    refused = desk.post("/operations/registers/companies/list/", ahead)
    assert refused.status_code == 422
    assert "清单日期不能晚于今天" in refused.content.decode()
    assert desk.get("/operations/registers/companies/list/template").content.startswith(b"\xef\xbb\xbf")
    assert desk.get("/operations/registers/residence/list/").status_code == 200


def test_switching_off_and_on(desk: Client) -> None:
    assert desk.post("/operations/registers/companies/switch", {}).status_code == 422
    assert desk.post("/operations/registers/companies/switch", {"reason": "来源维护"}).status_code == 302
    page = desk.get("/operations/registers/companies/").content.decode()
    assert "来源维护" in page
    assert "恢复使用" in page
    desk.post("/operations/registers/companies/switch", {"to": "on"})
    assert Register.objects.get().switched_off_at is None


def test_connecting_a_source(desk: Client) -> None:
    wrong = desk.post("/operations/registers/companies/connect", {"endpoint": "ftp://example.org"})
    assert wrong.status_code == 422
    assert "https://" in wrong.content.decode()
    desk.post("/operations/registers/companies/connect", {"endpoint": "https://example.org/x", "token": "t0ken"})
    page = desk.get("/operations/registers/companies/").content.decode()
    assert "实时查询" in page
    assert "t0ken" not in page


def test_pages_are_for_operators_only() -> None:
    staff_of(unit_of(), "reviewer", 5)
    client = at_desk("user5")
    for path in ("", "companies/", "companies/list/", "companies/list/template"):
        assert client.get(f"/operations/registers/{path}").status_code == 403


def test_the_scope_of_a_grid_shows_in_the_list_of_staff(communities: None) -> None:
    grid_worker(COMMUNITY + "002", 81)
    staff_of(unit_of("approval", "510502", 75), "administrator", 75, region="")
    page = at_desk("user75").get("/manage/staff/")
    assert page.status_code == 200
    assert "凤凰社区居委会 2 号网格" in page.content.decode()


def test_a_person_sees_what_is_held_and_who_asked() -> None:
    estate = Estate(grid_worker())
    imported("population", people_list(1), by=operator())
    person = person_of("张三", 1)
    actions.record_residence(actions.NewResidence(person.pk, estate.rooms["1-101"].pk, "registered"), by=estate.worker)
    actions.open_resident(person.pk, reason="入户走访", by=estate.worker)
    client = signed_in()
    page = client.get("/me/").content.decode()
    assert "人口基础信息库" in page
    assert "示例小区7栋1单元101室" in page
    assert "入户走访" in client.get("/me/looks/").content.decode()


# ---- the API ------------------------------------------------------------------------------------------------------


def program(*capabilities: str, region: str = "") -> Client:
    """A program of a company, with these capabilities."""
    owner = company_of(f"平台公司{len(capabilities)}", 900 + len(region) + len("".join(capabilities)))
    new = parties.NewClient("省平台", capabilities, region, 30)
    client, _ = parties.create_client(new, organisation_id=owner.pk, by=OFFICE)
    return Client(headers=HOST | {"authorization": f"Bearer {token_for(client)}"})


ASKED = {"uscc": COMPANY, "elements": ["enterprise.name", "enterprise.business_scope"], "purpose": "verification",
         "reason": "招标核验"}  # fmt: skip


def test_a_program_asks_for_facts() -> None:
    worker = operator()
    imported("companies", company_list(company_row()), by=worker)
    client = program("registers.read_facts")
    known, unknown = client.post("/api/registers/facts", ASKED, content_type=JSON).json()
    assert (known["state"], known["value"], known["register_code"]) == ("known", "示例商贸有限公司", "companies")
    assert known["legal_basis"]["zh"].startswith("《市场主体登记管理条例》")
    assert unknown == {"element": "enterprise.business_scope", "state": "unknown", "value": None, "register_code": "", "source": None,
                       "refreshed_at": None, "legal_basis": None, "unavailable_since": None}  # fmt: skip
    actions.switch_register("companies", off=True, reason="维护", by=worker)
    silent = client.post("/api/registers/facts", ASKED, content_type=JSON).json()[0]
    assert (silent["state"], silent["value"]) == ("unavailable", None)
    assert silent["unavailable_since"]
    rows = {row["code"]: row for row in client.get("/api/registers").json()}
    assert (rows["companies"]["is_available"], rows["population"]["is_available"]) == (False, True)
    for change, code in [({"purpose": "marketing"}, "purpose_not_allowed"), ({"uscc": "1"}, "uscc_length"),
                         ({"reason": " "}, "reason_missing"), ({"elements": ["x"]}, "element_unknown")]:  # fmt: skip
        refused = client.post("/api/registers/facts", ASKED | change, content_type=JSON)
        assert refused.json()["code"] == code


def test_a_live_source_that_fails_is_an_answer_not_an_error() -> None:
    with source([500]) as (url, _):
        actions.connect_register("companies", endpoint=url, token="", by=operator())
        answer = program("registers.read_facts").post("/api/registers/facts", ASKED, content_type=JSON)
    assert answer.status_code == 200
    assert {one["state"] for one in answer.json()} == {"unavailable"}


def test_who_may_not_ask() -> None:
    client = program("registers.view_places")
    answers = [client.post("/api/registers/facts", ASKED, content_type=JSON), client.get("/api/registers")]
    answers.append(program("registers.read_facts").get("/api/registers/places"))
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert Client(headers=HOST).post("/api/registers/facts", ASKED, content_type=JSON).status_code == 401


def test_the_address_tree_over_the_api() -> None:
    estate = Estate(grid_worker())
    actions.add_alias(estate.estate.pk, "机械厂宿舍", by=estate.worker)
    actions.give_code(("place", estate.grid.pk), "local", "51050200100601", by=estate.worker)
    client = program("registers.view_places", region=COMMUNITY[:6])
    [found] = client.get("/api/registers/places", {"q": "jxcss"}).json()
    assert found["name"] == "示例小区"
    detail = client.get(f"/api/registers/places/{found['id']}").json()
    assert (detail["aliases"], [part["name"] for part in detail["parts"]]) == (["机械厂宿舍"], ["7栋"])
    assert client.get(f"/api/registers/places/{estate.grid.pk}").json()["codes"][0]["code"] == "51050200100601"
    assert {one["level"] for one in client.get("/api/registers/places", {"area": COMMUNITY}).json()} == {
        "grid",
        "estate",
    }
    body = {"address": "机械厂宿舍七幢2-301"}
    read = client.post("/api/registers/addresses/find", body, content_type=JSON).json()
    assert (read["parts"]["building"], read["parts"]["room"]) == ("7", "301")
    assert [one["address"] for one in read["dwellings"]] == ["南城街道凤凰社区示例路18号示例小区7栋2单元301室"]
    assert client.get("/api/registers/places", {"area": "510503"}).status_code == 404
    other = program_elsewhere()
    assert other.get(f"/api/registers/places/{found['id']}").status_code == 404


def program_elsewhere() -> Client:
    owner = company_of("外区平台公司", 899)
    new = parties.NewClient("外区平台", ("registers.view_places",), NORTH, 30)
    client, _ = parties.create_client(new, organisation_id=owner.pk, by=OFFICE)
    return Client(headers=HOST | {"authorization": f"Bearer {token_for(client)}"})


def test_the_matrix_is_for_those_who_keep_residents() -> None:
    estate = Estate(grid_worker())
    path = f"/api/registers/buildings/{estate.building.pk}/matrix"
    found = at_desk("user80").get(path).json()
    assert (found["units"], found["floors"], found["counts"]) == (["1", "2"], [3, 2, 1], {"uncollected": 12})
    staff_of(unit_of("window-9", "510502", 70), "clerk", 70)
    assert at_desk("user70").get(path).status_code == 403
    grid_worker(NORTH, 81)
    assert at_desk("user81").get(path).status_code == 404


def test_a_person_cannot_be_found_by_a_program_outside_its_region() -> None:
    imported("population", people_list(1), by=operator())
    asked: dict[str, Any] = {
        "document_number": synthetic_id_number(date(1990, 1, 1), 1), "elements": ["person.name"], "purpose": "service", "reason": "核对",
    }  # fmt: skip
    here = program("registers.read_facts", region=COMMUNITY)
    assert here.post("/api/registers/facts", asked, content_type=JSON).json()[0]["value"] == "张三"
