"""Fees: asked for at the right moment, paid once whatever is sent, waived, paid back, and what waits for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from tongban.foundation.exchange.models import OutboxMessage
from tongban.foundation.ledger.queries import trail_of
from tongban.foundation.notifications.models import Message
from tongban.foundation.parties.models import Account
from tongban.lib.actors import Actor
from tongban.matters import actions
from tongban.matters.adapters import TestProvider
from tongban.matters.models import Case, CaseEvent, Certificate, Payment
from tongban.matters.queries.papers import papers_of
from tongban.matters.queries.payments import payment_acts, payment_at_desk, payments_waiting
from tongban.matters.tests.arrange import County, staff
from tongban.matters.tests.small import LAW, publish_small, reviewed, submitted
from tongban.matters.tests.test_delivery import clerk
from tongban.matters.tests.test_races import at_once

FEE: dict[str, Any] = {"code": "test-fee", "title": {"zh": "检测费", "en": "Testing fee"}, "amount": 5000, "basis": LAW}
BEFORE_DECISION = {"fees": [FEE | {"refund": ["withdrawn", "refused", "terminated"], "exemption": LAW}]}
BEFORE_CERTIFICATE = {"fees": [FEE | {"when": "before_certificate"}]}


@pytest.fixture(autouse=True)
def in_a_demo(settings: Any) -> None:
    """Where the test provider is at work."""
    settings.DEMO = True


def tell(payment: Payment, *, is_paid: bool = True, **changed: Any) -> Payment:
    """The provider's word on a payment."""
    order = replace(payment.as_order(), **changed)
    headers, body = TestProvider().notification(order, is_paid=is_paid)
    return actions.take_notification("test", headers, body)


def due(case: Case) -> Payment:
    return Payment.objects.get(case=case)


def kinds(case: Case) -> list[str]:
    return list(CaseEvent.objects.filter(case=case).order_by("at", "pk").values_list("kind", flat=True))


def waiting(county: County, tmp_path: Path) -> tuple[Case, Payment]:
    """A granted case whose certificate waits for its fee."""
    publish_small(tmp_path, **BEFORE_CERTIFICATE)
    case = reviewed(county)
    actions.decide_case(case.pk, outcome="granted", by=county.decider)
    case.refresh_from_db()
    return case, due(case)


def test_a_fee_before_the_decision_holds_up_granting_only(county: County, tmp_path: Path, refused: Any) -> None:
    Account.objects.create(username="owner", person=county.owner)
    publish_small(tmp_path, **BEFORE_DECISION)
    case = submitted(county)
    payment = due(case)
    assert (payment.amount, payment.state, payment.order) == (5000, "asked", f"{case.number}-F1")
    assert payment.due_on >= timezone.localdate() + timedelta(days=15)
    assert [line.number for line in papers_of(case) if line.kind.code == "fee"] == [f"{case.number}-JF1"]
    assert Message.objects.filter(subject__contains="缴费").exists()
    for code in ("health", "market"):
        actions.review_case(case.pk, opinion="approved", by=county.reviewers[code])
    with refused("fee_unpaid"):
        actions.decide_case(case.pk, outcome="granted", by=county.decider)
    tell(payment)
    actions.decide_case(case.pk, outcome="granted", by=county.decider)
    assert Certificate.objects.filter(case=case).exists()
    leaves = [step.title.en for step in trail_of("matters.case", case.pk)]
    assert {"Fee asked for", "Fee paid"} <= set(leaves)
    told = set(OutboxMessage.objects.values_list("type", flat=True))
    assert any(one.endswith("fee_paid") for one in told)
    assert any(one.endswith("fee_asked") for one in told)


