"""Promises: materials that follow later, conditions taken on somebody's word; kept, broken, and what follows."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tongban.foundation.ledger.queries import trail_of
from tongban.foundation.notifications.models import Message
from tongban.foundation.parties.models import Account, Membership, Person
from tongban.lib.ids import uuid7
from tongban.lib.refusals import Refusals
from tongban.lib.words import T
from tongban.matters import actions, hooks
from tongban.matters.adapters import read_library
from tongban.matters.models import Case, CaseEvent, Certificate, Promise
from tongban.matters.queries.keeping import case_leaves
from tongban.matters.queries.promises import promise_acts, promise_at_desk, promises_waiting
from tongban.matters.rules.promises import number_said
from tongban.matters.rules.sources import Faulty
from tongban.matters.tests.arrange import HOUSE, County, a_file, pdf, person_actor, staff
from tongban.matters.tests.small import ANSWERS, CODE, LAW, small_folder

PLAN, OWE, WORD = "material.emergency_plan", "promise.prevention", "promise.truth"
LATER = {
    "kind": "material",
    "promise": OWE,
    "title": {"zh": "容缺", "en": "Later"},
    "working_days": 5,
    "barred_days": 180,
    "reference": LAW,
}
ON_WORD = {"kind": "condition", "promise": WORD, "title": {"zh": "场所合法", "en": "Lawful premises"}, "working_days": 10,
           "checked_by": "health", "barred_days": 365, "reference": LAW}  # fmt: skip


def folder(place: Path, *promises: dict[str, Any], fields: tuple[str, ...] = (PLAN, OWE, WORD), **changes: Any) -> Path:
    """The small service with a material that may follow later, and two promises to tick."""
    material = {"name": {"zh": "应急预案", "en": "Emergency plan"}, "need": "later", "source": "self", "element": PLAN}
    made = small_folder(place, promises=list(promises), **changes) / CODE
    said = yaml.safe_load((made / "definition.yaml").read_text("utf-8"))
    said["guide"]["materials"] = [material] if PLAN in fields else []
    (made / "definition.yaml").write_text(yaml.safe_dump(said, allow_unicode=True), "utf-8")
    form = yaml.safe_load((made / "form.yaml").read_text("utf-8"))
    form["screens"][0]["fields"] += [{"element": one, "required": False} for one in fields]
    (made / "form.yaml").write_text(yaml.safe_dump(form, allow_unicode=True), "utf-8")
    return place


def handed_in(county: County, **answers: Any) -> Case:
    case = actions.start_draft(CODE, organisation_id=county.company.pk, by=county.applicant)
    given = {name.replace("__", "."): value for name, value in answers.items()}
    actions.save_answers(case.pk, ANSWERS | given, by=county.applicant)
    return actions.submit_case(case.pk, by=county.applicant)


def owing(county: County, tmp_path: Path, **shape: Any) -> tuple[Case, Promise]:
    actions.publish_library(read_library(folder(tmp_path, LATER | shape)), by=HOUSE)
    case = handed_in(county, promise__prevention=True)
    return case, Promise.objects.get(case=case)


def on_word(county: County, tmp_path: Path) -> tuple[Case, Promise]:
    """Granted at once on somebody's word; nobody reviews before."""
    actions.publish_library(read_library(folder(
        tmp_path, ON_WORD, fields=(WORD,), reviews={},
        decision={"unit": "approval", "seal": {"zh": "审批局", "en": "Bureau"}, "automatic": "promise.truth"},
    )), by=HOUSE)  # fmt: skip
    case = handed_in(county, promise__truth=True)
    return case, Promise.objects.get(case=case)


def reviewed(county: County, case: Case) -> None:
    for code in ("health", "market"):
        actions.review_case(case.pk, opinion="approved", by=county.reviewers[code])


def plan(county: County, mark: bytes = b"x") -> list[str]:
    return [str(a_file("应急预案.pdf", pdf(mark), owner=("organisation", county.company.pk)).pk)]


def overdue(promise: Promise) -> None:
    Promise.objects.filter(pk=promise.pk).update(due_on=timezone.localdate() - timedelta(days=1))


