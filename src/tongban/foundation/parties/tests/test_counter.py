"""The counter and the operators: people, corrections, API clients, devices, through the pages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.models import ApiClient, Correction, Device, ListLook, Look, Person
from tongban.foundation.parties.queries.clients import client_of_secret
from tongban.foundation.parties.tests.arrange import actor_of, person_of, staff_of, unit_of
from tongban.foundation.parties.tests.test_pages import account_of, at_desk
from tongban.foundation.parties.tests.test_people import NUMBER
from tongban.lib import capabilities
from tongban.lib.words import T

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> Any:
    staff_of(unit_of("window"), "clerk", 90)
    return at_desk("user90")


@pytest.fixture
def operator() -> Any:
    staff_of(unit_of("data"), "operator", 80)
    return at_desk("user80")


def test_a_masked_list_and_a_record_opened_for_a_reason(clerk: Any, django_assert_max_num_queries: Any) -> None:
    person = person_of("单小明", 3)
    assert not ListLook.objects.exists()
    clerk.get("/people/")
    assert not ListLook.objects.exists()
    with django_assert_max_num_queries(17):
        page = clerk.get("/people/?q=sxm").content.decode()
    assert person.document_number not in page
    assert "138****0003" in page
    assert ListLook.objects.get().criteria == "sxm"
    assert person.document_number not in clerk.get(f"/people/{person.pk}/").content.decode()
    assert not Look.objects.exists()
    assert clerk.post(f"/people/{person.pk}/", {"reason": ""}).status_code == 422
    opened = clerk.post(f"/people/{person.pk}/", {"reason": "窗口办理"}).content.decode()
    assert person.document_number in opened
    assert queries.looks_at(actor_of(person)).get().reason == "窗口办理"


def test_recording_verifying_and_joining_at_the_counter(clerk: Any) -> None:
    typed = {"name": "老人家", "document_type": "resident_id", "document_number": NUMBER}
    assert clerk.post("/people/new/", typed | {"document_number": "1"}).status_code == 422
    assert clerk.post("/people/new/", typed).status_code == 302
    person = Person.objects.get(name="老人家")
    assert person.region_code == "510502"
    assert clerk.post(f"/people/{person.pk}/verify").status_code == 302
    assert clerk.post(f"/people/{person.pk}/log-in/", {"phone": "13800001234"}).status_code == 422
    account_of()
    assert clerk.post(f"/people/{person.pk}/log-in/", {"phone": "13800001234"}).status_code == 302
    person.refresh_from_db()
    assert (person.assurance, person.account.phone) == (5, "+8613800001234")


def test_settling_a_correction(clerk: Any) -> None:
    person = person_of("李四", 8)
    made = actions.request_correction("name", "李思", reason="登记时写错", by=actor_of(person))
    assert "李四" in clerk.get("/people/corrections/").content.decode()
    page = clerk.get(f"/people/corrections/{made.pk}/").content.decode()
    assert "李思" in page
    assert clerk.post(f"/people/corrections/{made.pk}/", {"accept": "yes"}).status_code == 422
    assert clerk.post(f"/people/corrections/{made.pk}/", {"accept": "yes", "answer": "属实"}).status_code == 302
    assert Correction.objects.get().is_accepted
    assert clerk.get(f"/people/corrections/{made.pk}/").status_code == 404
    assert Look.objects.get().what == "parties.correction"


@pytest.mark.parametrize("path", ["/people/", "/people/new/", "/people/corrections/", "/operations/clients/",
                                  "/operations/clients/new/", "/operations/devices/", "/operations/devices/new/"])  # fmt: skip
def test_each_page_has_its_people(path: str, visitor: Any) -> None:
    staff_of(unit_of("data"), "operator", 80)
    staff_of(unit_of("window", number=2), "clerk", 90)
    wanted, other = ("user90", "user80") if path.startswith("/people") else ("user80", "user90")
    client = at_desk(wanted)
    for language in ("zh-hans", "en"):
        client.cookies["tongban_language"] = language
        assert client.get(path).status_code == 200
    assert at_desk(other).get(path).status_code == 403
    assert visitor.get(path).status_code == 302


def test_an_api_client_through_the_pages(operator: Any) -> None:
    capabilities.declare("tests.page", T("测试", "Probe"), clients=True)
    try:
        organisation = unit_of("hospital", number=7).organisation_id
        typed = {"name": "医院接口", "organisation": str(organisation), "capabilities": ["tests.page"], "days": "30"}
        assert operator.post("/operations/clients/new/", typed | {"days": "0"}).status_code == 422
        for region in ("510502999", "99", "江阳区"):
            refused = operator.post("/operations/clients/new/", typed | {"region_code": region})
            assert (refused.status_code, ApiClient.objects.count()) == (422, 0)
        shown = operator.post("/operations/clients/new/", typed)
        assert shown["Cache-Control"] == "no-store"
        secret = re.search(r"tbc-[\w-]+", shown.content.decode())
        assert secret
        client = ApiClient.objects.get()
        assert str(client.pk) in shown.content.decode()
        assert client_of_secret(str(client.pk), secret.group()) == client
        assert secret.group() not in operator.get("/operations/clients/").content.decode()
        assert "旧密钥在此之前仍可用" in operator.post(f"/operations/clients/{client.pk}/rotate").content.decode()
        assert client_of_secret(str(client.pk), secret.group()) == client
        replaced = operator.post(f"/operations/clients/{client.pk}/replace")
        assert (replaced.status_code, replaced["Cache-Control"]) == (200, "no-store")
        assert client_of_secret(str(client.pk), secret.group()) is None
        assert operator.post(f"/operations/clients/{client.pk}/revoke").status_code == 302
        assert operator.post(f"/operations/clients/{client.pk}/rotate").status_code == 409
    finally:
        del capabilities.ALL["tests.page"]


def test_a_device_through_the_pages(operator: Any) -> None:
    unit = unit_of("hall", number=7)
    typed = {"name": "一号机", "kind": "kiosk", "unit": str(unit.pk)}
    shown = operator.post("/operations/devices/new/", typed).content.decode()
    device = Device.objects.get()
    assert "一号机" in shown
    assert operator.post(f"/operations/devices/{device.pk}/revoke").status_code == 302
    assert "已停用" in operator.get("/operations/devices/").content.decode()