def test_a_refusal_needs_no_fee_and_pays_it_back(county: County, tmp_path: Path, run_jobs: Callable[[], Any]) -> None:
    publish_small(tmp_path, **BEFORE_DECISION)
    case = reviewed(county)
    tell(due(case))
    actions.decide_case(case.pk, outcome="refused", reason="不符合条件", by=county.decider)
    assert due(case).state == "to_refund"
    run_jobs()
    payment = due(case)
    assert (payment.state, payment.refund_reference) == ("refunded", f"TEST-{payment.order}-R")
    actions.refund_payment(payment_id=str(payment.pk))  # twice
    assert kinds(case).count("fee_refunded") == 1


def test_the_certificate_waits_for_its_fee(county: County, tmp_path: Path, refused: Any) -> None:
    case, payment = waiting(county, tmp_path)
    assert (case.state, case.deliver_by) == ("granted", None)
    assert not Certificate.objects.filter(case=case).exists()
    letter = next(line.event_id for line in papers_of(case) if line.kind.code == "granted")
    actions.open_paper(case.pk, letter, by=county.applicant)
    with refused("fee_unpaid"):
        actions.deliver_at_window(case.pk, receiver="刘建国", evidence="身份证", by=clerk(county))
    tell(payment)
    case.refresh_from_db()
    assert Certificate.objects.filter(case=case).exists()
    assert case.deliver_by
    assert case.delivered_at is None
    certificate = next(line.event_id for line in papers_of(case) if line.kind.code == "certificate")
    actions.open_paper(case.pk, certificate, by=county.applicant)
    case.refresh_from_db()
    assert case.delivered_at is not None


def test_the_providers_word_counts_once_and_only_when_it_fits(county: County, tmp_path: Path, refused: Any) -> None:
    case, payment = waiting(county, tmp_path)
    headers, body = TestProvider().notification(payment.as_order(), is_paid=True)
    with refused("forged_notification"):
        actions.take_notification("test", headers, body.replace(b"5000", b"1"))
    with refused("forged_notification"):
        actions.take_notification("test", {}, body)
    with refused("not_found"):
        actions.take_notification("another", headers, body)
    with refused("not_found"):
        tell(payment, number="XXXK000-F9")
    with refused("wrong_amount"):
        tell(payment, amount=4999)
    assert tell(payment, is_paid=False).state == "asked"
    assert "fee_paid" not in kinds(case)
    for _ in range(3):
        assert tell(payment).state == "paid"
    assert kinds(case).count("fee_paid") == kinds(case).count("certified") == 1


def test_outside_a_demo_there_is_no_test_provider(county: County, tmp_path: Path, settings: Any, refused: Any) -> None:
    _, payment = waiting(county, tmp_path)
    settings.DEMO = False
    with refused("not_found"):
        tell(payment)


def test_paid_at_the_window(county: County, tmp_path: Path, refused: Any) -> None:
    case, payment = waiting(county, tmp_path)
    by = clerk(county)
    for nobody in (county.reviewers["health"], county.applicant, clerk(county, region="510300")):
        with refused("forbidden"):
            actions.record_window_payment(payment.pk, way="cash", receipt="川财 001", by=nobody)
    own = staff(county.units["approval"], "clerk", person=county.owner)
    with refused("own_case"):
        actions.record_window_payment(payment.pk, way="cash", receipt="川财 001", by=own)
    with refused("not_a_choice"):
        actions.record_window_payment(payment.pk, way="online", receipt="川财 001", by=by)
    with refused("reason_missing"):
        actions.record_window_payment(payment.pk, way="cash", receipt=" ", by=by)
    assert payment_acts(payment_at_desk(payment.pk, by), by) == ["window"]
    actions.record_window_payment(payment.pk, way="cash", receipt="川财 001", by=by)
    with refused("not_due"):
        actions.record_window_payment(payment.pk, way="cash", receipt="川财 002", by=by)
    assert Certificate.objects.filter(case=case).exists()
    assert not payments_waiting(by).exists()
    another = submitted(county)
    for code in ("health", "market"):
        actions.review_case(another.pk, opinion="approved", by=county.reviewers[code])
    actions.decide_case(another.pk, outcome="granted", by=county.decider)
    with refused("receipt_taken"):
        actions.record_window_payment(due(another).pk, way="pos", receipt="川财 001", by=by)
    assert due(another).state == "asked"


