"""Acceptance, corrections told once, special procedures, extension, end, regimes and joins: with a small service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from tongban.lib.working_days import add_working_days
from tongban.matters import actions, queries
from tongban.matters.actions.acceptance import accept_by_silence
from tongban.matters.actions.decisions import end_uncorrected
from tongban.matters.models import Case, Decision, SpecialProcedure
from tongban.matters.queries.clocks import why_due
from tongban.matters.queries.desks import acts_open_to
from tongban.matters.tests.arrange import County, staff
from tongban.matters.tests.small import (
    BY_OFFICE,
    CODE,
    EXTENSION,
    LAW,
    PROCEDURES,
    party,
    publish_small,
    reviewed,
    submitted,
)

Refused = Callable[[str], Any]


def soon(days: int = 14) -> Any:
    return timezone.localdate() + timedelta(days=days)


# ---- acceptance -------------------------------------------------------------------------------------------------


def test_received_then_accepted_by_the_office_alone(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path, **BY_OFFICE)
    case = submitted(county)
    assert (case.state, case.due_on, case.reviews.count()) == ("received", None, 0)
    assert case.accept_by == add_working_days(timezone.localdate(), 5).date
    assert list(queries.cases_to_accept(county.decider)) == [case]
    assert acts_open_to(case, county.decider)[0] == "accept"
    assert acts_open_to(case, county.reviewers["health"]) == []
    for wrong in (county.reviewers["health"], staff(county.units["approval"], "auditor")):
        with refused("forbidden"):
            actions.accept_case(case.pk, by=wrong)
    with refused("own_case"):
        actions.accept_case(case.pk, by=staff(county.units["approval"], "decider", person=county.owner))
    accepted = actions.accept_case(case.pk, by=county.decider)
    assert (accepted.state, accepted.accept_by) == ("in_review", None)
    assert accepted.due_on == add_working_days(timezone.localdate(), 10).date
    assert accepted.reviews.count() == 2
    with refused("not_received"):
        actions.accept_case(case.pk, by=county.decider)
    with refused("not_received"):
        actions.decline_case(case.pk, reason="重复", by=county.decider)


def test_declined_with_a_reason_and_told(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path, **BY_OFFICE)
    case = submitted(county)
    with refused("reason_missing"):
        actions.decline_case(case.pk, reason=" ", by=county.decider)
    with refused("second_factor_stale"):
        actions.decline_case(case.pk, reason="不属于本机关", by=stale(county))
    declined = actions.decline_case(case.pk, reason="不属于本机关职权范围", by=county.decider)
    assert (declined.state, declined.closed_at is not None) == ("not_accepted", True)
    assert queries.history_of(declined, names=False)[-1].text == "不属于本机关职权范围"
    with refused("already_submitted"):
        actions.save_answers(case.pk, {"workforce.total": 3}, by=county.applicant)


def test_silence_accepts_from_the_day_received(county: County, tmp_path: Path) -> None:
    publish_small(tmp_path, **BY_OFFICE)
    case = submitted(county)
    accept_by_silence()
    case.refresh_from_db()
    assert case.state == "received"  # not before its day is over
    received = timezone.now() - timedelta(days=20)
    Case.objects.filter(pk=case.pk).update(accept_by=timezone.localdate() - timedelta(days=1), submitted_at=received)
    accept_by_silence()
    accept_by_silence()  # safe to run twice
    case.refresh_from_db()
    assert case.state == "in_review"
    assert case.due_on == add_working_days(received, 10).date
    accepted = case.events.get(kind="accepted")
    assert (accepted.actor_kind, "clock_at" in accepted.facts) == ("job", True)
    assert any("逾期未告知" in line.zh for clock in why_due(case) for line in clock.because)


# ---- corrections ------------------------------------------------------------------------------------------------


def test_what_is_missing_is_told_once(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path, **BY_OFFICE)
    case = submitted(county)
    with refused("reason_missing"):
        actions.return_for_correction(case.pk, note="", by=county.decider)
    returned = actions.return_for_correction(case.pk, note="缺授权书", by=county.decider)
    assert (returned.state, returned.accepted_at, returned.clock_stopped_at) == ("returned", None, None)
    actions.submit_case(case.pk, by=county.applicant)
    with refused("told_once"):
        actions.return_for_correction(case.pk, note="还缺图纸", by=county.decider)
    again = actions.return_for_correction(
        case.pk, note="还缺图纸", why_again="首次提交的图纸无法打开", by=county.decider
    )
    assert "首次提交的图纸无法打开" in again.events.filter(kind="returned").order_by("-at")[0].note


def test_what_is_not_corrected_in_time_ends(county: County, tmp_path: Path) -> None:
    publish_small(tmp_path, **BY_OFFICE)
    case = submitted(county)
    actions.return_for_correction(case.pk, note="缺授权书", by=county.decider)
    end_uncorrected()
    case.refresh_from_db()
    assert case.state == "returned"
    Case.objects.filter(pk=case.pk).update(correct_by=timezone.localdate() - timedelta(days=1))
    end_uncorrected()
    end_uncorrected()
    case.refresh_from_db()
    assert (case.state, case.events.filter(kind="terminated").count()) == ("terminated", 1)


def test_corrections_stop_the_clock_only_by_a_named_rule(county: County, tmp_path: Path) -> None:
    publish_small(tmp_path, clocks={"correction": {"days": 20, "stops_clock": LAW}})
    case = reviewed(county)
    actions.return_for_correction(case.pk, note="图纸缺页", by=county.decider)
    case.refresh_from_db()
    assert case.clock_stopped_at is not None
    actions.submit_case(case.pk, by=county.applicant)
    case.refresh_from_db()
    assert case.clock_stopped_at is None


# ---- special procedures -----------------------------------------------------------------------------------------


def test_a_hearing_stops_the_clock_and_decisions(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path, **PROCEDURES)
    case = reviewed(county)
    begin = {"kind": "hearing", "reason": "利害关系人申请听证", "expected_by": soon()}
    with refused("unknown_procedure"):
        actions.begin_procedure(case.pk, **begin | {"kind": "auction"}, by=county.decider)
    with refused("reason_missing"):
        actions.begin_procedure(case.pk, **begin | {"reason": ""}, by=county.decider)
    for day in (soon(-1), soon(61)):
        with refused("wrong_period"):
            actions.begin_procedure(case.pk, **begin | {"expected_by": day}, by=county.decider)
    with refused("wrong_unit"):
        actions.begin_procedure(case.pk, **begin, by=county.reviewers["labour"])
    with refused("no_procedure"):
        actions.end_procedure(case.pk, result="无", by=county.decider)
    actions.begin_procedure(case.pk, **begin, by=county.reviewers["health"])
    case.refresh_from_db()
    assert case.clock_stopped_at is not None
    assert acts_open_to(case, county.decider) == ["return", "terminate", "end_procedure"]
    with refused("procedure_open"):
        actions.begin_procedure(case.pk, **begin, by=county.decider)
    with refused("procedure_open"):
        actions.decide_case(case.pk, outcome="granted", by=county.decider)
    with refused("reason_missing"):
        actions.end_procedure(case.pk, result="", by=county.decider)
    actions.end_procedure(case.pk, result="听证会认为条件具备", by=county.decider)
    case.refresh_from_db()
    assert case.clock_stopped_at is None
    assert actions.decide_case(case.pk, outcome="granted", by=county.decider).outcome == "granted"
    with refused("not_ready"):
        actions.begin_procedure(case.pk, **begin, by=county.decider)


# ---- extension and end ------------------------------------------------------------------------------------------


def test_extended_once_before_its_day(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path, clocks=EXTENSION)
    case = submitted(county)
    before = case.due_on
    assert before is not None
    with refused("forbidden"):
        actions.extend_case(case.pk, reason="复杂", by=county.reviewers["health"])
    with refused("reason_missing"):
        actions.extend_case(case.pk, reason="", by=county.decider)
    with refused("second_factor_stale"):
        actions.extend_case(case.pk, reason="复杂", by=stale(county))
    extended = actions.extend_case(case.pk, reason="案情复杂，需要专家论证", by=county.decider)
    assert extended.due_on == add_working_days(before, 10).date
    with refused("already_extended"):
        actions.extend_case(case.pk, reason="再延", by=county.decider)
    late = submitted(county)
    Case.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    with refused("overdue"):
        actions.extend_case(late.pk, reason="晚了", by=county.decider)


def test_no_extension_where_the_definition_knows_none(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path)
    case = submitted(county)
    with refused("no_extension"):
        actions.extend_case(case.pk, reason="复杂", by=county.decider)


def test_ended_by_the_deciding_office_with_a_reason(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path, **PROCEDURES)
    case = submitted(county)
    actions.begin_procedure(case.pk, kind="hearing", reason="申请听证", expected_by=soon(), by=county.decider)
    with refused("forbidden"):
        actions.terminate_case(case.pk, reason="x", by=county.reviewers["health"])
    with refused("reason_missing"):
        actions.terminate_case(case.pk, reason="", by=county.decider)
    ended = actions.terminate_case(case.pk, reason="申请人注销", by=county.decider)
    assert ended.state == "terminated"
    assert not SpecialProcedure.objects.filter(case=case, ended_at__isnull=True).exists()
    assert not case.reviews.filter(state="open").exists()
    assert actions.terminate_case(case.pk, reason="再来", by=county.decider).state == "terminated"
    assert case.events.filter(kind="terminated").count() == 1
    with refused("case_closed"):
        actions.terminate_case(county.granted().pk, reason="晚了", by=county.decider)


# ---- regimes and joins ------------------------------------------------------------------------------------------


def regime(kind: str) -> dict[str, Any]:
    text = {"zh": "高风险期间暂不受理", "en": "Closed while the risk is high"}
    said = {"code": "now", "kind": kind, "title": text, "since": "2020-02-10", "reference": LAW, "message": text}
    return {"regimes": [said]}


def test_closed_for_now_is_refused_with_its_own_sentence(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path, **regime("closed"))
    with refused("regime_closed"):
        submitted(county)


def test_filed_at_once_and_looked_at_afterwards(county: County, tmp_path: Path) -> None:
    publish_small(tmp_path, **regime("filing"))
    case = submitted(county)
    assert (case.state, case.decision.outcome) == ("filed", "filed")
    assert case.certificate.number.startswith("XXXK")
    review = actions.review_case(case.pk, opinion="objected", text="现场与承诺不符", by=county.reviewers["health"])
    assert review.state == "objected"


def test_granted_at_once_by_rule(county: County, tmp_path: Path) -> None:
    decision = {"unit": "approval", "seal": {"zh": "审批局", "en": "Approval"}, "automatic": "workforce.total < 20"}
    publish_small(tmp_path, reviews={"parties": []}, decision=decision)
    assert submitted(county).state == "granted"
    assert submitted(county, **{"workforce.total": 30}).state == "ready"


def test_a_quorum_is_enough(county: County, tmp_path: Path) -> None:
    parties = [party(one) for one in ("health", "market", "labour")]
    publish_small(tmp_path, reviews={"join": "quorum", "quorum": 2, "parties": parties})
    case = submitted(county)
    for code in ("health", "market"):
        actions.review_case(case.pk, opinion="approved", by=county.reviewers[code])
    case.refresh_from_db()
    assert (case.state, case.reviews.get(unit_code="labour").state) == ("ready", "not_needed")


def test_no_quorum_but_everybody_has_spoken(county: County, tmp_path: Path) -> None:
    publish_small(tmp_path, reviews={"join": "quorum", "quorum": 2, "parties": [party("health"), party("market")]})
    case = submitted(county)
    actions.review_case(case.pk, opinion="objected", text="不行", by=county.reviewers["health"])
    actions.review_case(case.pk, opinion="approved", by=county.reviewers["market"])
    case.refresh_from_db()
    assert case.state == "ready"


def test_the_lead_has_the_last_word(county: County, tmp_path: Path) -> None:
    parties = [party("health"), party("market")]
    publish_small(tmp_path, reviews={"join": "lead", "lead": "market", "parties": parties})
    case = submitted(county)
    actions.review_case(case.pk, opinion="approved", by=county.reviewers["market"])
    case.refresh_from_db()
    assert (case.state, case.reviews.get(unit_code="health").state) == ("ready", "not_needed")


# ---- what was shown, and a second factor proved just now ------------------------------------------------------------


def stale(county: County) -> Any:
    return replace(county.decider, second_factor_at=timezone.now() - timedelta(hours=1))


def test_a_decision_needs_a_second_factor_proved_just_now(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path)
    case = reviewed(county)
    for by in (stale(county), replace(county.decider, second_factor_at=None)):
        with refused("second_factor_stale"):
            actions.decide_case(case.pk, outcome="granted", by=by)
    actions.decide_case(case.pk, outcome="granted", by=county.decider)
    with refused("second_factor_stale"):
        actions.revoke_certificate(case.pk, reason="有误", by=stale(county))
    with refused("second_factor_stale"):
        actions.terminate_case(submitted(county).pk, reason="有误", by=stale(county))


def test_what_changed_after_it_was_shown_is_refused(county: County, refused: Refused, tmp_path: Path) -> None:
    from tongban.matters.queries.shown import shown_of

    publish_small(tmp_path)
    case = submitted(county)
    before = str(shown_of(case))
    actions.review_case(case.pk, opinion="approved", shown=before, by=county.reviewers["health"])
    # One opinion more stops no other reviewer, who reads the same answers …
    actions.review_case(case.pk, opinion="approved", shown=before, by=county.reviewers["market"])
    with refused("changed_meanwhile"):  # … but a decision rests on the opinions, too
        actions.decide_case(case.pk, outcome="granted", shown=before, by=county.decider)
    case.refresh_from_db()
    now = shown_of(case)
    decision = actions.decide_case(case.pk, outcome="granted", shown=str(now), by=county.decider)
    assert decision.shown_hash == now.seal == Decision.objects.get().shown_hash
    other = submitted(county)
    shown = str(shown_of(other))
    other.answers = other.answers | {"workforce.total": {"value": 13, "source": "typed", "at": "2026-01-01"}}
    other.save(update_fields=["answers"])
    with refused("changed_meanwhile"):
        actions.review_case(other.pk, opinion="approved", shown=shown, by=county.reviewers["health"])


def test_the_service_is_found_by_its_code(county: County, tmp_path: Path) -> None:
    publish_small(tmp_path)
    assert queries.definition_by_code(CODE).title.en == "A small permit"
