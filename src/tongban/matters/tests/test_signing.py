"""The one fills in, the other signs: asked, locked, read, signed or sent back; on pages without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tongban.foundation.notifications.models import Message
from tongban.foundation.parties.models import Account, Mandate, Person
from tongban.lib.actors import Actor
from tongban.matters import actions, queries
from tongban.matters.actions.decisions import end_uncorrected
from tongban.matters.models import Case, SignRequest
from tongban.matters.queries.shown import shown_of
from tongban.matters.queries.signing import cases_to_sign
from tongban.matters.tests.arrange import County, make_county, person_actor
from tongban.matters.tests.small import ANSWERS, CODE, publish_small
from tongban.matters.tests.test_races import at_once

Refused = Callable[[str], Any]
SignIn = Callable[..., Client]


@pytest.fixture
def small(county: County, tmp_path: Path) -> County:
    publish_small(tmp_path)
    for person in (county.owner, county.agent):
        Account.objects.create(username=str(person.pk)[-12:], person=person)
    return county


def accountant(county: County) -> Actor:
    return person_actor(county.agent)


def filled_in(county: County, *, note: str = "") -> Case:
    """What the accountant filled in and asked to sign."""
    case = actions.start_draft(CODE, organisation_id=county.company.pk, by=accountant(county))
    actions.save_answers(case.pk, ANSWERS, by=accountant(county))
    actions.ask_to_sign(case.pk, note=note, by=accountant(county))
    return Case.objects.get(pk=case.pk)


def signer(county: County, name: str = "杨柳", **changes: Any) -> Person:
    """Somebody whose mandate covers signing."""
    person = Person.objects.create(name=name, assurance=3)
    today = timezone.localdate()
    said = {"may_sign": True, "accepted_at": timezone.now(), "granted_by": county.owner.name} | changes
    Mandate.objects.create(organisation=county.company, agent=person, valid_from=today, valid_to=today, **said)
    return person


def titles(case: Case) -> list[tuple[str, str]]:
    return [(one.title.en, one.by) for one in queries.history_of(case, names=False)]


def test_the_accountant_fills_in_and_the_legal_representative_signs(small: County, refused: Refused) -> None:
    case = actions.start_draft(CODE, organisation_id=small.company.pk, by=accountant(small))
    with refused("required"):
        actions.ask_to_sign(case.pk, by=accountant(small))
    actions.save_answers(case.pk, ANSWERS, by=accountant(small))
    with refused("forbidden"):
        actions.submit_case(case.pk, by=accountant(small))
    with refused("too_long"):
        actions.ask_to_sign(case.pk, note="长" * 501, by=accountant(small))
    request = actions.ask_to_sign(case.pk, note="请过目", by=accountant(small))
    assert actions.ask_to_sign(case.pk, by=accountant(small)) == request
    told = Message.objects.filter(template="matters.please_sign", channel="in_app")
    assert [(one.person_id, one.link) for one in told] == [(small.owner.pk, f"/cases/{case.pk}/sign/")]
    assert list(cases_to_sign(small.applicant)) == [case]
    assert not cases_to_sign(accountant(small))
    for act in (
        lambda: actions.save_answers(case.pk, ANSWERS, by=small.applicant),
        lambda: actions.submit_case(case.pk, by=small.applicant),
    ):
        with refused("awaiting_signature"):
            act()
    shown = str(shown_of(Case.objects.get(pk=case.pk)))
    signed = actions.sign_case(case.pk, shown=shown, by=small.applicant)
    assert (signed.state, signed.started_by, signed.submitted_by) == ("in_review", small.agent, small.owner)
    assert signed.mandate_id is None
    assert actions.sign_case(case.pk, shown=shown, by=small.applicant).number == signed.number
    assert [line for line in titles(signed) if line[1]][:2] == [
        ("Filled in; asked to sign", "王丽华"), ("Read and signed", "刘建国"),
    ]  # fmt: skip
    facts = signed.events.get(kind="signed").facts
    assert facts == {"request": str(request.pk), "right": "legal_representative", "shown": shown.partition("-")[0]}
    # Both hear how it goes on.
    news = Message.objects.filter(template="matters.case_notice", channel="in_app")
    assert {one.person_id for one in news} == {small.owner.pk, small.agent.pk}


def test_who_may_not_sign_does_not(small: County, refused: Refused) -> None:
    deputy, other_service = signer(small), signer(small, "何新", services=["another-service"])
    case = filled_in(small)
    shown = str(shown_of(case))
    with refused("forbidden"):
        actions.sign_case(case.pk, shown=shown, by=accountant(small))
    with refused("forbidden"):
        actions.send_back_unsigned(case.pk, remark="不对", by=accountant(small))
    for stranger in (small.stranger, other_service):
        with refused("not_found"):
            actions.sign_case(case.pk, shown=shown, by=person_actor(stranger))
    with refused("forbidden"):
        actions.take_back_unsigned(case.pk, by=small.applicant)
    with refused("shown_missing"):
        actions.sign_case(case.pk, shown="", by=small.applicant)
    with refused("assurance_too_low"):
        actions.sign_case(case.pk, shown=shown, by=person_actor(small.owner, assurance=0))
    assert [one.pk for one in cases_to_sign(person_actor(deputy))] == [case.pk]
    # Withdrawn meanwhile: the right is gone at once.
    Mandate.objects.filter(agent=deputy).update(withdrawn_at=timezone.now())
    assert not cases_to_sign(person_actor(deputy))
    with refused("not_found"):
        actions.sign_case(case.pk, shown=shown, by=person_actor(deputy))
    # The accountant's own mandate withdrawn: the representative may sign or send back all the same.
    Mandate.objects.filter(agent=small.agent).update(withdrawn_at=timezone.now())
    with refused("not_found"):
        actions.take_back_unsigned(case.pk, by=accountant(small))
    assert actions.sign_case(case.pk, shown=shown, by=small.applicant).state == "in_review"


def test_changed_after_it_was_shown_it_is_not_signed(small: County, refused: Refused) -> None:
    case = filled_in(small)
    shown = str(shown_of(case))
    taken = actions.take_back_unsigned(case.pk, by=accountant(small))
    assert actions.take_back_unsigned(case.pk, by=accountant(small)) == taken
    with refused("not_to_sign"):
        actions.sign_case(case.pk, shown=shown, by=small.applicant)
    with refused("not_to_sign"):
        actions.send_back_unsigned(case.pk, remark="不对", by=small.applicant)
    actions.save_answers(case.pk, ANSWERS | {"workforce.total": 99}, by=accountant(small))
    actions.ask_to_sign(case.pk, by=accountant(small))
    with refused("changed_meanwhile"):
        actions.sign_case(case.pk, shown=shown, by=small.applicant)
    shown = str(shown_of(Case.objects.get(pk=case.pk)))
    assert actions.sign_case(case.pk, shown=shown, by=small.applicant).values["workforce.total"] == 99
    with refused("not_to_sign"):
        actions.take_back_unsigned(case.pk, by=accountant(small))


def test_sent_back_with_a_remark_and_deleted(small: County, refused: Refused) -> None:
    case = filled_in(small)
    with refused("reason_missing"):
        actions.send_back_unsigned(case.pk, remark=" ", by=small.applicant)
    actions.send_back_unsigned(case.pk, remark="人数不对", by=small.applicant)
    told = Message.objects.get(template="matters.case_notice", channel="in_app", person=small.agent)
    assert "刘建国" in told.body
    actions.save_answers(case.pk, ANSWERS | {"workforce.total": 11}, by=accountant(small))
    actions.ask_to_sign(case.pk, by=accountant(small))
    assert actions.withdraw_case(case.pk, by=accountant(small)).state == "withdrawn"
    assert [one.state for one in SignRequest.objects.order_by("asked_at")] == ["sent_back", "taken_back"]
    assert not cases_to_sign(small.applicant)


def test_a_request_lapses_when_its_case_ends_by_the_deadline(small: County, refused: Refused) -> None:
    case = actions.start_draft(CODE, organisation_id=small.company.pk, by=small.applicant)
    actions.save_answers(case.pk, ANSWERS, by=small.applicant)
    actions.submit_case(case.pk, by=small.applicant)
    actions.review_case(case.pk, opinion="correction", text="请补充", by=small.reviewers["health"])
    actions.review_case(case.pk, opinion="approved", by=small.reviewers["market"])
    actions.return_for_correction(case.pk, note="请补充", by=small.decider)
    actions.ask_to_sign(case.pk, by=accountant(small))
    Case.objects.filter(pk=case.pk).update(correct_by=timezone.localdate() - timedelta(days=1))
    for _ in range(2):
        end_uncorrected()
    found = SignRequest.objects.get()
    assert (found.state, found.settled_by, found.settled_name) == ("lapsed", None, "matters.end_uncorrected")
    assert not cases_to_sign(small.applicant)
    with refused("not_to_sign"):
        actions.sign_case(case.pk, shown="x", by=small.applicant)


def test_nobody_there_to_sign(small: County, refused: Refused) -> None:
    case = actions.start_draft(CODE, organisation_id=small.company.pk, by=accountant(small))
    actions.save_answers(case.pk, ANSWERS, by=accountant(small))
    small.company.legal_representative = None
    small.company.save(update_fields=["legal_representative"])
    with refused("nobody_may_sign"):
        actions.ask_to_sign(case.pk, by=accountant(small))


def test_two_sign_at_once_and_one_did(committed_db: None, tmp_path: Path) -> None:
    county = make_county()
    publish_small(tmp_path)
    deputy = signer(county)
    case = filled_in(county)
    shown = str(shown_of(case))
    found = at_once(
        lambda: actions.sign_case(case.pk, shown=shown, by=county.applicant),
        lambda: actions.sign_case(case.pk, shown=shown, by=person_actor(deputy)),
    )
    assert found == ["done", "not_to_sign"]
    assert Case.objects.get(pk=case.pk).events.filter(kind__in=("signed", "submitted")).count() == 2


def test_the_pages_without_a_script(small: County, sign_in: SignIn) -> None:
    clerk, head = sign_in(small.agent), sign_in(small.owner)
    case = actions.start_draft(CODE, organisation_id=small.company.pk, by=accountant(small))
    actions.save_answers(case.pk, ANSWERS, by=accountant(small))
    Account.objects.filter(person=small.owner).update(is_active=False)
    page = clerk.get(f"/cases/{case.pk}/check/").content.decode()
    assert "请签署" in page
    assert "刘建国 — 还没有登录过本站" in page
    Account.objects.filter(person=small.owner).update(is_active=True)
    asked = clerk.post(f"/cases/{case.pk}/ask-to-sign", {"note": "请过目"}, follow=True)
    assert "等待签署" in asked.content.decode()
    assert "取回修改" in asked.content.decode()
    for path in ("form/", "check/", "sign/"):
        assert clerk.get(f"/cases/{case.pk}/{path}").url == f"/cases/{case.pk}/"
    assert clerk.get(f"/cases/{case.pk}/form/only/").status_code == 409
    assert "等待签署" in clerk.get("/cases/").content.decode()
    for path in ("/", "/cases/"):
        assert f"/cases/{case.pk}/sign/" in head.get(path).content.decode()
    page = head.get(f"/cases/{case.pk}/sign/").content.decode()
    assert "来源：王丽华填写" in page
    assert "请过目" in page
    address, shown = f"/cases/{case.pk}/sign/", re.findall(r'name="shown" value="([^"]+)"', page)[0]
    assert head.post(address, {"act": "sign", "shown": ""}).status_code == 422
    assert "哪里需要修改" in head.post(address, {"act": "send_back"}).content.decode()
    sent = head.post(address, {"act": "send_back", "remark": "人数不对"}, follow=True)
    assert "人数不对" in sent.content.decode()
    assert "人数不对" in clerk.get(f"/cases/{case.pk}/check/").content.decode()
    clerk.post(f"/cases/{case.pk}/ask-to-sign")
    assert clerk.post(f"/cases/{case.pk}/take-back").url == f"/cases/{case.pk}/check/"
    clerk.post(f"/cases/{case.pk}/ask-to-sign")
    assert sign_in(small.stranger).get(address).status_code == 404
    assert head.post(address, {"act": "sign", "shown": shown}).url == f"/cases/{case.pk}/receipt/"
    history = head.get(f"/cases/{case.pk}/").content.decode()
    assert "看过全部内容，签署" in history
    assert head.get(address).url == f"/cases/{case.pk}/"
