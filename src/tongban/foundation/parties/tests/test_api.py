"""The API of parties: the same actions through another door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tongban.foundation.parties import actions
from tongban.foundation.parties.models import Membership
from tongban.foundation.parties.tests.arrange import company_of, person_of, staff_of, unit_of
from tongban.foundation.parties.tests.test_pages import at_desk, signed_in
from tongban.foundation.parties.tests.test_principals import operator
from tongban.lib.identifiers import synthetic_uscc

pytestmark = pytest.mark.django_db


def send(client: Client, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(
        path, body or {}, content_type="application/json", headers={"Idempotency-Key": f"test-{uuid4()}"}
    )


READING = ["/api/me", "/api/me/data", "/api/me/mandates", "/api/me/organisations", "/api/offices", "/api/memberships",
           "/api/units?code=health&region_code=510502"]  # fmt: skip


@pytest.mark.parametrize("path", READING)
def test_nobody_reads_without_a_credential(path: str, visitor: Client) -> None:
    answer = visitor.get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_first")


def test_me_and_my_data() -> None:
    person = person_of()
    client = signed_in()
    me = client.get("/api/me").json()
    assert (me["name"], me["person_id"], me["channel"], me["capabilities"]) == ("张三", str(person.pk), "api", [])
    names = [fact["name"]["en"] for fact in client.get("/api/me/data").json()["sections"][0]["facts"]]
    assert "Document" in names
    for path in ("/api/offices", "/api/memberships"):
        assert client.get(path).status_code == 403


def test_a_mandate() -> None:
    owner, agent = person_of(), person_of("王丽华", 2)
    company = company_of(representative=owner)
    client, other = signed_in(), signed_in("user2")
    today = timezone.localdate()
    body = {
        "agent_name": "王丽华", "document_type": "resident_id", "document_number": agent.document_number,
        "organisation_id": str(company.pk), "valid_from": str(today), "valid_to": str(today + timedelta(days=9)),
    }  # fmt: skip
    refused = send(client, "/api/me/mandates", body | {"document_number": "1"})
    assert (refused.status_code, refused.json()["field"]) == (422, "document_number")
    assert send(other, "/api/me/mandates", body).status_code == 403
    made = send(client, "/api/me/mandates", body)
    assert made.status_code == 201
    path = f"/api/me/mandates/{made.json()['id']}"
    assert send(client, f"{path}/accept").status_code == 404
    assert send(other, f"{path}/accept").json()["accepted_at"]
    assert send(other, f"{path}/accept").json()["code"] == "mandate_accepted"
    assert [o["name"] for o in other.get("/api/me/organisations").json()] == [company.name]
    assert send(client, f"{path}/withdraw").json()["withdrawn_at"]
    assert other.get("/api/me/organisations").json() == []
    assert len(client.get("/api/me/mandates").json()["given"]) == 1


def test_the_same_call_twice_makes_one_company() -> None:
    person_of()
    client = signed_in()
    body = {"name": "新开商贸", "uscc": synthetic_uscc("91", 800)}
    key = {"Idempotency-Key": f"test-{uuid4()}"}
    answers = [
        client.post("/api/me/organisations", body, content_type="application/json", headers=key) for _ in range(2)
    ]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]


def test_memberships() -> None:
    unit = unit_of()
    staff_of(unit, "organisation_manager", 71)
    person = person_of()
    client = at_desk("user71")
    body = {"person_id": str(person.pk), "unit_id": str(unit.pk), "role": "reviewer", "valid_from": "2026-01-01"}
    assert send(client, "/api/memberships", body | {"role": "auditor"}).json()["code"] == "role_not_yours"
    made = send(client, "/api/memberships", body)
    assert (made.status_code, made.json()["person_name"]) == (201, "张三")
    assert send(client, "/api/memberships", body).status_code == 409
    assert {m["person_name"] for m in client.get("/api/memberships?q=zs").json()} == {"张三"}
    assert client.get("/api/offices").json()[0]["name"] == unit.organisation.name
    path = f"/api/memberships/{made.json()['id']}/withdraw"
    assert send(client, path, {"reason": ""}).status_code == 422
    assert send(client, path, {"reason": "调离"}).json()["withdrawn_at"]
    assert Membership.objects.get(pk=made.json()["id"]).withdrawn_by == "员工71"


def test_the_unit_for_a_place() -> None:
    unit_of()
    person_of()
    client = signed_in()
    assert client.get("/api/units?code=health&region_code=510502001006").json()["code"] == "health"
    assert client.get("/api/units?code=health&region_code=5103").json() is None
    assert client.get("/api/units?code=health&region_code=x").status_code == 422


def test_a_device_gets_its_token_once(visitor: Client) -> None:
    by = operator()
    device, code = actions.enrol_device("机", "kiosk", unit_id=by.unit_id, by=by)
    answer = visitor.post("/api/devices/activate", {"code": code}, content_type="application/json")
    assert answer.status_code == 201
    assert answer.json()["device_id"] == str(device.pk)
    token = answer.json()["token"]
    me = visitor.get("/api/me", headers={"Authorization": f"Bearer {token}"}).json()
    assert me["kind"] == "device"
    again = visitor.post("/api/devices/activate", {"code": code}, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (422, "enrolment_code")
