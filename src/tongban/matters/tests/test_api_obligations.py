"""Promises, fees and the opening of a service by API: what the pages do, with their refusals."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from tongban.foundation.parties.models import ApiClient
from tongban.foundation.parties.tests.arrange import token_for
from tongban.lib.ids import uuid7
from tongban.matters import actions, hooks
from tongban.matters.models import Certificate, Definition
from tongban.matters.tests.arrange import SERVICE, County
from tongban.matters.tests.small import CODE, publish_small, submitted
from tongban.matters.tests.test_api import Caller, desk, program
from tongban.matters.tests.test_api_results import signed_in
from tongban.matters.tests.test_payments import BEFORE_DECISION, due, tell, waiting
from tongban.matters.tests.test_promises import on_word, overdue, owing, plan

__all__ = ["program"]


@pytest.fixture(autouse=True)
def in_a_demo(settings: Any) -> None:
    """Where the test provider is at work, and a desk opens without a second factor."""
    settings.DEMO = True


def test_a_material_is_handed_in_by_a_program(county: County, program: Caller, tmp_path: Path) -> None:
    case, promise = owing(county, tmp_path)
    [found] = program.get(f"/cases/{case.pk}/promises").json()
    assert (found["id"], found["kind"], found["state"], found["may"]) == (
        str(promise.pk),
        "material",
        "open",
        ["supply"],
    )
    assert found["due_on"] == promise.due_on.isoformat()
    path = f"/promises/{promise.pk}"
    assert program.send(f"{path}/supply", {"documents": []}).status_code == 422
    assert program.send(f"{path}/supply", {"documents": [str(uuid7())]}).status_code == 422
    assert program.send(f"/promises/{uuid7()}/supply", {"documents": plan(county)}).status_code == 404
    assert signed_in(county.stranger).send(f"{path}/supply", {"documents": plan(county)}).status_code == 404
    assert signed_in(county.stranger).get(f"/cases/{case.pk}/promises").status_code == 404
    body = {"documents": plan(county)}
    kept = program.send(f"{path}/supply", body, key="plan-1")
    assert (kept.status_code, kept.json()["state"], kept.json()["may"]) == (200, "kept", [])
    assert program.send(f"{path}/supply", body, key="plan-1").json() == kept.json()
    assert program.send(f"{path}/supply", body).json()["code"] == "promise_settled"
    assert program.get("/promises").status_code == 403


def test_a_token_without_the_right_to_apply_hands_nothing_in(county: County, tmp_path: Path, program: Caller) -> None:
    _, promise = owing(county, tmp_path)
    client = ApiClient.objects.get()
    ApiClient.objects.update(capabilities=[hooks.APPLY, hooks.HEAR])
    client.refresh_from_db()
    listening = Caller(program.client, authorization=f"Bearer {token_for(client, hooks.HEAR)}")
    answer = listening.send(f"/promises/{promise.pk}/supply", {"documents": plan(county)})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_department_reports_and_the_office_breaks(county: County, settings: Any, tmp_path: Path) -> None:
    case, promise = on_word(county, tmp_path)
    health, other = desk(county, "health", "reviewer", settings), desk(county, "market", "reviewer", settings)
    decider = desk(county, "approval", "decider", settings)
    path = f"/promises/{promise.pk}"
    assert [one["id"] for one in health.get("/promises").json()] == [str(promise.pk)]
    assert health.get(path).json()["may"] == ["kept", "report"]
    assert (other.get(path).status_code, other.get("/promises").json()) == (404, [])
    assert other.send(f"{path}/kept", {"note": "看过"}).status_code == 403
    assert health.send(f"{path}/break", {"reason": "不属实"}).status_code == 403
    assert health.send(f"{path}/report", {"note": " "}).json()["field"] == "note"
    assert health.send(f"{path}/report", {"note": "场所与承诺不一致"}).status_code == 200
    assert decider.send(f"{path}/report", {"note": "再报"}).json()["code"] == "not_a_condition"
    done = decider.send(f"{path}/break", {"reason": "现场核查不属实"}).json()
    assert (done["state"], done["may"]) == ("broken", [])
    assert done["barred_until"]
    assert Certificate.objects.get(case=case).credential.revoked_at is not None
    assert decider.send(f"{path}/kept", {"note": "看过"}).json()["code"] == "promise_settled"


def test_a_check_finds_a_promise_kept(county: County, settings: Any, tmp_path: Path) -> None:
    _, promise = on_word(county, tmp_path)
    health = desk(county, "health", "reviewer", settings)
    assert health.send(f"/promises/{promise.pk}/kept", {"note": "现场一致"}).json()["state"] == "kept"


def test_a_material_is_not_broken_before_its_day(county: County, settings: Any, tmp_path: Path) -> None:
    _, promise = owing(county, tmp_path)
    decider = desk(county, "approval", "decider", settings)
    path = f"/promises/{promise.pk}"
    assert decider.get(path).json()["may"] == []
    assert decider.send(f"{path}/break", {"reason": "没交"}).json()["code"] == "promise_not_due"
    assert decider.send(f"{path}/kept", {"note": "看过"}).json()["code"] == "not_a_condition"
    overdue(promise)
    assert decider.get(path).json()["may"] == ["broken"]


def test_fees_at_the_desk(county: County, settings: Any, tmp_path: Path) -> None:
    publish_small(tmp_path, **BEFORE_DECISION)
    case, payment = waiting_for_decision(county)
    clerk, decider = desk(county, "approval", "clerk", settings), desk(county, "approval", "decider", settings)
    reviewer, path = desk(county, "health", "reviewer", settings), f"/fees/{payment.pk}"
    [found] = clerk.get("/fees").json()
    assert (found["number"], found["payer"], found["amount"], found["state"], found["may"]) == (
        case.number, county.company.name, 5000, "asked", ["window"],
    )  # fmt: skip
    assert decider.get(path).json()["may"] == ["window", "exempt"]
    assert (reviewer.get("/fees").status_code, reviewer.get(path).status_code) == (403, 403)
    assert clerk.get(f"/fees/{uuid7()}").status_code == 404
    assert clerk.send(f"{path}/waive", {"reason": "困难"}).status_code == 403
    assert decider.send(f"{path}/waive", {"reason": " "}).json()["code"] == "reason_missing"
    assert clerk.send(f"{path}/window", {"way": "gold", "receipt": "1"}).status_code == 422
    assert clerk.send(f"{path}/refund", {"reference": "1"}).json()["code"] == "not_to_refund"
    body = {"way": "pos", "receipt": "P-1"}
    paid = clerk.send(f"{path}/window", body, key="till-1")
    assert (paid.status_code, paid.json()["state"], paid.json()["receipt_number"]) == (200, "paid", "P-1")
    assert clerk.send(f"{path}/window", body, key="till-1").json() == paid.json()
    assert clerk.send(f"{path}/window", body).json()["code"] == "not_due"
    assert decider.send(f"{path}/waive", {"reason": "困难"}).json()["code"] == "not_due"
    actions.withdraw_case(case.pk, reason="不办了", by=county.applicant)
    assert clerk.get(path).json()["may"] == ["refund"]
    assert clerk.send(f"{path}/refund", {"reference": "TK-1"}).json()["state"] == "refunded"


def waiting_for_decision(county: County) -> Any:
    case = submitted(county)
    return case, due(case)


def test_a_fee_is_waived_by_rule_only(county: County, settings: Any, tmp_path: Path) -> None:
    publish_small(tmp_path / "one", **BEFORE_DECISION)
    _, payment = waiting_for_decision(county)
    decider = desk(county, "approval", "decider", settings)
    waived = decider.send(f"/fees/{payment.pk}/waive", {"reason": "小微企业"}).json()
    assert (waived["state"], waived["reason"], waived["may"]) == ("exempt", "小微企业", [])
    _, without_rule = waiting(county, tmp_path / "two")
    refused = decider.send(f"/fees/{without_rule.pk}/waive", {"reason": "困难"})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_exemption")
    tell(without_rule)
    assert decider.get(f"/fees/{without_rule.pk}").json()["way"] == "online"


def test_a_service_is_closed_opened_and_exported(county: County, settings: Any) -> None:
    administrator, clerk = (
        desk(county, "approval", "administrator", settings),
        desk(county, "approval", "clerk", settings),
    )
    path = f"/services/{SERVICE}"
    assert clerk.send(f"{path}/opening", {"is_open": False, "reason": "切换"}).status_code == 403
    assert (clerk.get(f"{path}/export").status_code, clerk.get(f"{path}/kept").status_code) == (403, 403)
    assert administrator.send(f"{path}/opening", {"is_open": False, "reason": " "}).json()["code"] == "reason_missing"
    assert administrator.send(f"/services/{CODE}/opening", {"is_open": False, "reason": "切换"}).status_code == 404
    body = {"is_open": False, "reason": "系统切换"}
    assert administrator.send(f"{path}/opening", body).json()["is_open"] is False
    assert administrator.send(f"{path}/opening", body).status_code == 200  # as it is: nothing more happens
    assert not Definition.objects.get(code=SERVICE).is_open
    assert administrator.get(f"{path}/kept").json() == {
        "code": SERVICE, "name": "企业复工复产", "version": 1, "is_open": False,
    }  # fmt: skip
    exported = administrator.get(f"{path}/export")
    assert (exported["Content-Type"], exported.content[:2]) == ("application/gzip", b"\x1f\x8b")
    assert f"{SERVICE}-v1.tar.gz" in exported["Content-Disposition"]
    archive = base64.b64encode(exported.content).decode()
    again = administrator.send("/publications", {"archive": archive, "in_flight": "move"})
    assert again.json()["code"] == "nothing_changed"
    assert administrator.send(f"{path}/opening", body | {"is_open": True}).json()["is_open"] is True
