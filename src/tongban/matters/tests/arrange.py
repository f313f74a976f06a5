"""A county with eight departments, a company, and the shipped service published."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

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


def complete_answers() -> dict[str, Any]:
    """The first shipped example, from a day that is never past."""
    text = (DEFINITIONS / SERVICE / "examples.yaml").read_text("utf-8")
    answers: dict[str, Any] = yaml.safe_load(text)["examples"][0]["given"]
    return answers | {"resumption.start_date": (timezone.localdate() + timedelta(days=3)).isoformat()}


def staff(
    unit: Unit, role: str = "reviewer", *, name: str = "", region: str = "510502", person: Person | None = None
) -> Actor:
    """A member of staff with a second factor."""
    return Actor(
        kind="person", channel="web", name=name or f"{unit.name}{role}", person_id=person.pk if person else uuid7(),
        membership_id=uuid7(), role=role, unit_id=unit.pk, organisation_id=unit.organisation_id, region=region,
        assurance=5, second_factor=True, capabilities=capabilities.of_role(role),
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
    owner, agent, stranger = (Person.objects.create(name=name, assurance=4) for name in ("刘建国", "王丽华", "陈小雨"))
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
