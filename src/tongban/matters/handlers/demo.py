"""The demo's services and a few sample cases, made by the same acts as real ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core.files import File
from django.utils import timezone

from tongban.foundation.parties import actions as parties
from tongban.foundation.parties.queries import (
    actor_of_account,
    demo_account,
    memberships_in_force,
    organisation_by_uscc,
    organisations_acted_for,
    with_membership,
)
from tongban.lib.actors import Actor
from tongban.lib.demo import load_demo
from tongban.lib.identifiers import synthetic_uscc
from tongban.lib.jurisdictions import current
from tongban.matters import actions
from tongban.matters.adapters import read_library
from tongban.matters.models import Case

SERVICE = "enterprise-resumption"
COUNTY = "510502"


class Firm(NamedTuple):
    """A sample company beside the one a visitor acts for, its head, and how far its case has come."""

    name: str
    name_en: str
    industry: str
    head: str
    region: str
    stage: str
    staff: int


FIRMS = (
    Firm("泸州酒城包装有限公司", "Luzhou Jiucheng Packaging Co., Ltd.", "纸制品业", "胡大明", "510502001", "some", 86),
    Firm("江阳区沱江食品厂", "Jiangyang Tuojiang Food Factory", "食品制造业", "范春兰", "510502002", "submitted", 140),
    Firm(
        "泸州长江机械有限公司",
        "Luzhou Changjiang Machinery Co., Ltd.",
        "通用设备制造业",
        "邹建华",
        "510502001",
        "ready",
        220,
    ),
    Firm(
        "江阳区蓝田物流有限公司",
        "Jiangyang Lantian Logistics Co., Ltd.",
        "道路运输业",
        "钟秀梅",
        "510502001",
        "granted",
        35,
    ),
)
SAMPLE_FILES = {
    "material.staff_list": "返岗职工花名册（样例）.xlsx", "material.prevention_plan": "疫情防控方案（样例）.docx",
    "material.emergency_plan": "应急预案（样例）.docx",
}  # fmt: skip
REVIEWERS = ("industry1", "health1", "labour1", "environment1", "emergency1", "market1", "decider1", "township1")


def sample_answers(staff: int, head: str) -> dict[str, Any]:
    """A complete application of a company with so many people."""
    start = timezone.localdate() + timedelta(days=3)
    returning = max(staff * 2 // 3, 1)
    return {
        "epidemic_contact.name": head, "epidemic_contact.phone": "0830-3110000", "epidemic_contact.team": True,
        "workforce.total": staff, "workforce.returning": returning, "workforce.local": returning,
        "workforce.elsewhere": 0, "workforce.key_areas": 0, "workforce.screened": True,
        "supplies.masks": returning * 10, "supplies.thermometers": 4, "supplies.disinfectant": 60,
        "premises.kind": "workshop", "premises.disinfection": "twice_daily", "premises.canteen": True, "premises.canteen_measures": ["staggered", "apart"],
        "premises.dormitory": False, "premises.isolation_rooms": 1, "safety.self_check": True,
        "resumption.start_date": start.isoformat(),
        "resumption.plan": "专人负责；进出测温并登记；每天通风三次、消毒两次；发热人员先隔离，并立即报告社区和疾控机构。",
        "promise.prevention": True, "promise.truth": True, "promise.signer": head,
    }  # fmt: skip


@load_demo.answer
def load_services_and_cases(by: Actor) -> None:
    """The shipped services everywhere; sample cases in the demo county only, and only once."""
    for folder in settings.DEFINITIONS_DIRS:
        actions.publish_library(read_library(folder), by=by)
    if current() != "j510500" or Case.objects.exists():
        return
    staff = {name: found for name in (*REVIEWERS, "decider2") if (found := staff_member(name)) is not None}
    if len(staff) < len(REVIEWERS):
        return  # the people of the demo are not there
    for number, firm in enumerate(FIRMS):
        _carry(_submitted(firm, number, by), firm.stage, staff)
    _returned(staff)


def staff_member(username: str) -> Actor | None:
    """A member of staff of the demo at their desk."""
    account = demo_account(username)
    if account is None or account.person_id is None:
        return None
    membership = memberships_in_force(account.person_id, timezone.localdate()).first()
    actor = actor_of_account(account, channel="web", second_factor=True)
    return with_membership(actor, membership) if membership else None


def _submitted(firm: Firm, number: int, by: Actor) -> Case:
    uscc = synthetic_uscc("91", 3000 + number)
    company = organisation_by_uscc(uscc)
    head = parties.register_person(
        parties.Particulars(name=firm.head, region_code=firm.region), source="sample", is_sample=True, by=by
    )
    if company is None:
        company = parties.create_organisation(
            parties.NewOrganisation(
                name=firm.name, kind="company", region_code=firm.region, uscc=uscc, name_en=firm.name_en,
                address="示例路 1 号", industry=firm.industry, source="sample", is_sample=True,
            ), legal_representative_id=head.pk, by=by,
        )  # fmt: skip
    applicant = Actor(kind="person", channel="web", name=firm.head, person_id=head.pk, assurance=5)
    return _apply(company.pk, sample_answers(firm.staff, firm.head), applicant)


def sample_files(case: Case, names: Mapping[str, str], by: Actor) -> dict[str, list[str]]:
    """The samples that lie beside the definition, sent in by this applicant."""
    found: dict[str, list[str]] = {}
    for element, name in names.items():
        for folder in settings.DEFINITIONS_DIRS:
            path = folder / case.definition.code / "files" / name
            if path.exists():
                with path.open("rb") as file:
                    found[element] = [str(actions.send_file(case.pk, File(file, name=name), by=by).pk)]
    return found


def _apply(company_id: Any, answers: Mapping[str, Any], applicant: Actor) -> Case:
    case = actions.start_draft(SERVICE, organisation_id=company_id, by=applicant)
    actions.save_answers(case.pk, {**answers, **sample_files(case, SAMPLE_FILES, applicant)}, by=applicant)
    return actions.submit_case(case.pk, by=applicant)


def _carry(case: Case, stage: str, staff: Mapping[str, Actor]) -> None:
    """Let departments and the deciding office act as far as ``stage``."""
    reviewers = {"submitted": (), "some": REVIEWERS[:3]}.get(stage, REVIEWERS)
    for username in reviewers:
        actions.review_case(case.pk, opinion="approved", text="材料齐全，措施可行。", by=staff[username])
    if stage == "granted":
        actions.decide_case(case.pk, outcome="granted", by=staff["decider1"])


def _returned(staff: Mapping[str, Actor]) -> None:
    """The visitor's own company has a case that waits for corrections."""
    account = demo_account("owner")
    owner = actor_of_account(account, channel="web", second_factor=False) if account else None
    companies = organisations_acted_for(owner) if owner else []
    if owner is None or not companies:
        return
    case = _apply(companies[0].pk, sample_answers(46, owner.name), owner)
    for username in REVIEWERS:
        wrong = username == "emergency1"
        text = "请补充开工前自查发现的隐患和整改情况。" if wrong else "材料齐全，措施可行。"
        actions.review_case(case.pk, opinion="correction" if wrong else "approved", text=text, by=staff[username])
    actions.return_for_correction(case.pk, by=staff["decider1"])
