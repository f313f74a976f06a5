"""Acting for somebody (代办): by a person's mandate, in their name, seen by them, ended at once when they say so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tongban.foundation.notifications.models import Message
from tongban.foundation.parties.hooks import my_data
from tongban.foundation.parties.models import Account, Look, Mandate, Person
from tongban.lib.actors import Actor
from tongban.matters import actions, queries
from tongban.matters.models import Case
from tongban.matters.queries.cases import concerned_with
from tongban.matters.queries.shown import shown_of
from tongban.matters.tests.arrange import County, person_actor, staff
from tongban.matters.tests.small import ANSWERS, CODE, publish_small

Refused = Callable[[str], Any]
SignIn = Callable[..., Client]


class Family:
    """A grandmother and the daughter who acts for her."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.mother = Person.objects.create(name="罗秀英", assurance=4, region_code="510502001")
        self.daughter = Person.objects.create(name="周敏华", assurance=4)
        for person in (self.mother, self.daughter):
            Account.objects.create(username=str(person.pk)[-12:], person=person)

    @property
    def agent(self) -> Actor:
        return person_actor(self.daughter)

    def mandate(self, **changes: Any) -> Mandate:
        today = timezone.localdate()
        said: dict[str, Any] = {
            "person": self.mother, "agent": self.daughter, "may_sign": True, "valid_from": today, "valid_to": today,
            "accepted_at": timezone.now(), "granted_by": self.mother.name,
        }  # fmt: skip
        return Mandate.objects.create(**(said | changes))

    def submitted(self) -> Case:
        case = actions.start_draft(CODE, person_id=self.mother.pk, by=self.agent)
        actions.save_answers(case.pk, ANSWERS, by=self.agent)
        return actions.submit_case(case.pk, by=self.agent)


@pytest.fixture
def family(county: County, tmp_path: Path) -> Family:
    publish_small(tmp_path)
    return Family(county)


def test_a_daughter_applies_for_her_mother(family: Family) -> None:
    mandate = family.mandate()
    case = family.submitted()
    assert (case.person, case.name, case.region_code) == (family.mother, "罗秀英", "510502001")
    assert (case.channel, case.operator, case.mandate_id) == ("agent", "周敏华", mandate.pk)
    assert (case.started_by, case.submitted_by) == (family.daughter, family.daughter)
    assert {one.channel for one in case.events.filter(kind__in=("started", "submitted"))} == {"agent"}
    for viewer in (family.agent, person_actor(family.mother)):
        assert list(queries.cases_of(viewer)) == [case]
        assert queries.applicant_case(case.pk, viewer) == case
    told = Message.objects.filter(channel="in_app").order_by("created_at").values_list("person_id", "subject")
    assert list(told) == [
        (family.mother.pk, "有人为您办事"), (family.mother.pk, told[1][1]), (family.daughter.pk, told[1][1]),
    ]  # fmt: skip
    assert Look.objects.get(person=family.mother).actor_name == "周敏华"
    assert concerned_with(case, staff(family.county.units["health"], person=family.daughter))


def test_no_mandate_no_case(family: Family, refused: Refused) -> None:
    today = timezone.localdate()
    for changes in (
        None, {"accepted_at": None}, {"withdrawn_at": timezone.now()}, {"services": ["another-service"]},
        {"valid_from": today - timedelta(days=9), "valid_to": today - timedelta(days=1)},
    ):  # fmt: skip
        if changes is not None:
            family.mandate(**changes)
        with refused("forbidden"):
            actions.start_draft(CODE, person_id=family.mother.pk, by=family.agent)
    assert not Case.objects.exists()


def test_a_service_that_takes_no_agents(family: Family, refused: Refused, tmp_path: Path) -> None:
    family.mandate()
    publish_small(tmp_path / "again", channels=["web", "window", "api"])
    with refused("wrong_channel"):
        actions.start_draft(CODE, person_id=family.mother.pk, by=family.agent)


