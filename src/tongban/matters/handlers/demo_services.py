"""Sample cases of the demo's other services: one granted on the spot for a person, one that waits for its experts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tongban.foundation.parties.queries import actor_of_account, demo_account, organisations_acted_for
from tongban.lib.actors import Actor
from tongban.lib.demo import load_demo
from tongban.lib.identifiers import synthetic_uscc
from tongban.lib.jurisdictions import current
from tongban.matters import actions
from tongban.matters.handlers.demo import sample_files, staff_member
from tongban.matters.models import Case

CARD, BUILDING = "social-card", "construction-permit"
PAPERS = {
    "material.construction_contract": "施工合同（样例）.pdf", "material.drawing_review": "施工图审查合格书（样例）.pdf",
    "material.safety_measures": "质量安全措施（样例）.pdf",
}  # fmt: skip


@load_demo.answer
def load_cases_of_other_services(by: Actor) -> None:
    """In the demo county only, each only once."""
    del by
    if current() != "j510500":
        return
    resident, owner = _applicant("resident"), _applicant("owner")
    if resident is not None and not Case.objects.filter(definition__code=CARD).exists():
        _new_card(resident)
    if owner is not None and not Case.objects.filter(definition__code=BUILDING).exists():
        _building(owner)


def _applicant(username: str) -> Actor | None:
    account = demo_account(username)
    return actor_of_account(account, channel="web", second_factor=False) if account else None


def _new_card(resident: Actor) -> None:
    """Granted at once: nothing but the form and what the registers know."""
    case = actions.start_draft(CARD, by=resident)
    answers: dict[str, Any] = {
        "social_card.reason": "damaged", "social_card.bank": "rural", "social_card.collect": "hall", "promise.truth": True,
    }  # fmt: skip
    actions.save_answers(case.pk, answers, by=resident)
    actions.submit_case(case.pk, by=resident)


def building_answers() -> dict[str, Any]:
    """A commercial building whose start lies ahead."""
    return {
        "project.name": "春和商贸综合楼", "project.address": "黄舣镇示例大道 8 号", "project.purpose": "commercial",
        "project.area": 4200, "project.price": 12_600_000, "project.planning_permit": "建字第 510502202600018 号（样例）",
        "project.start_date": (timezone.localdate() + timedelta(days=30)).isoformat(), "project.months": 14,
        "contractor.name": "泸州长江机械有限公司", "contractor.uscc": synthetic_uscc("91", 3002),
        "contractor.safety_officer": "邹建华", "project.high_risk": False, "promise.truth": True, "promise.signer": "刘建国",
    }  # fmt: skip


def _building(owner: Actor) -> None:
    """Accepted, one opinion given, and the clock stopped while experts review."""
    companies = organisations_acted_for(owner)
    staff = {name: found for name in ("decider1", "planning1", "housing1") if (found := staff_member(name)) is not None}
    if not companies or len(staff) < 3:
        return
    case = actions.start_draft(BUILDING, organisation_id=companies[0].pk, by=owner)
    actions.save_answers(case.pk, {**building_answers(), **sample_files(case, PAPERS, owner)}, by=owner)
    actions.submit_case(case.pk, by=owner)
    actions.accept_case(case.pk, by=staff["decider1"])
    actions.review_case(case.pk, opinion="approved", text="与规划许可一致。", by=staff["planning1"])
    ends = timezone.localdate() + timedelta(days=15)
    actions.begin_procedure(
        case.pk, kind="expert_review", reason="基坑支护方案需专家论证。", expected_by=ends, by=staff["housing1"]
    )
