"""A county with eight departments, a company, and the shipped service published."""

from __future__ import annotations

import io
import secrets
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from django.core.files.base import ContentFile
from django.utils import timezone

from tongban.foundation.documents import actions as documents
from tongban.foundation.documents.hooks import MATERIAL
from tongban.foundation.documents.models import Document
from tongban.foundation.parties.models import Mandate, Organisation, Person, Unit
from tongban.lib import capabilities
from tongban.lib.actors import Actor, system
from tongban.lib.identifiers import synthetic_uscc
from tongban.lib.ids import uuid7
from tongban.matters import actions
from tongban.matters.adapters import read_library
from tongban.matters.models import Case

DEFINITIONS = Path(__file__).parents[4] / "definitions"
SERVICE = "enterprise-resumption"
UNITS = ("industry", "health", "labour", "environment", "emergency", "market", "approval")
HOUSE = system("tests")


def pdf(mark: bytes = b"") -> bytes:
    """A minimal PDF; ``mark`` makes it another one."""
    body = b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    return b"%PDF-1.7\n" + body + b"%" + mark.hex().encode() + b"\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"


def workbook(rows: list[list[str]]) -> bytes:
    """A minimal Excel workbook."""
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>" for row in rows
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/workbook.xml", "<workbook/>")
        made.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{cells}</sheetData></worksheet>")
    return out.getvalue()


def a_file(
    name: str = "返岗职工花名册.xlsx", content: bytes = b"", *, owner: Any = None, by: Actor = HOUSE
) -> Document:
    """A document nobody used yet; of its own contents unless some are given."""
    content = content or workbook([["姓名", "岗位", "返回地"], [secrets.token_hex(4), "店员", "本市"]])
    return documents.store_upload(ContentFile(content, name=name), purpose=MATERIAL, owner=owner, by=by)


def materials_of(company: Organisation) -> dict[str, list[str]]:
    """What the shipped example hands in, as fresh documents of the company."""
    owner = ("organisation", company.pk)
    return {
        "material.staff_list": [str(a_file(owner=owner).pk)],
        "material.emergency_plan": [str(a_file("应急预案.pdf", pdf(secrets.token_bytes(8)), owner=owner).pk)],
    }


def complete_answers() -> dict[str, Any]:
    """The first shipped example, from a day that is never past, with fresh documents of the example's company."""
    company = Organisation.objects.get(uscc=synthetic_uscc("91", 2020))
    text = (DEFINITIONS / SERVICE / "examples.yaml").read_text("utf-8")
    answers: dict[str, Any] = yaml.safe_load(text)["examples"][0]["given"]
    return (
        answers
        | {"resumption.start_date": (timezone.localdate() + timedelta(days=3)).isoformat()}
        | materials_of(company)
    )


def staff(
    unit: Unit, role: str = "reviewer", *, name: str = "", region: str = "510502", person: Person | None = None
) -> Actor:
    """A member of staff with a second factor."""
    return Actor(
        kind="person", channel="web", name=name or f"{unit.name}{role}", person_id=person.pk if person else uuid7(),
        membership_id=uuid7(), role=role, unit_id=unit.pk, organisation_id=unit.organisation_id, region=region,
        assurance=5, second_factor=True, second_factor_at=timezone.now(), capabilities=capabilities.of_role(role),
    )  # fmt: skip


def person_actor(person: Person, *, assurance: int = 4) -> Actor:
    """A signed-in person."""
    return Actor(kind="person", channel="web", name=person.name, person_id=person.pk, assurance=assurance)


@dataclass
class County:
    """Everybody a case meets."""

    units: dict[str, Unit]
    company: Organisation
    owner: Person
    agent: Person
    stranger: Person
    reviewers: dict[str, Actor] = field(default_factory=dict)

    @property
    def applicant(self) -> Actor:
        return person_actor(self.owner)

    @property
    def decider(self) -> Actor:
        return staff(self.units["approval"], "decider", name="黄文博")

    def draft(self, by: Actor | None = None) -> Case:
        return actions.start_draft(SERVICE, organisation_id=self.company.pk, by=by or self.applicant)

    def submitted(self, **changes: Any) -> Case:
        case = self.draft()
        actions.save_answers(case.pk, complete_answers() | changes, by=self.applicant)
        return actions.submit_case(case.pk, by=self.applicant)

    def reviewed(self, **opinions: str) -> Case:
        case = self.submitted()
        for code, actor in self.reviewers.items():
            opinion = opinions.get(code, "approved")
            actions.review_case(
                case.pk, opinion=opinion, text="" if opinion == "approved" else f"{code}的理由", by=actor
            )
        case.refresh_from_db()
        return case

    def granted(self) -> Case:
        case = self.reviewed()
        actions.decide_case(case.pk, outcome="granted", by=self.decider)
        case.refresh_from_db()
        return case


def make_county() -> County:
    """Write the county into the current jurisdiction."""
    government = Organisation.objects.create(name="江阳区人民政府", kind="government", region_code="510502")
    units = {
        code: Unit.objects.create(organisation=government, name=f"{code}局", name_en=f"{code} office", kind="department",
                                  code=code, region_code="510502")
        for code in UNITS
    }  # fmt: skip
    units["township"] = Unit.objects.create(organisation=government, name="南城街道", name_en="Nancheng", kind="department",
                                            code="township", region_code="510502001")  # fmt: skip
    owner, agent, stranger = (Person.objects.create(name=name, assurance=3) for name in ("刘建国", "王丽华", "陈小雨"))
    company = Organisation.objects.create(
        name="江阳区春和商贸有限公司", kind="company", region_code="510502001006", uscc=synthetic_uscc("91", 2020),
        address="南城街道凤凰社区示例路 18 号", industry="零售业", legal_representative=owner,
    )  # fmt: skip
    today = timezone.localdate()
    Mandate.objects.create(organisation=company, agent=agent, may_sign=False, valid_from=today, valid_to=today,
                           accepted_at=timezone.now(), granted_by=owner.name)  # fmt: skip
    actions.publish_library(read_library(DEFINITIONS), by=HOUSE)
    county = County(units, company, owner, agent, stranger)
    for code, unit in units.items():
        role = "decider" if code == "approval" else "reviewer"
        region = "510502001" if code == "township" else "510502"
        county.reviewers[code] = staff(unit, role, region=region)
    return county