def test_a_withdrawn_mandate_closes_everything_at_once(family: Family, refused: Refused, sign_in: SignIn) -> None:
    mandate = family.mandate()
    case = family.submitted()
    browser = sign_in(family.daughter)
    assert browser.get(f"/cases/{case.pk}/").status_code == 200
    Mandate.objects.filter(pk=mandate.pk).update(withdrawn_at=timezone.now())
    assert not queries.cases_of(family.agent)
    for path in ("", "receipt/", "certificate/", "sign/"):
        assert browser.get(f"/cases/{case.pk}/{path}").status_code == 404
    for act in (
        lambda: actions.withdraw_case(case.pk, by=family.agent),
        lambda: actions.save_answers(case.pk, ANSWERS, by=family.agent),
        lambda: actions.submit_case(case.pk, by=family.agent),
    ):
        with refused("not_found"):
            act()
    # News go to the mother alone from now on.
    Message.objects.all().delete()
    actions.withdraw_case(case.pk, by=person_actor(family.mother))
    actions.start_draft(CODE, by=person_actor(family.mother))
    assert not Message.objects.filter(person=family.daughter).exists()


def test_only_fills_in_and_the_mother_signs(family: Family, refused: Refused) -> None:
    mandate = family.mandate(may_sign=False)
    case = actions.start_draft(CODE, person_id=family.mother.pk, by=family.agent)
    actions.save_answers(case.pk, ANSWERS, by=family.agent)
    with refused("forbidden"):
        actions.submit_case(case.pk, by=family.agent)
    actions.ask_to_sign(case.pk, by=family.agent)
    shown = str(shown_of(Case.objects.get(pk=case.pk)))
    signed = actions.sign_case(case.pk, shown=shown, by=person_actor(family.mother))
    assert (signed.channel, signed.operator, signed.mandate_id) == ("agent", "周敏华", mandate.pk)
    assert signed.submitted_by == family.mother
    assert signed.events.get(kind="signed").facts["right"] == "self"


def test_a_rating_by_the_daughter_says_so(family: Family) -> None:
    family.mandate()
    case = family.submitted()
    for code in ("health", "market"):
        actions.review_case(case.pk, opinion="approved", by=family.county.reviewers[code])
    actions.decide_case(case.pk, outcome="granted", by=family.county.decider)
    assert actions.rate_case(case.pk, level=5, by=family.agent).rated_through == "agent"


def test_nobody_without_an_office_begins_a_form(family: Family, refused: Refused) -> None:
    """It would be refused when it is handed in, after everything was typed."""
    with refused("region_missing"):
        actions.start_draft(CODE, by=family.agent)
    family.mandate()
    Person.objects.filter(pk=family.mother.pk).update(region_code="")
    with refused("region_missing"):
        actions.start_draft(CODE, person_id=family.mother.pk, by=family.agent)
    assert not Case.objects.exists()


def test_the_pages_say_who_acts_for_whom(family: Family, sign_in: SignIn) -> None:
    browser = sign_in(family.daughter)
    assert 'name="whom"' not in browser.get(f"/services/{CODE}/start").content.decode()
    family.mandate()
    page = browser.get(f"/services/{CODE}/start").content.decode()
    assert "罗秀英（凭授权代办）" in page
    assert browser.post(f"/services/{CODE}/start", {"whom": "person:" + "0" * 32}).status_code == 200
    assert not Case.objects.exists()
    began = browser.post(f"/services/{CODE}/start", {"whom": f"person:{family.mother.pk}"})
    case = Case.objects.get()
    assert began.url == f"/cases/{case.pk}/form/only/"
    browser.post(began.url, {"workforce.total": "12", "workforce.screened": "yes", "then": "continue"})
    assert browser.post(f"/cases/{case.pk}/check/").url == f"/cases/{case.pk}/receipt/"
    assert "您代办" in browser.get("/cases/").content.decode()
    assert "代办人：周敏华（凭授权）" in sign_in(family.mother).get(f"/cases/{case.pk}/").content.decode()
    reviewer = Person.objects.create(name="张海燕")
    desk = sign_in(reviewer, "health").get(f"/desk/cases/{case.pk}/").content.decode()
    assert "周敏华（凭本人授权）" in desk


def test_my_data_of_both(family: Family) -> None:
    family.mandate()
    family.submitted()
    mothers = [section for answer in my_data.call(person_id=family.mother.pk) for section in answer]
    assert any(fact[1] == "周敏华" for section in mothers for fact in section.facts)
    daughters = [section for answer in my_data.call(person_id=family.daughter.pk) for section in answer]
    assert "为他人和企业办理的办件" in [str(section.title) for section in daughters]
