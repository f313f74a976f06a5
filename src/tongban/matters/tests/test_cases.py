"""Cases: success, every refusal, the wrong person, twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from tongban.foundation.credentials.actions import verify
from tongban.foundation.ledger.queries import trail_of
from tongban.foundation.notifications.models import Message
from tongban.foundation.parties.models import Account, Mandate, Unit
from tongban.lib.actors import ANONYMOUS, Actor
from tongban.lib.facts import Fact, Unavailable, ask, facts_for
from tongban.lib.ids import uuid7
from tongban.lib.refusals import Refusals
from tongban.lib.words import T
from tongban.lib.working_days import add_working_days
from tongban.matters import actions, hooks, queries
from tongban.matters.models import Definition, Review
from tongban.matters.tests.arrange import (
    SERVICE,
    UNITS,
    County,
    complete_answers,
    person_actor,
)

Refused = Callable[[str], Any]


# ---- from draft to certificate ----------------------------------------------------------------------------------


def test_from_draft_to_a_certificate_that_verifies(county: County) -> None:
    case = county.granted()
    assert case.state == "granted"
    found = verify(case.certificate.credential.code)
    assert found.verdict.reason == "valid"
    assert "江阳区春和商贸有限公司" in [value for _, value in found.facts]
    assert [event.kind for event in case.events.order_by("at", "pk")] == [
        "started", "submitted", "accepted", *["reviewed"] * 8, "ready", "granted", "certified",
    ]  # fmt: skip


def test_everything_known_is_filled_in_with_its_source(county: County) -> None:
    case = county.draft()
    filled = {name: answer["value"] for name, answer in case.answers.items()}
    assert filled == {
        "enterprise.name": "江阳区春和商贸有限公司", "enterprise.uscc": county.company.uscc,
        "enterprise.address": "南城街道凤凰社区示例路 18 号", "enterprise.industry": "零售业",
        "enterprise.legal_representative": "刘建国",
    }  # fmt: skip
    assert {answer["source"] for answer in case.answers.values()} == {"filled"}
    actions.save_answers(case.pk, {"enterprise.industry": "批发业"}, screen="company", by=county.applicant)
    case.refresh_from_db()
    assert case.answers["enterprise.industry"]["source"] == "corrected"
    assert case.answers["enterprise.industry"]["from"]["en"] == "the company's record here"


@contextmanager
def register(answer: Callable[..., Any]) -> Iterator[None]:
    """A register that answers for as long as the block lasts."""
    others, facts_for.answers = facts_for.answers, [answer]
    try:
        yield
    finally:
        facts_for.answers = others


def test_a_register_answers_before_our_own_record_and_says_how_fresh_it_is(county: County) -> None:
    def companies(element: str, subject: Any, purpose: T, by: Any, kept: dict[Any, Any]) -> Fact | None:
        kept["asked"] = kept.get("asked", 0) + 1
        assert purpose.zh
        assert by == county.applicant
        if element != "enterprise.industry" or subject != ("organisation", county.company.pk):
            return None
        basis = T("依据", "basis")
        return Fact(
            "食品制造业", "companies", T("市场主体登记", "company register"), datetime(2026, 11, 1, tzinfo=UTC), basis
        )

    with register(companies):
        case = county.draft()
    answer = case.answers["enterprise.industry"]
    assert answer["value"] == "食品制造业"
    assert answer["from"]["zh"] == "市场主体登记"
    assert (answer["register"], answer["refreshed"], answer["basis"]["en"]) == ("companies", "2026-11-01", "basis")
    assert str(queries.origin(answer)) == "市场主体登记，2026-11-01 更新"


def test_the_form_survives_a_register_that_is_down(county: County) -> None:
    down = Unavailable("companies", T("市场主体登记", "company register"))
    with register(lambda **_: down):
        case = county.draft()
    assert case.answers["enterprise.industry"]["value"] == "零售业", "our own record fills in"
    silent = queries.silent_registers(case)
    assert silent["epidemic_contact.name"].zh == "市场主体登记"
    assert "enterprise.industry" not in silent


def test_a_fact_counts_before_another_registers_silence(county: County) -> None:
    fact = Fact("食品制造业", "companies", T("市场主体登记", "company register"))
    with register(lambda **_: Unavailable("other", T("甲", "A"))):
        facts_for.answers.append(lambda **_: fact)
        assert (
            ask("enterprise.industry", ("organisation", county.company.pk), T("甲", "A"), by=county.applicant) == fact
        )


def test_submission_opens_all_reviews_at_the_same_moment_and_sets_the_clock(county: County) -> None:
    case = county.submitted()
    reviews = queries.reviews_of(case)
    assert [review.unit_code for review in reviews] == [*UNITS, "township"]
    assert len({review.opened_at for review in reviews}) == 1
    assert case.due_on == add_working_days(timezone.now(), 2).date
    assert case.number == f"FGFC{timezone.localdate():%Y%m%d}0001"
    assert case.due_because[0]["zh"].endswith("：受理。")
    assert "共2个工作日" in case.due_because[1]["zh"]
    assert county.submitted().number == f"FGFC{timezone.localdate():%Y%m%d}0002"


def test_submitting_twice_is_one_case_with_one_number(county: County) -> None:
    case = county.submitted()
    again = actions.submit_case(case.pk, by=county.applicant)
    assert again.number == case.number
    assert case.events.filter(kind="submitted").count() == 1
    assert Review.objects.count() == 8


def test_the_applicant_is_told_at_each_step(county: County) -> None:
    Account.objects.create(username="owner", person=county.owner)
    case = county.granted()
    told = Message.objects.filter(person=county.owner, channel="in_app").order_by("created_at")
    assert [message.subject for message in told] == ["申请已收到", "准予复工复产"]
    assert case.number in told[0].body
    assert told[0].link == f"/cases/{case.pk}/"
    leaves = [step.leaf for step in trail_of("matters.case", case.pk)]
    assert f"/log/check#{leaves[0]}" in told[1].body  # of the decision
    assert any(f"/log/check#{leaf}" in told[0].body for leaf in leaves[1:])


# ---- who may ----------------------------------------------------------------------------------------------------


def test_who_has_no_mandate_neither_starts_nor_sees(county: County, refused: Refused) -> None:
    stranger = person_actor(county.stranger)
    with refused("forbidden"):
        county.draft(by=stranger)
    with refused("sign_in_first"):
        county.draft(by=ANONYMOUS)
    case = county.draft()
    for act in (
        lambda: actions.save_answers(case.pk, {}, by=stranger), lambda: actions.submit_case(case.pk, by=stranger),
        lambda: actions.withdraw_case(case.pk, by=stranger), lambda: queries.applicant_case(case.pk, stranger),
        lambda: actions.submit_case(uuid7(), by=county.applicant),
    ):  # fmt: skip
        with refused("not_found"):
            act()
    assert list(queries.cases_of(stranger)) == []


def test_the_agent_fills_in_and_the_legal_representative_signs(county: County, refused: Refused) -> None:
    agent = person_actor(county.agent)
    case = county.draft(by=agent)
    actions.save_answers(case.pk, complete_answers(), by=agent)
    with refused("forbidden"):
        actions.submit_case(case.pk, by=agent)
    assert actions.submit_case(case.pk, by=county.applicant).state == "in_review"
    assert list(queries.cases_of(agent)) == [case]


def test_an_agent_who_may_sign_submits_until_the_mandate_is_withdrawn(county: County, refused: Refused) -> None:
    Mandate.objects.update(may_sign=True)
    agent = person_actor(county.agent)
    case = county.draft(by=agent)
    actions.save_answers(case.pk, complete_answers(), by=agent)
    Mandate.objects.update(withdrawn_at=timezone.now())
    with refused("not_found"):
        actions.submit_case(case.pk, by=agent)


def test_starting_is_refused_where_it_cannot_end_well(county: County, refused: Refused) -> None:
    with refused("which_company"):
        actions.start_draft(SERVICE, by=county.applicant)
    with refused("not_found"):
        actions.start_draft("no-such-service", organisation_id=county.company.pk, by=county.applicant)
    with refused("assurance_too_low"):
        county.draft(by=replace(county.applicant, assurance=1))
    with refused("wrong_channel"):
        county.draft(by=replace(county.applicant, channel="cli"))
    with refused("forbidden"):
        county.draft(by=county.decider)
    Definition.objects.update(is_open=False)
    with refused("no_longer_open"):
        county.draft()


def test_a_company_keeps_a_bounded_number_of_drafts(county: County, refused: Refused) -> None:
    for _ in range(20):
        county.draft()
    with refused("too_many_drafts"):
        county.draft()


def test_a_program_of_the_company_applies_with_the_right_to(county: County, refused: Refused) -> None:
    program = Actor(kind="client", channel="api", name="ERP", organisation_id=county.company.pk, assurance=5,
                    second_factor=True, capabilities=frozenset({hooks.APPLY}))  # fmt: skip
    case = county.draft(by=program)
    actions.save_answers(case.pk, complete_answers(), by=program)
    with refused("forbidden"):
        actions.submit_case(case.pk, by=replace(program, capabilities=frozenset()))
    assert actions.submit_case(case.pk, by=program).channel == "api"
    with refused("forbidden"):
        county.draft(by=replace(program, organisation_id=uuid7()))


def test_a_place_without_a_department_refuses_and_writes_nothing(county: County, refused: Refused) -> None:
    Unit.objects.filter(code="township").update(is_active=False)
    case = county.draft()
    actions.save_answers(case.pk, complete_answers(), by=county.applicant)
    with refused("unit_missing"):
        actions.submit_case(case.pk, by=county.applicant)
    case.refresh_from_db()
    assert (case.state, case.number, case.reviews.count()) == ("draft", None, 0)


# ---- answers ----------------------------------------------------------------------------------------------------


def test_incomplete_answers_are_not_submitted_and_every_gap_is_named(county: County) -> None:
    case = county.draft()
    with pytest.raises(Refusals) as found:
        actions.submit_case(case.pk, by=county.applicant)
    fields = [refusal.field for refusal in found.value.refusals]
    assert fields[0] == "epidemic_contact.name"
    assert "promise.signer" in fields
    assert {refusal.code for refusal in found.value.refusals} == {"required"}


def test_save_for_later_keeps_half_a_screen_but_nothing_wrong(county: County, refused: Refused) -> None:
    case = county.draft()
    actions.save_answers(case.pk, {"workforce.total": "46"}, screen="workforce", complete=False, by=county.applicant)
    case.refresh_from_db()
    assert case.values["workforce.total"] == 46
    with refused("not_a_number"):
        actions.save_answers(
            case.pk, {"workforce.total": "many"}, screen="workforce", complete=False, by=county.applicant
        )
    with refused("unknown_element"):
        actions.save_answers(case.pk, {"workforce.secret": "1"}, by=county.applicant)
    with refused("unknown_screen"):
        actions.save_answers(case.pk, {}, screen="nowhere", by=county.applicant)
    case.refresh_from_db()
    assert case.values["workforce.total"] == 46


def test_a_hidden_questions_answer_is_dropped_also_when_it_was_stored(county: County) -> None:
    case = county.draft()
    shown = {"premises.kind": "shop", "premises.disinfection": "daily", "premises.canteen": "yes", "premises.canteen_measures": ["apart"],
             "premises.dormitory": "no"}  # fmt: skip
    actions.save_answers(case.pk, shown, screen="premises", by=county.applicant)
    case.refresh_from_db()
    assert case.values["premises.canteen_measures"] == ["apart"]
    actions.save_answers(case.pk, {"premises.canteen": "no"}, screen="premises", by=county.applicant)
    case.refresh_from_db()
    assert "premises.canteen_measures" not in case.values


def test_answers_do_not_change_after_submission(county: County, refused: Refused) -> None:
    case = county.submitted()
    with refused("already_submitted"):
        actions.save_answers(case.pk, {"workforce.total": 1}, by=county.applicant)


def test_answers_are_unreadable_in_the_database(county: County) -> None:
    from django.db import connection

    case = county.submitted()
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM matters_case WHERE id = %s", [case.pk])
        assert b"3110000" not in bytes(cursor.fetchone()[0])
