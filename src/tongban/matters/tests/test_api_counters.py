"""The API of the window and of publishing: what the pages do, with their refusals."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tongban.foundation.parties.hooks import send_code
from tongban.foundation.parties.models import Membership, Person
from tongban.lib.identifiers import synthetic_id_number, synthetic_uscc
from tongban.matters.models import Definition
from tongban.matters.queries.keeping import written_files
from tongban.matters.rules.bundles import write_bundle
from tongban.matters.tests.arrange import County
from tongban.matters.tests.small import ANSWERS, CODE, publish_small
from tongban.matters.tests.test_api import desk

NUMBER = synthetic_id_number(timezone.localdate().replace(year=1950, month=3, day=9), 7)
VISITOR = {
    "service": CODE,
    "name": "钱老大",
    "document_number": NUMBER,
    "phone": "13800009999",
    "evidence": "居民身份证原件",
}


@pytest.fixture
def codes() -> Iterator[list[str]]:
    """Codes as they leave the house."""
    sent: list[str] = []

    def keep(*, code: str, **rest: Any) -> None:
        sent.append(code)

    send_code.answer(keep)
    yield sent
    send_code.answers.remove(keep)


def test_a_clerk_takes_in_and_the_visitor_confirms(
    county: County, settings: Any, tmp_path: Path, codes: list[str]
) -> None:  # fmt: skip
    publish_small(tmp_path)
    clerk = desk(county, "approval", "clerk", settings)
    colleague = Person.objects.create(name="何志强")
    Membership.objects.create(person=colleague, unit=county.units["approval"], role="clerk", region_code="510502",
                              granted_by="tests", valid_from=timezone.localdate())  # fmt: skip
    assert desk(county, "health", "reviewer", settings).send("/window", VISITOR).status_code == 403
    assert clerk.send("/window", VISITOR | {"document_number": "1"}).json()["field"] == "document_number"
    begun = clerk.send("/window", VISITOR, key="visit-1")
    assert (begun.status_code, begun.json()["applicant"], begun.json()["capacity"]) == (201, "钱老大", "self")
    assert clerk.send("/window", VISITOR, key="visit-1").json() == begun.json()
    path = f"/window/{begun.json()['id']}"
    assert [one["id"] for one in clerk.get("/window").json()] == [begun.json()["id"]]
    assert clerk.send(f"{path}/confirm/paper", {"evidence": "已签字"}).json()["code"] == "incomplete"
    typed = clerk.send(f"{path}/answers", {"answers": ANSWERS}, method="patch")
    assert typed.json()["answers"]["workforce.total"]["value"] == 12
    assert clerk.send(f"{path}/code").status_code == 200
    wrong = "000000" if codes[-1] != "000000" else "111111"
    assert clerk.send(f"{path}/confirm/code", {"code": wrong}).json()["code"] == "code_wrong"
    done = clerk.send(f"{path}/confirm/code", {"code": codes[-1]})
    assert (done.json()["state"], done.json()["confirmed_how"]) == ("in_review", "code")
    assert clerk.send(f"{path}/hand-over", {"person_id": str(county.owner.pk)}).json()["code"] == "not_a_colleague"
    assert clerk.send(f"{path}/hand-over", {"person_id": str(colleague.pk)}).status_code == 200
    assert clerk.get(path).status_code == 404


def test_a_clerk_takes_in_for_others(county: County, settings: Any, tmp_path: Path) -> None:
    publish_small(tmp_path)
    clerk = desk(county, "approval", "clerk", settings)
    uscc = synthetic_uscc("91", 78)
    licence = {"uscc": uscc, "name": "柳荫纸品厂", "representative": "钱老大", "evidence": "营业执照副本原件"}
    assert desk(county, "health", "reviewer", settings).send("/window/companies", licence).status_code == 403
    assert clerk.send("/window", VISITOR | {"uscc": uscc}).json()["code"] == "company_unknown"
    said = clerk.send("/window/companies", licence)
    assert (said.status_code, "市场主体登记库查无此单位" in said.json()["said"]) == (201, True)
    until = (timezone.localdate() + timedelta(days=5)).isoformat()
    mandate = {"evidence": "授权委托书原件", "valid_to": until, "may_sign": True}
    assert clerk.send("/window", VISITOR | {"uscc": uscc}).json()["code"] == "mandate_missing"
    begun = clerk.send("/window", VISITOR | {"uscc": uscc, "mandate": mandate}).json()
    assert (begun["applicant"], begun["visitor"], begun["capacity"]) == ("柳荫纸品厂", "钱老大", "mandate")
    principal = {"name": "罗秀英", "document_number": synthetic_id_number(date(1950, 5, 2), 4)}
    begun = clerk.send("/window", VISITOR | {"principal": principal, "mandate": mandate}).json()
    assert (begun["applicant"], begun["visitor"], begun["capacity"]) == ("罗秀英", "钱老大", "mandate")
    unknown = clerk.send(f"/window/{begun['id']}/confirm/paper", {"evidence": "已签字", "page_id": begun["id"]})
    assert unknown.status_code == 404


def test_a_version_is_proposed_by_one_and_confirmed_by_another(county: County, settings: Any) -> None:
    one, two = (desk(county, unit, "administrator", settings) for unit in ("approval", "health"))
    clerk = desk(county, "approval", "clerk", settings)
    body = {"code": "social-card", "in_flight": "move"}
    assert clerk.send("/publications", body).status_code == 403
    assert clerk.get("/publications").status_code == 403
    assert one.send("/publications", body).json()["code"] == "nothing_changed"
    assert one.send("/publications", {}).json()["code"] == "not_a_choice"
    assert one.send("/publications", {"archive": "$"}).json()["code"] == "not_base64"
    no_archive = base64.b64encode(b"no archive").decode()
    assert one.send("/publications", {"archive": no_archive}).status_code == 422
    definition = Definition.objects.select_related("version").get(code="social-card")
    assert definition.version is not None
    files = written_files(definition.version)
    files["definition.yaml"] = files["definition.yaml"].replace("社会保障卡补换", "社会保障卡补办", 1)
    archive = base64.b64encode(write_bundle("social-card", files)).decode()
    made = one.send("/publications", {"archive": archive, "in_flight": "move"})
    assert made.status_code == 201, made.json()
    assert [change["after"] for change in made.json()["changes"]] == ["社会保障卡补办"]
    faulty = base64.b64encode(write_bundle("social-card", files | {"form.yaml": "screens: 1"})).decode()
    assert {error["code"] for error in one.send("/publications", {"archive": faulty}).json()["errors"]} == {
        "definition_faulty"
    }
    path = f"/publications/{made.json()['id']}"
    assert [found["id"] for found in two.get("/publications").json()] == [made.json()["id"]]
    assert two.get(path).json()["groups"] == []
    refused = one.send(f"{path}/confirm")
    assert refused.status_code == 403
    assert two.send(f"{path}/confirm").json()["state"] == "confirmed"
    assert two.send(f"{path}/withdraw").json()["code"] == "already_settled"
