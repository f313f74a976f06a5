"""Delivery with proof: opened, handed over, posted; once, by the right people, and in time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tongban.foundation.parties.models import Unit
from tongban.lib.actors import Actor
from tongban.matters import actions
from tongban.matters.models import Case, CaseEvent, Delivery
from tongban.matters.queries.papers import cases_to_deliver, papers_of
from tongban.matters.tests.arrange import County, person_actor, staff


def clerk(county: County, region: str = "510502") -> Actor:
    hall, _ = Unit.objects.get_or_create(
        organisation=county.units["approval"].organisation,
        name="政务服务大厅",
        kind="hall",
        code="hall",
        region_code="510502",
    )
    return staff(hall, "clerk", region=region, name="罗敏")


def event(case: Case, code: str) -> Any:
    return next(line.event_id for line in papers_of(case) if line.kind.code == code)


def test_the_first_opening_by_the_applicant_is_the_proof(county: County) -> None:
    case = county.granted()
    assert case.deliver_by is not None
    assert [one.pk for one in cases_to_deliver(clerk(county))] == [case.pk]
    actions.open_paper(case.pk, event(case, "accepted"), by=county.applicant)  # not of the decision
    actions.open_paper(case.pk, event(case, "certificate"), by=county.decider)  # not the applicant
    case.refresh_from_db()
    assert case.delivered_at is None
    actions.open_paper(case.pk, event(case, "certificate"), by=county.applicant)
    actions.open_paper(case.pk, event(case, "granted"), by=county.applicant)  # a second time changes nothing
    case.refresh_from_db()
    sent = Delivery.objects.get(case=case)
    assert (sent.way, sent.receiver, sent.delivered_at) == ("electronic", county.owner.name, case.delivered_at)
    assert CaseEvent.objects.filter(case=case, kind="delivered").count() == 1
    assert not cases_to_deliver(clerk(county)).exists()
    assert "delivery" in [line.kind.code for line in papers_of(case)]
    proof = actions.open_paper(case.pk, event(case, "delivery"), by=county.applicant)
    assert proof.name.startswith("送达回证")


def test_handed_over_at_the_window(county: County, refused: Any) -> None:
    case = county.granted()
    by = clerk(county)
    for receiver, evidence in (("", "身份证"), ("刘建国", " ")):
        with refused("reason_missing"):
            actions.deliver_at_window(case.pk, receiver=receiver, evidence=evidence, by=by)
    sent = actions.deliver_at_window(case.pk, receiver="刘建国", evidence="核对居民身份证，已签字", by=by)
    assert sent.by_name == "罗敏"
    with refused("already_delivered"):
        actions.deliver_at_window(case.pk, receiver="刘建国", evidence="核对居民身份证", by=by)
    with refused("already_delivered"):
        actions.send_by_post(case.pk, carrier="EMS", tracking="1", by=by)


def test_by_post_it_counts_from_the_day_the_carrier_reports(county: County, refused: Any) -> None:
    case, by, today = county.granted(), clerk(county), timezone.localdate()
    with refused("not_posted"):
        actions.confirm_post(case.pk, delivered_on=today, receiver="门卫", by=by)
    actions.send_by_post(case.pk, carrier="中国邮政 EMS", tracking="1234567890123", by=by)
    case.refresh_from_db()
    assert case.delivered_at is None
    actions.send_by_post(case.pk, carrier="中国邮政 EMS", tracking="1234567890124", by=by)  # a wrong number put right
    for day in (today + timedelta(days=1), today - timedelta(days=1)):
        with refused("wrong_period"):
            actions.confirm_post(case.pk, delivered_on=day, receiver="刘建国", by=by)
    sent = actions.confirm_post(case.pk, delivered_on=today, receiver="刘建国", by=by)
    assert "1234567890124" in sent.evidence
    case.refresh_from_db()
    assert case.delivered_at is not None


def test_only_who_may_and_only_what_was_decided(county: County, refused: Any) -> None:
    open_case, by = county.submitted(), clerk(county)
    with refused("not_decided"):
        actions.deliver_at_window(open_case.pk, receiver="刘建国", evidence="身份证", by=by)
    case = _granted(county, open_case)
    for nobody in (county.reviewers["health"], county.applicant, clerk(county, region="510300")):
        with refused("forbidden"):
            actions.deliver_at_window(case.pk, receiver="刘建国", evidence="身份证", by=nobody)
    own = staff(by_unit(county), "clerk", person=county.owner)
    with refused("own_case"):
        actions.deliver_at_window(case.pk, receiver="刘建国", evidence="身份证", by=own)
    actions.note_opened(case, by=person_actor(county.stranger), what="x")
    case.refresh_from_db()
    assert case.delivered_at is None


def by_unit(county: County) -> Unit:
    return Unit.objects.get(code="hall", organisation=county.units["approval"].organisation)


def _granted(county: County, case: Case) -> Case:
    for actor in county.reviewers.values():
        actions.review_case(case.pk, opinion="approved", by=actor)
    actions.decide_case(case.pk, outcome="granted", by=county.decider)
    case.refresh_from_db()
    return case


def test_late_delivery_is_said_in_the_log(county: County) -> None:
    case = county.granted()
    Case.objects.filter(pk=case.pk).update(deliver_by=timezone.localdate() - timedelta(days=1))
    actions.deliver_at_window(case.pk, receiver="刘建国", evidence="身份证", by=clerk(county))
    assert CaseEvent.objects.get(case=case, kind="delivered").facts["is_late"] is True