def test_owed_promised_and_handed_in(county: County, tmp_path: Path, refused: Any) -> None:
    case, promise = owing(county, tmp_path)
    assert case.state == "in_review"
    assert (promise.kind, promise.element, promise.state) == ("material", PLAN, "open")
    assert promise.due_on is not None
    assert promise.due_on > timezone.localdate()
    assert "应急预案" in promise.text["zh"]
    assert "防控主体责任" in promise.text["zh"]
    reviewed(county, case)
    with refused("material_owed"):
        actions.decide_case(case.pk, outcome="granted", by=county.decider)
    with pytest.raises(Refusals):
        actions.supply_material(promise.pk, [], by=county.applicant)
    with refused("not_found"):
        actions.supply_material(promise.pk, plan(county), by=person_actor(county.stranger))
    with refused("not_found"):
        actions.supply_material(uuid7(), plan(county), by=county.applicant)
    actions.supply_material(promise.pk, plan(county), by=county.applicant)
    with refused("promise_settled"):
        actions.supply_material(promise.pk, plan(county, b"y"), by=county.applicant)
    case.refresh_from_db()
    assert len(case.values[PLAN]) == 1
    assert actions.decide_case(case.pk, outcome="granted", by=county.decider).outcome == "granted"
    titles = [step.title.en for step in trail_of("matters.case", case.pk)]
    assert {"Promise made", "Promised document handed in"} <= set(titles)
    dues = case_leaves([case.pk])[case.pk]
    last = next(one for one in dues if one.type == "promise.supplied")
    assert last.values["form"] == case.answers_hash


def test_missing_without_a_promise(county: County, tmp_path: Path, refused: Any) -> None:
    actions.publish_library(read_library(folder(tmp_path, LATER)), by=HOUSE)
    with refused("promise_needed"):
        handed_in(county)
    case = handed_in(county, material__emergency_plan=plan(county))
    assert not Promise.objects.filter(case=case).exists()


def test_not_handed_in_ends_the_case_and_bars(county: County, tmp_path: Path, refused: Any) -> None:
    case, promise = owing(county, tmp_path)
    with refused("promise_not_due"):
        actions.break_promise(promise.pk, reason="期满没有补交", by=county.decider)
    overdue(promise)
    with refused("forbidden"):
        actions.break_promise(promise.pk, reason="期满没有补交", by=county.reviewers["market"])
    with refused("forbidden"):
        actions.break_promise(promise.pk, reason="期满没有补交", by=county.applicant)
    own = staff(county.units["approval"], "decider", person=county.owner)
    with refused("own_case"):
        actions.break_promise(promise.pk, reason="期满没有补交", by=own)
    stale = replace(county.decider, second_factor_at=timezone.now() - timedelta(hours=9))
    with refused("second_factor_stale"):
        actions.break_promise(promise.pk, reason="期满没有补交", by=stale)
    with refused("reason_missing"):
        actions.break_promise(promise.pk, reason=" ", by=county.decider)
    with refused("not_a_condition"):
        actions.confirm_promise(promise.pk, note="看过", by=county.decider)
    actions.break_promise(promise.pk, reason="期满没有补交", by=county.decider)
    with refused("promise_settled"):
        actions.break_promise(promise.pk, reason="期满没有补交", by=county.decider)
    case.refresh_from_db()
    promise.refresh_from_db()
    assert (case.state, promise.state) == ("terminated", "broken")
    assert promise.barred_until == timezone.localdate() + timedelta(days=180)
    with refused("promise_barred"):
        handed_in(county, promise__prevention=True)
    assert handed_in(county, material__emergency_plan=plan(county)).state == "in_review"  # with everything it goes on
    Promise.objects.filter(pk=promise.pk).update(barred_until=timezone.localdate() - timedelta(days=1))
    assert handed_in(county, promise__prevention=True).state == "in_review"