def test_money_nobody_waits_for_goes_back(county: County, tmp_path: Path, run_jobs: Callable[[], Any]) -> None:
    case, payment = waiting(county, tmp_path)
    actions.record_window_payment(payment.pk, way="pos", receipt="川财 003", by=clerk(county))
    for _ in range(2):
        assert tell(payment).provider == "window"
    run_jobs()
    event = CaseEvent.objects.get(case=case, kind="surplus")
    actions.return_surplus(event_id=str(event.pk))
    assert kinds(case).count("surplus") == kinds(case).count("surplus_returned") == 1


def test_waived_where_a_rule_allows(county: County, tmp_path: Path, refused: Any) -> None:
    publish_small(tmp_path, **BEFORE_DECISION)
    case = submitted(county)
    payment = due(case)
    with refused("forbidden"):
        actions.exempt_payment(payment.pk, reason="低保家庭", by=clerk(county))
    stale = replace(county.decider, second_factor_at=timezone.now() - timedelta(hours=9))
    with refused("second_factor_stale"):
        actions.exempt_payment(payment.pk, reason="低保家庭", by=stale)
    with refused("reason_missing"):
        actions.exempt_payment(payment.pk, reason="", by=county.decider)
    assert payment_acts(payment_at_desk(payment.pk, county.decider), county.decider) == ["window", "exempt"]
    actions.exempt_payment(payment.pk, reason="低保家庭", by=county.decider)
    with refused("not_due"):
        actions.exempt_payment(payment.pk, reason="低保家庭", by=county.decider)
    assert due(case).reason == "低保家庭"
    for code in ("health", "market"):
        actions.review_case(case.pk, opinion="approved", by=county.reviewers[code])
    assert actions.decide_case(case.pk, outcome="granted", by=county.decider).outcome == "granted"


def test_no_rule_no_waiver(county: County, tmp_path: Path, refused: Any) -> None:
    _, payment = waiting(county, tmp_path)
    with refused("no_exemption"):
        actions.exempt_payment(payment.pk, reason="低保家庭", by=county.decider)


def test_withdrawn_unpaid_and_withdrawn_paid(county: County, tmp_path: Path, refused: Any) -> None:
    publish_small(tmp_path, **BEFORE_DECISION)
    unpaid, paid = submitted(county), submitted(county)
    by = clerk(county)
    actions.record_window_payment(due(paid).pk, way="cash", receipt="川财 009", by=by)
    with refused("not_to_refund"):
        actions.record_refund(due(paid).pk, reference="回单 1", by=by)
    for case in (unpaid, paid):
        actions.withdraw_case(case.pk, by=county.applicant)
    assert (due(unpaid).state, due(paid).state) == ("void", "to_refund")
    assert [one.pk for one in payments_waiting(by)] == [due(paid).pk]
    with refused("forbidden"):
        actions.record_refund(due(paid).pk, reference="回单 1", by=county.reviewers["health"])
    actions.record_refund(due(paid).pk, reference="回单 1", by=by)
    with refused("not_to_refund"):
        actions.record_refund(due(paid).pk, reference="回单 1", by=by)
    assert due(paid).state == "refunded"
    assert kinds(unpaid).count("fee_refunded") == 0


def test_ended_by_the_office(county: County, tmp_path: Path) -> None:
    publish_small(tmp_path, **BEFORE_DECISION)
    case = submitted(county)
    actions.terminate_case(case.pk, reason="申请人注销", by=county.decider)
    assert due(case).state == "void"


def test_reminded_once(county: County, tmp_path: Path) -> None:
    Account.objects.create(username="owner", person=county.owner)
    _, payment = waiting(county, tmp_path)
    actions.remind_of_fees()
    payment.refresh_from_db()
    assert payment.reminded_at is None
    Payment.objects.filter(pk=payment.pk).update(due_on=timezone.localdate() + timedelta(days=2))
    for _ in range(2):
        actions.remind_of_fees()
    assert Message.objects.filter(subject="缴费即将到期", channel="in_app").count() == 1


