"""The API does what the pages do: a company's program applies, the desk acts, everybody verifies."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tongban.foundation.exchange.models import OutboxMessage
from tongban.foundation.parties.models import Account, ApiClient, Look, Membership, Person
from tongban.foundation.parties.tests.arrange import seat, token_for
from tongban.matters import actions, hooks
from tongban.matters.models import Case
from tongban.matters.tests.arrange import SERVICE, County, complete_answers


class Caller:
    """One caller of the API; every write carries a fresh key unless told otherwise."""

    def __init__(self, client: Client, **headers: str) -> None:
        self.client, self.headers = client, {"host": "luzhou.localhost", "accept-language": "zh-hans"} | headers

    def get(self, path: str) -> Any:
        return self.client.get(f"/api{path}", headers=self.headers)

    def send(self, path: str, body: Any = None, *, key: str = "", method: str = "post") -> Any:
        headers = self.headers | {"idempotency-key": key or secrets.token_hex(8)}
        call = getattr(self.client, method)
        return call(f"/api{path}", body or {}, content_type="application/json", headers=headers)


@pytest.fixture
def program(county: County) -> Caller:
    """A program of the company with the right to apply."""
    erp = ApiClient.objects.create(
        name="ERP", organisation=county.company, secret_hash=b"", capabilities=[hooks.APPLY],
        expires_at=timezone.now() + timedelta(days=1), created_by="tests",
    )  # fmt: skip
    return Caller(Client(), authorization=f"Bearer {token_for(erp)}")


def desk(county: County, unit: str, role: str, settings: Any) -> Caller:
    """A member of staff at their desk, in a browser that calls the API."""
    settings.DEMO = True
    person = Person.objects.create(name=f"{unit}的{role}")
    client = Client()
    client.force_login(Account.objects.create(username=f"{unit}-{role}", person=person))
    membership = Membership.objects.create(
        person=person, unit=county.units[unit], role=role, region_code=county.units[unit].region_code,
        granted_by="tests", valid_from=timezone.localdate(),
    )  # fmt: skip
    seat(client, membership)
    return Caller(client)


def test_a_program_applies_the_desk_decides_and_anybody_verifies(
    county: County, program: Caller, settings: Any
) -> None:
    listed = program.get("/services").json()
    assert SERVICE in [one["code"] for one in listed]
    said = program.get(f"/services/{SERVICE}").json()
    assert said["version"] == 1
    assert said["content"]["form"]["screens"][0]["code"] == "company"
    begun = program.send("/cases", {"service": SERVICE, "answers": complete_answers(), "submit": True})
    assert begun.status_code == 201, begun.content.decode()
    case = begun.json()
    assert (case["state"], case["state_name"], len(case["opinions"])) == ("in_review", "审查中", 8)
    assert case["answers"]["enterprise.uscc"]["source"] == "filled"
    path = f"/cases/{case['id']}"
    assert program.get(path).json() == case  # what was answered at once is what stands
    for unit in county.units:
        office = desk(county, unit, "decider" if unit == "approval" else "reviewer", settings)
        done = office.send(f"{path}/review", {"opinion": "approved", "text": "可行"})
        assert done.status_code == 200, done.content.decode()
    decider = desk(county, "industry", "decider", settings)
    assert decider.send(f"{path}/decision", {"outcome": "granted"}).json()["code"] == "forbidden"
    session = Caller(Client())
    assert session.send(f"{path}/decision", {"outcome": "granted"}).status_code == 401
    account = Account.objects.get(username="approval-decider")
    session.client.force_login(account)
    seat(session.client, Membership.objects.get(person=account.person))
    assert session.send(f"{path}/decision", {"outcome": "granted"}).json()["outcome"] == "granted"
    certificate = program.get(f"{path}/certificate").json()
    verdict = Caller(Client()).send("/credentials/verify", {"code": certificate["code"]}).json()
    assert verdict["valid"] is True
    assert {"label": "证照名称", "value": certificate["title"]} in verdict["facts"]
    told = list(OutboxMessage.objects.order_by("time").values_list("type", flat=True))
    assert told == ["matters.case_submitted", "matters.case_decided"]
    assert program.get("/cases?state=granted").json()[0]["id"] == case["id"]


def test_the_same_key_twice_is_one_case(county: County, program: Caller) -> None:
    body = {"service": SERVICE, "answers": complete_answers(), "submit": True}
    first = program.send("/cases", body, key="one-and-only")
    again = program.send("/cases", body, key="one-and-only")
    assert first.json() == again.json()
    assert Case.objects.count() == 1


def test_a_refused_application_names_every_field_and_leaves_nothing(county: County, program: Caller) -> None:
    answers = complete_answers() | {"enterprise.uscc": "91999999MA00202000", "supplies.masks": 1}
    refused = program.send("/cases", {"service": SERVICE, "answers": answers, "submit": True})
    assert refused.status_code == 422
    assert {one["field"]: one["code"] for one in refused.json()["errors"]} == {
        "enterprise.uscc": "uscc_checksum", "supplies.masks": "too_few_masks",
    }  # fmt: skip
    assert Case.objects.count() == 0


@pytest.mark.parametrize("forged", [{"value": "x", "source": "filled"}, ["x"], 1.5, {"": None}, "\x00"])
def test_forged_provenance_and_wrong_shapes_are_refused(county: County, program: Caller, forged: Any) -> None:
    refused = program.send("/cases", {"service": SERVICE, "answers": {"enterprise.industry": forged}})
    assert refused.status_code in (400, 422)
    assert Case.objects.count() == 0


def test_a_draft_is_filled_in_submitted_and_withdrawn(county: County, program: Caller) -> None:
    case = program.send("/cases", {"service": SERVICE}).json()
    path = f"/cases/{case['id']}"
    assert program.send(f"{path}/submit").status_code == 422
    assert program.send(f"{path}/answers", {"answers": complete_answers()}, method="patch").status_code == 200
    assert program.send(f"{path}/submit").json()["number"].startswith("FGFC")
    assert program.send(f"{path}/withdraw", {"reason": "不办了"}).json()["state"] == "withdrawn"
    assert program.get(f"{path}/certificate").status_code == 404


def test_what_is_not_ones_own_is_not_there(county: County, program: Caller) -> None:
    other = ApiClient.objects.get()
    case = county.draft()
    ApiClient.objects.filter(pk=other.pk).update(organisation=county.units["health"].organisation)
    path = f"/cases/{case.pk}"
    assert program.get(path).status_code == 404
    for act, method in (("answers", "patch"), ("submit", "post"), ("withdraw", "post")):
        assert program.send(f"{path}/{act}", {"answers": {}}, method=method).status_code == 404
    assert program.get("/cases").json() == []


def test_a_case_opened_at_a_desk_is_seen_by_whom_it_concerns(county: County, settings: Any) -> None:
    case = county.submitted()
    office = desk(county, "health", "reviewer", settings)
    assert office.get(f"/cases/{case.pk}").status_code == 200
    look = Look.objects.get(person=county.owner)
    assert (look.what, look.case_number) == ("matters.case", case.number)
    actions.review_case(case.pk, opinion="correction", text="补", by=county.reviewers["market"])
    assert office.send(f"/cases/{case.pk}/return", {"note": "x"}).json()["code"] == "forbidden"


def test_a_token_narrowed_to_something_else_opens_no_case(county: County, program: Caller) -> None:
    case = county.submitted()
    for rights, status in (["exchange.subscribe"], 403), ([hooks.HEAR], 200), ([hooks.APPLY], 200):
        erp = ApiClient.objects.get()
        ApiClient.objects.update(capabilities=rights)
        erp.refresh_from_db()
        narrow = Caller(Client(), authorization=f"Bearer {token_for(erp)}")
        for path in ("/cases", f"/cases/{case.pk}", f"/cases/{case.pk}/papers", f"/cases/{case.pk}/promises"):
            answer = narrow.get(path)
            assert answer.status_code == status, path
            assert status == 200 or "matters.hear_cases" in answer.json()["message"]


def test_nothing_is_handed_in_before_it_was_begun(program: Caller, county: County) -> None:
    body = {"service": SERVICE, "answers": complete_answers(), "submit": True}
    given = program.send("/cases", body).json()
    assert given["history"][0]["at"] == given["started_at"] <= given["submitted_at"]


def test_a_companys_program_is_told_that_a_service_is_for_people(program: Caller) -> None:
    answer = program.send("/cases", {"service": "social-card", "submit": True})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "not_for_companies", "service")