def test_granted_although_owed_says_so_and_is_revoked(county: County, tmp_path: Path) -> None:
    case, promise = owing(county, tmp_path, holds_decision=False)
    reviewed(county, case)
    actions.decide_case(case.pk, outcome="granted", by=county.decider)
    certificate = Certificate.objects.get(case=case)
    assert any("应急预案" in one["zh"] for one in certificate.content["conditions"])
    assert CaseEvent.objects.get(case=case, kind="granted").facts["owed"][0]["until"] == str(promise.due_on)
    overdue(promise)
    actions.break_promise(promise.pk, reason="期满没有补交", by=county.decider)
    certificate.refresh_from_db()
    certificate.credential.refresh_from_db()
    assert certificate.credential.revoked_at is not None


def test_granted_although_owed_and_kept_afterwards(county: County, tmp_path: Path) -> None:
    case, promise = owing(county, tmp_path, holds_decision=False)
    reviewed(county, case)
    actions.decide_case(case.pk, outcome="granted", by=county.decider)
    overdue(promise)
    assert actions.supply_material(promise.pk, plan(county), by=county.applicant).state == "kept"  # late counts


def test_a_case_that_ends_owes_nothing(county: County, tmp_path: Path) -> None:
    case, promise = owing(county, tmp_path)
    actions.withdraw_case(case.pk, by=county.applicant)
    promise.refresh_from_db()
    assert promise.state == "void"


def test_on_somebodys_word_decided_at_once_and_checked_later(county: County, tmp_path: Path, refused: Any) -> None:
    case, promise = on_word(county, tmp_path)
    assert case.state == "granted"
    assert promise.due_on is not None
    checker = county.reviewers["health"]
    assert [one.pk for one in promises_waiting(checker)] == [promise.pk]
    assert not promises_waiting(county.reviewers["market"]).exists()
    with refused("not_found"):
        promise_at_desk(promise.pk, county.reviewers["market"])
    assert promise_acts(promise_at_desk(promise.pk, checker), timezone.localdate(), checker) == ["kept", "report"]
    with refused("reason_missing"):
        actions.confirm_promise(promise.pk, note="", by=checker)
    actions.confirm_promise(promise.pk, note="现场查看，场所与承诺一致。", by=checker)
    with refused("promise_settled"):
        actions.confirm_promise(promise.pk, note="再看一次", by=checker)
    assert not promises_waiting(checker).exists()


def test_a_false_word_revokes(county: County, tmp_path: Path, refused: Any) -> None:
    case, promise = on_word(county, tmp_path)
    checker = county.reviewers["health"]
    with refused("forbidden"):
        actions.break_promise(promise.pk, reason="场所为违法建筑", by=checker)
    with refused("reason_missing"):
        actions.report_promise(promise.pk, note="", by=checker)
    actions.report_promise(promise.pk, note="场所为违法建筑", by=checker)
    with refused("forbidden"):
        actions.report_promise(promise.pk, note="场所为违法建筑", by=checker)
    with refused("not_a_condition"):
        actions.report_promise(promise.pk, note="场所为违法建筑", by=county.decider)
    assert [one.pk for one in promises_waiting(county.decider)] == [promise.pk]
    acts = promise_acts(promise_at_desk(promise.pk, county.decider), timezone.localdate(), county.decider)
    assert acts == ["kept", "broken"]
    actions.break_promise(promise.pk, reason="场所为违法建筑", by=county.decider)
    assert Certificate.objects.get(case=case).credential.revoked_at is not None
    with refused("promise_barred"):
        handed_in(county, promise__truth=True)


def test_anybodys_reason_bars(county: County, tmp_path: Path, refused: Any) -> None:
    actions.publish_library(read_library(folder(tmp_path, LATER)), by=HOUSE)
    asked: list[dict[str, Any]] = []

    def bad_credit(**said: Any) -> T:
        asked.append(said)
        return T("信用未修复。", "Credit not repaired.")

    hooks.bars_promise.answers.append(bad_credit)
    try:
        with refused("promise_barred"):
            handed_in(county, promise__prevention=True)
    finally:
        hooks.bars_promise.answers.remove(bad_credit)
    assert asked == [{"person_id": None, "organisation_id": county.company.pk, "service": CODE}]