def test_definitions_with_impossible_fees(tmp_path: Path) -> None:
    from tongban.matters.adapters import read_library
    from tongban.matters.rules.sources import Faulty
    from tongban.matters.tests.small import small_folder

    for number, (fees, wrong) in enumerate((
        ([FEE, FEE], "编码重复"), ([FEE | {"when": "before_certificate", "refund": ["withdrawn"]}], "删去 refund"),
    )):  # fmt: skip
        with pytest.raises(Faulty, match=wrong):
            read_library(small_folder(tmp_path / str(number), fees=fees))
    automatic = {"unit": "approval", "seal": {"zh": "局", "en": "Bureau"}, "automatic": "workforce.total > 0"}
    with pytest.raises(Faulty, match="等候决定"):
        read_library(small_folder(tmp_path / "auto", fees=[FEE], decision=automatic, reviews={}))


def test_the_pages(county: County, tmp_path: Path, sign_in: Any) -> None:
    case, payment = waiting(county, tmp_path)
    browser = sign_in(county.owner)
    assert "去缴费" in browser.get(f"/cases/{case.pk}/").content.decode()
    page = browser.get(f"/cases/{case.pk}/pay/")
    assert "50.00" in page.content.decode()
    stranger = sign_in(county.stranger)
    assert stranger.get(f"/cases/{case.pk}/pay/").status_code == 404
    address = TestProvider().pay_address(payment.as_order(f"http://luzhou.localhost/cases/{case.pk}/pay/?back=1"))
    assert stranger.get(address.replace("5000", "1")).status_code == 403
    assert parse_qs(urlsplit(address).query)["amount"] == ["5000"]
    assert browser.post(address, {"then": "leave"}).status_code == 302
    assert browser.post(address, {"then": "fail"}).status_code == 302
    assert "不要重复付款" in browser.get(f"/cases/{case.pk}/pay/?back=1").content.decode()
    assert browser.post(address, {"then": "pay"}).status_code == 302
    assert "已缴费" in browser.get(f"/cases/{case.pk}/pay/?back=1").content.decode()
    headers, body = TestProvider().notification(payment.as_order(), is_paid=True)
    told = browser.post("/payments/test/notification", body, content_type="application/json",
                        headers={"X-Signature": headers["X-Signature"]})  # fmt: skip
    assert told.status_code == 200
    assert browser.post("/payments/test/notification", body, content_type="application/json").status_code == 403


def test_the_desk(county: County, tmp_path: Path, sign_in: Any) -> None:
    case, payment = waiting(county, tmp_path)
    desk = sign_in(county.stranger, "market", "clerk")
    assert payment.order in desk.get("/desk/fees/").content.decode()
    address = f"/desk/fees/{payment.pk}/"
    assert desk.post(address, {"act": "window", "way": "cash", "receipt": ""}).status_code == 422
    assert desk.post(address, {"act": "window", "way": "cash", "receipt": "川财 77"}).status_code == 302
    assert "川财 77" in desk.get(address).content.decode()
    assert payment.order not in desk.get("/desk/fees/").content.decode()
    assert Certificate.objects.filter(case=case).exists()


def test_one_fee_told_of_from_many_sides_at_once(committed_db: None, tmp_path: Path) -> None:
    from tongban.matters.tests.arrange import make_county

    county = make_county()
    case, payment = waiting(county, tmp_path)
    by: Actor = clerk(county)
    found = at_once(
        lambda: tell(payment), lambda: tell(payment), lambda: tell(payment),
        lambda: actions.record_window_payment(payment.pk, way="cash", receipt="川财 88", by=by),
    )  # fmt: skip
    assert found in (["done"] * 4, ["done", "done", "done", "not_due"])
    assert kinds(case).count("fee_paid") == kinds(case).count("certified") == 1
    assert kinds(case).count("surplus") == (0 if "not_due" in found else 1)
