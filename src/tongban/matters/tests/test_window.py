"""The window: identified, typed for, confirmed, handed on; never decided by whoever took it in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tongban.foundation.parties.hooks import send_code
from tongban.foundation.parties.models import Membership, Person
from tongban.lib.actors import Actor
from tongban.lib.identifiers import synthetic_id_number
from tongban.matters import actions, queries
from tongban.matters.actions import Visitor
from tongban.matters.models import Case, Intake
from tongban.matters.queries.window import acting_in, intakes_of
from tongban.matters.tests.arrange import County, person_actor, staff
from tongban.matters.tests.small import ANSWERS, CODE, publish_small

Refused = Callable[[str], Any]
NUMBER = synthetic_id_number(timezone.localdate().replace(year=1950, month=3, day=9), 7)
SEEN = "居民身份证原件"


def clerk_of(county: County, name: str = "周敏") -> Actor:
    person = Person.objects.create(name=name)
    unit = county.units["approval"]
    Membership.objects.create(person=person, unit=unit, role="clerk", region_code="510502", granted_by="tests",
                              valid_from=timezone.localdate())  # fmt: skip
    return staff(unit, "clerk", name=name, person=person)


def visitor(**changes: Any) -> Visitor:
    return Visitor(
        **{"name": "钱老大", "document_type": "resident_id", "document_number": NUMBER, "phone": "13800009999"}
        | changes
    )


def filled_in(clerk: Actor) -> Case:
    case = actions.take_in(CODE, visitor(), evidence=SEEN, by=clerk)
    actions.save_answers(case.pk, ANSWERS, by=acting_in(case.pk, clerk))
    return case


def test_a_clerk_takes_in_for_a_person_nobody_knew(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path)
    clerk, other = clerk_of(county), clerk_of(county, "何志强")
    with refused("forbidden"):
        actions.take_in(CODE, visitor(), evidence=SEEN, by=county.reviewers["health"])
    with refused("reason_missing"):
        actions.take_in(CODE, visitor(), evidence=" ", by=clerk)
    case = filled_in(clerk)
    person = Person.objects.get(name="钱老大")
    assert (case.person, case.name, case.channel, case.operator) == (person, "钱老大", "window", "周敏")
    assert (person.assurance, Intake.objects.get().evidence) == (5, SEEN)
    with refused("name_differs"):
        actions.take_in(CODE, visitor(name="钱老二"), evidence=SEEN, by=clerk)
    assert [one.case for one in intakes_of(clerk)] == [case]
    assert not intakes_of(other)
    assert acting_in(case.pk, other) is other
    with refused("not_found"):
        actions.save_answers(case.pk, ANSWERS, by=acting_in(case.pk, other))
    assert [one.title.en for one in queries.history_of(case, names=False)][:2] == [
        "Begun", "Taken in at the window, document seen",
    ]  # fmt: skip


def test_nothing_is_handed_in_without_the_applicant(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path)
    clerk = clerk_of(county)
    case = actions.take_in(CODE, visitor(), evidence=SEEN, by=clerk)
    with refused("incomplete"):
        actions.confirm_on_paper(case.pk, evidence="申请表已签字", by=clerk)
    actions.save_answers(case.pk, ANSWERS, by=acting_in(case.pk, clerk))
    with refused("not_confirmed"):
        actions.submit_case(case.pk, by=acting_in(case.pk, clerk))
    with refused("not_found"):
        actions.confirm_on_paper(case.pk, evidence="申请表已签字", by=clerk_of(county, "何志强"))
    handed_in = actions.confirm_on_paper(case.pk, evidence="申请表已签字", by=clerk)
    assert (handed_in.state, handed_in.submitted_by_id) == ("in_review", case.person_id)
    assert handed_in.intake.confirmed_how == "paper"
    # The applicant finds it later under their own name.
    assert list(queries.cases_of(person_actor(handed_in.person))) == [handed_in]


@pytest.fixture
def codes() -> Any:
    """Codes as they leave the house."""
    sent: list[str] = []

    def keep(*, phone: str, code: str, **rest: Any) -> None:
        sent.append(code)

    send_code.answer(keep)
    yield sent
    send_code.answers.remove(keep)


def test_a_code_confirms_what_it_was_sent_for(
    county: County, refused: Refused, tmp_path: Path, codes: list[str]
) -> None:  # fmt: skip
    publish_small(tmp_path)
    clerk = clerk_of(county)
    case = filled_in(clerk)
    with refused("code_expired"):
        actions.confirm_by_code(case.pk, "000000", by=clerk)
    actions.send_confirmation(case.pk, by=clerk)
    wrong = "000000" if codes[-1] != "000000" else "111111"
    for _ in range(5):
        with refused("code_wrong"):
            actions.confirm_by_code(case.pk, wrong, by=clerk)
    with refused("code_used_up"):
        actions.confirm_by_code(case.pk, codes[-1], by=clerk)
    actions.send_confirmation(case.pk, by=clerk)
    actions.save_answers(case.pk, ANSWERS | {"workforce.total": 15}, by=acting_in(case.pk, clerk))
    with refused("changed_meanwhile"):
        actions.confirm_by_code(case.pk, codes[-1], by=clerk)
    actions.send_confirmation(case.pk, by=clerk)
    Intake.objects.update(code_until=timezone.now() - timedelta(minutes=1))
    with refused("code_expired"):
        actions.confirm_by_code(case.pk, codes[-1], by=clerk)
    actions.send_confirmation(case.pk, by=clerk)
    assert actions.confirm_by_code(case.pk, codes[-1], by=clerk).state == "in_review"
    with refused("already_submitted"):
        actions.confirm_by_code(case.pk, codes[-1], by=clerk)


def test_who_took_it_in_never_decides(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path, acceptance={"by": "office"})
    clerk = clerk_of(county)
    case = filled_in(clerk)
    actions.confirm_on_paper(case.pk, evidence="申请表已签字", by=clerk)
    assert clerk.person_id is not None
    twice = Person.objects.get(pk=clerk.person_id)
    for unit, role, act in (
        ("approval", "decider", lambda by: actions.accept_case(case.pk, by=by)),
        ("approval", "clerk", lambda by: actions.accept_case(case.pk, by=by)),
    ):
        with refused("own_case"):
            act(staff(county.units[unit], role, person=twice))
    actions.accept_case(case.pk, by=county.decider)
    with refused("own_case"):
        actions.review_case(case.pk, opinion="approved", by=staff(county.units["health"], person=twice))
    with refused("forbidden"):
        actions.review_case(case.pk, opinion="approved", by=clerk)
    with refused("own_case"):
        actions.decide_case(case.pk, outcome="granted", by=staff(county.units["approval"], "decider", person=twice))


def test_a_case_is_handed_to_a_colleague(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path)
    clerk, other = clerk_of(county), clerk_of(county, "何志强")
    case = filled_in(clerk)
    with refused("not_a_colleague"):
        actions.hand_over(case.pk, county.owner.pk, by=clerk)
    assert other.person_id is not None
    actions.hand_over(case.pk, other.person_id, by=clerk)
    with refused("not_found"):
        actions.confirm_on_paper(case.pk, evidence="申请表已签字", by=clerk)
    assert actions.confirm_on_paper(case.pk, evidence="申请表已签字", by=other).state == "in_review"


def test_a_code_that_cannot_be_sent_is_said_on_the_page(
    county: County, sign_in: Callable[..., Any], tmp_path: Path
) -> None:  # fmt: skip
    publish_small(tmp_path)
    clerk = clerk_of(county)
    case = actions.take_in(CODE, visitor(phone=""), evidence=SEEN, by=clerk)
    Membership.objects.all().delete()  # the browser opens a desk of its own
    browser = sign_in(Person.objects.get(pk=clerk.person_id), "approval", "clerk")
    answer = browser.post(f"/window/{case.pk}/", {"act": "send"})
    assert answer.status_code == 422
    assert "没有登记手机号" in answer.content.decode()