def test_reminded_once(county: County, tmp_path: Path) -> None:
    Account.objects.create(username="owner", person=county.owner)
    _, promise = owing(county, tmp_path)
    Promise.objects.filter(pk=promise.pk).update(due_on=timezone.localdate() + timedelta(days=1))
    for _ in range(2):
        actions.remind_of_promises()
    assert Message.objects.filter(subject="承诺补交的材料快到期了", channel="in_app").count() == 1


def test_the_unit_is_told_once_of_what_is_overdue(county: County, tmp_path: Path) -> None:
    _, promise = owing(county, tmp_path)
    for name, role in (("黄文博", "decider"), ("龙丽", "clerk")):
        person = Person.objects.create(name=name)
        Account.objects.create(username=role, person=person)
        Membership.objects.create(person=person, unit=county.units["approval"], role=role, region_code="510502",
                                  granted_by="tests", valid_from=timezone.localdate())  # fmt: skip
    actions.tell_of_overdue_promises()
    assert not Message.objects.filter(template="matters.promises_overdue").exists()
    overdue(promise)
    for _ in range(2):
        actions.tell_of_overdue_promises()
    told = Message.objects.get(template="matters.promises_overdue", channel="in_app")
    assert (told.person.name, told.subject) == ("黄文博", "有 1 项承诺已逾期")


def test_the_days_in_the_words_are_those_that_count(tmp_path: Path) -> None:
    later, five = "promise.later_materials", LATER | {"promise": "promise.later_materials", "barred_days": 365}
    fields = (PLAN, later)
    read_library(folder(tmp_path / "as said", five, fields=fields))
    for number, (wrong, place) in enumerate((({"working_days": 7}, "工作日"), ({"barred_days": 180}, "年内不再适用"))):
        with pytest.raises(Faulty, match=place) as faulty:
            read_library(folder(tmp_path / str(number), five | wrong, fields=fields))
        assert [fault.line > 1 for fault in faulty.value.faults] == [True, True]  # in both languages, each at its line


@pytest.mark.parametrize(("said", "meant"), [("5", 5), ("五", 5), ("十", 10), ("十五", 15), ("二十", 20), ("二十三", 23),
                                             ("两", 2), ("a", 1)])  # fmt: skip
def test_numbers_in_words(said: str, meant: int) -> None:
    assert number_said(said) == meant


def test_definitions_that_cannot_be(tmp_path: Path) -> None:
    for number, (promises, wrong) in enumerate((
        ((), "怎样承诺"), ((LATER | {"promise": PLAN},), "这个承诺项"), ((LATER, LATER), "只能有一条"),
    )):  # fmt: skip
        with pytest.raises(Faulty, match=wrong):
            read_library(folder(tmp_path / str(number), *promises))


def test_the_pages(county: County, tmp_path: Path, sign_in: Any) -> None:
    case, promise = owing(county, tmp_path)
    browser = sign_in(county.owner)
    assert f"/promises/{promise.pk}/" in browser.get(f"/cases/{case.pk}/").content.decode()
    assert "防控主体责任" in browser.get(f"/promises/{promise.pk}/").content.decode()
    assert sign_in(county.stranger).get(f"/promises/{promise.pk}/").status_code == 404
    assert browser.post(f"/promises/{promise.pk}/", {}).status_code == 422
    file = SimpleUploadedFile("应急预案.pdf", io.BytesIO(pdf(b"z")).read())
    assert browser.post(f"/promises/{promise.pk}/", {PLAN: file}).status_code == 302
    promise.refresh_from_db()
    assert promise.state == "kept"


def test_the_desk(county: County, tmp_path: Path, sign_in: Any) -> None:
    _, promise = on_word(county, tmp_path)
    desk = sign_in(county.stranger, "health", "reviewer")
    assert "场所合法" in desk.get("/desk/promises/").content.decode()
    address = f"/desk/promises/{promise.pk}/"
    assert desk.post(address, {"act": "kept", "note": ""}).status_code == 422
    assert desk.post(address, {"act": "kept", "note": "现场查看"}).status_code == 302
    assert "已兑现" in desk.get(address).content.decode()
