"""Reviews, decisions, corrections, withdrawal and scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tongban.foundation.credentials.actions import verify
from tongban.foundation.parties.models import Unit
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import enter
from tongban.lib.working_days import add_working_days
from tongban.matters import actions, hooks, queries
from tongban.matters.models import Case, Decision
from tongban.matters.rules.cases import check_may_review
from tongban.matters.tests.arrange import (
    County,
    staff,
)

Refused = Callable[[str], Any]


@pytest.mark.parametrize(("state", "code"), [("not_needed", "not_needed"), ("approved", "already_reviewed")])
def test_a_department_not_needed_any_more_is_told_so(state: str, code: str, refused: Refused) -> None:
    with refused(code):
        check_may_review("in_review", state, "approved", "")


# ---- reviews ----------------------------------------------------------------------------------------------------


def test_only_the_named_departments_review_once_and_not_their_own(county: County, refused: Refused) -> None:
    case = county.submitted()
    health = county.reviewers["health"]
    review = actions.review_case(case.pk, opinion="approved", text="方案可行", by=health)
    assert (review.by_name, review.text, review.seen_hash) == (health.name, "方案可行", case.answers_hash)
    with refused("already_reviewed"):
        actions.review_case(case.pk, opinion="objected", text="改主意", by=health)
    other = Unit.objects.create(organisation=county.units["health"].organisation, name="文旅局", kind="department",
                                code="tourism", region_code="510502")  # fmt: skip
    with refused("wrong_unit"):
        actions.review_case(case.pk, opinion="approved", by=staff(other))
    with refused("own_case"):
        actions.review_case(case.pk, opinion="approved", by=staff(county.units["labour"], person=county.owner))
    with refused("own_case"):
        actions.review_case(case.pk, opinion="approved", by=staff(county.units["labour"], person=county.agent))
    with refused("forbidden"):
        actions.review_case(case.pk, opinion="approved", by=staff(county.units["labour"], "auditor"))
    with refused("forbidden"):
        actions.review_case(case.pk, opinion="approved", by=staff(county.units["labour"], region="510503"))
    with refused("second_factor_needed"):
        actions.review_case(case.pk, opinion="approved", by=replace(county.reviewers["labour"], second_factor=False))
    with refused("not_found"):
        actions.review_case(county.draft().pk, opinion="approved", by=health)


@pytest.mark.parametrize(
    ("opinion", "text", "code"),
    [("objected", " ", "reason_missing"), ("correction", "", "reason_missing"), ("maybe", "x", "not_a_choice"),
     ("approved", "字" * 2001, "too_long")],
)  # fmt: skip
def test_an_opinion_needs_what_it_needs(county: County, refused: Refused, opinion: str, text: str, code: str) -> None:
    case = county.submitted()
    with refused(code):
        actions.review_case(case.pk, opinion=opinion, text=text, by=county.reviewers["health"])


def test_opinions_cannot_change_after_the_decision(county: County, refused: Refused) -> None:
    case = county.granted()
    with refused("case_closed"):
        actions.review_case(case.pk, opinion="objected", text="晚了", by=county.reviewers["health"])


# ---- decisions --------------------------------------------------------------------------------------------------


def test_no_decision_before_all_reviews(county: County, refused: Refused) -> None:
    case = county.submitted()
    for code, reviewer in list(county.reviewers.items())[:-1]:
        with refused("reviews_open"):
            actions.decide_case(case.pk, outcome="granted", by=county.decider)
        actions.review_case(case.pk, opinion="approved", text=code, by=reviewer)
    with refused("reviews_open"):
        actions.return_for_correction(case.pk, note="补", by=county.decider)


def test_one_decision_by_the_office_that_decides(county: County, refused: Refused) -> None:
    case = county.reviewed()
    with refused("forbidden"):
        actions.decide_case(case.pk, outcome="granted", by=county.reviewers["health"])
    with refused("forbidden"):
        actions.decide_case(case.pk, outcome="granted", by=staff(county.units["health"], "decider"))
    with refused("forbidden"):
        actions.decide_case(case.pk, outcome="granted", by=replace(county.decider, region="510503"))
    with refused("own_case"):
        actions.decide_case(
            case.pk, outcome="granted", by=staff(county.units["approval"], "decider", person=county.owner)
        )
    with refused("not_a_choice"):
        actions.decide_case(case.pk, outcome="later", by=county.decider)
    with refused("reason_missing"):
        actions.decide_case(case.pk, outcome="refused", by=county.decider)
    decision = actions.decide_case(case.pk, outcome="refused", reason="隔离条件不具备", by=county.decider)
    assert (decision.outcome, decision.reason, decision.seen_hash) == ("refused", "隔离条件不具备", case.answers_hash)
    with refused("already_decided"):
        actions.decide_case(case.pk, outcome="granted", by=county.decider)
    assert Decision.objects.count() == 1
    assert not hasattr(Case.objects.get(pk=case.pk), "certificate")


def test_deciding_against_an_objection_needs_reasons(county: County, refused: Refused) -> None:
    case = county.reviewed(labour="objected")
    with refused("reason_missing"):
        actions.decide_case(case.pk, outcome="granted", by=county.decider)
    actions.decide_case(case.pk, outcome="granted", reason="已电话核实，用工情况正常", by=county.decider)


def test_the_decision_answers_its_hook_in_the_same_transaction(county: County) -> None:
    def fail(case_id: Any, outcome: str, by: Actor) -> None:
        raise RuntimeError("the answerer failed")

    case = county.reviewed()
    hooks.decided.answers.append(fail)
    try:
        with pytest.raises(RuntimeError, match="the answerer failed"):
            actions.decide_case(case.pk, outcome="granted", by=county.decider)
    finally:
        hooks.decided.answers.remove(fail)
    case.refresh_from_db()
    assert case.state == "ready"
    assert Decision.objects.count() == 0


# ---- corrections ------------------------------------------------------------------------------------------------


def test_a_correction_asks_once_keeps_valid_opinions_and_stops_the_clock(county: County, refused: Refused) -> None:
    case = county.reviewed(emergency="correction")
    with refused("corrections_open"):
        actions.decide_case(case.pk, outcome="granted", by=county.decider)
    actions.return_for_correction(case.pk, note="另请核对地址", by=county.decider)
    case.refresh_from_db()
    returned = case.events.get(kind="returned")
    assert returned.note == "emergency局：emergency的理由\n另请核对地址"
    with refused("not_ready"):
        actions.decide_case(case.pk, outcome="granted", by=county.decider)
    changes = {"safety.hazards": "电线已更换", "supplies.masks": 900}
    actions.save_answers(case.pk, changes, by=county.applicant)
    again = actions.submit_case(case.pk, by=county.applicant)
    states = {review.unit_code: review.state for review in queries.reviews_of(again)}
    # emergency asked; health and township look at the supplies that changed; the other five stay valid
    assert {code for code, state in states.items() if state == "open"} == {"emergency", "health", "township"}
    assert again.due_on == add_working_days(timezone.now(), 2).date
    for code in ("emergency", "health", "township"):
        actions.review_case(case.pk, opinion="approved", by=county.reviewers[code])
    assert actions.decide_case(case.pk, outcome="granted", by=county.decider).outcome == "granted"


def test_returning_needs_something_to_correct(county: County, refused: Refused) -> None:
    case = county.reviewed()
    with refused("reason_missing"):
        actions.return_for_correction(case.pk, note=" ", by=county.decider)
    actions.return_for_correction(case.pk, note="请写明楼层", by=county.decider)
    assert actions.submit_case(case.pk, by=county.applicant).state == "in_review"


# ---- withdrawal and revocation ----------------------------------------------------------------------------------


def test_withdrawn_before_the_decision_not_after(county: County, refused: Refused) -> None:
    case = county.submitted()
    assert actions.withdraw_case(case.pk, reason="不复工了", by=county.applicant).state == "withdrawn"
    assert actions.withdraw_case(case.pk, by=county.applicant).state == "withdrawn"
    with refused("case_closed"):
        actions.review_case(case.pk, opinion="approved", by=county.reviewers["health"])
    with refused("case_moved_on"):
        actions.submit_case(case.pk, by=county.applicant)
    with refused("not_ready"):
        actions.decide_case(case.pk, outcome="granted", by=county.decider)
    with refused("case_closed"):
        actions.withdraw_case(county.granted().pk, by=county.applicant)


def test_a_withdrawn_draft_leaves_no_answers(county: County) -> None:
    case = county.draft()
    actions.withdraw_case(case.pk, by=county.applicant)
    case.refresh_from_db()
    assert (case.state, case.answers) == ("withdrawn", {})


def test_a_revoked_certificate_shows_at_once(county: County, refused: Refused) -> None:
    case = county.granted()
    with refused("reason_missing"):
        actions.revoke_certificate(case.pk, reason="", by=county.decider)
    with refused("forbidden"):
        actions.revoke_certificate(case.pk, reason="x", by=county.reviewers["health"])
    actions.revoke_certificate(case.pk, reason="承诺不实", by=county.decider)
    actions.revoke_certificate(case.pk, reason="承诺不实", by=county.decider)
    assert verify(case.certificate.credential.code).verdict.reason == "revoked"
    assert case.events.filter(kind="revoked").count() == 1
    with refused("not_found"):
        actions.revoke_certificate(county.reviewed().pk, reason="x", by=county.decider)


# ---- scope ------------------------------------------------------------------------------------------------------


def test_staff_see_what_their_unit_and_region_handle(county: County, refused: Refused) -> None:
    case = county.submitted()
    county.draft()
    for actor in (county.reviewers["health"], county.decider, staff(county.units["health"], "auditor")):
        assert list(queries.cases_visible_to(actor)) == [case]
        assert queries.staff_case(case.pk, actor) == case
    elsewhere = staff(county.units["health"], region="510503")
    assert list(queries.cases_visible_to(elsewhere)) == []
    with refused("not_found"):
        queries.staff_case(case.pk, elsewhere)
    with refused("forbidden"):
        queries.cases_visible_to(county.applicant)
    assert queries.reviews_waiting(county.reviewers["health"]).count() == 1
    assert queries.reviews_waiting(elsewhere).count() == 0
    assert queries.reviews_waiting(replace(county.reviewers["health"], unit_id=None)).count() == 0
    assert queries.cases_to_decide(replace(county.decider, unit_id=None)).count() == 0


def test_nothing_leaks_into_another_jurisdiction(county: County, elsewhere: str, refused: Refused) -> None:
    case = county.granted()
    with enter(elsewhere):
        assert Case.objects.count() == 0
        assert list(queries.open_definitions()) == []
        with refused("not_found"):
            queries.applicant_case(case.pk, county.applicant)
        with refused("not_found"):
            queries.staff_case(case.pk, county.decider)
        with refused("not_found"):
            actions.decide_case(case.pk, outcome="granted", by=county.decider)
        with refused("not_found"):
            county.draft()


def test_the_history_says_who_has_it_and_until_when(county: County) -> None:
    case = county.submitted()
    moments = queries.history_of(case, names=False)
    (now,) = [moment for moment in moments if moment.state == "now"]
    assert str(now.title) == "8 个部门正在审查（共 8 个）"
    assert str(now.text).startswith("最迟")
    assert not any(county.owner.name in moment.by for moment in moments)
    granted = queries.history_of(county.granted(), names=True)
    assert [moment.state for moment in granted][-2:] == ["good", "good"]
    assert any("黄文博" in moment.by for moment in granted)


def test_an_overdue_case_turns_red(county: County) -> None:
    from tongban.matters.rules.cases import signal

    today = timezone.localdate()
    assert signal(None, today) == ""
    assert signal(add_working_days(today, 3).date, today) == "green"
    assert signal(today, today) == "yellow"
    assert signal(today - timedelta(days=1), today) == "red"
