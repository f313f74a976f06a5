"""Attachments: handed in, kept on error, seen by those concerned; what lies, is empty, too large, foreign or doubled is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tongban.foundation.documents.actions import begin_upload, document_visible_to, open_document
from tongban.foundation.documents.hooks import MATERIAL, document_refused
from tongban.foundation.documents.models import Document
from tongban.foundation.parties.models import Look, Mandate, Person, Unit
from tongban.lib.ids import uuid7
from tongban.lib.refusals import Refusals
from tongban.matters import actions, queries
from tongban.matters.adapters import read_library
from tongban.matters.models import Case
from tongban.matters.queries.printing import printed_screens
from tongban.matters.rules.sources import Faulty
from tongban.matters.tests.arrange import (
    DEFINITIONS,
    SERVICE,
    County,
    a_file,
    complete_answers,
    pdf,
    person_actor,
    staff,
    workbook,
)
from tongban.matters.tests.small import small_folder

Refused = Callable[[str], Any]
LIST, PLAN, LETTER = "material.staff_list", "material.emergency_plan", "material.promise_letter"


def save(county: County, case: Case, **given: Any) -> None:
    answers = {name.replace("__", "."): value for name, value in given.items()}
    actions.save_answers(case.pk, answers, screen="materials", complete=False, by=county.applicant)
    case.refresh_from_db()


def own(county: County, *names: str, **more: Any) -> list[str]:
    owner = ("organisation", county.company.pk)
    return [str(a_file(name, owner=owner, **more).pk) for name in names]


# ---- handed in ------------------------------------------------------------------------------------------------------


def test_a_document_belongs_to_the_case_and_to_its_applicant(county: County) -> None:
    case = county.draft()
    sent = actions.send_file(case.pk, SimpleUploadedFile("花名册.xlsx", workbook([["姓名"]])), by=county.applicant)
    assert (sent.owner_organisation_id, sent.attached_id) == (county.company.pk, None)
    save(county, case, material__staff_list=[str(sent.pk)])
    sent.refresh_from_db()
    assert (sent.attached_app, sent.attached_id) == ("matters", case.pk)
    assert case.answers[LIST]["value"] == [str(sent.pk)]
    save(county, case, material__staff_list=[str(sent.pk)])  # saying it again changes nothing
    assert Document.objects.get().erased_at is None


def test_what_an_agent_sent_becomes_the_companys(county: County) -> None:
    agent = replace(person_actor(county.agent), account_id=uuid7())
    case = county.draft(by=agent)
    mine = a_file(by=agent)
    assert mine.owner_person_id == county.agent.pk
    actions.save_answers(case.pk, {LIST: [str(mine.pk)]}, complete=False, by=agent)
    mine.refresh_from_db()
    assert (mine.owner_person_id, mine.owner_organisation_id) == (None, county.company.pk)


def test_a_draft_erases_what_it_no_longer_names_and_everything_when_it_is_deleted(county: County) -> None:
    case = county.draft()
    first, second = own(county, "a.xlsx", "b.xlsx")
    save(county, case, material__staff_list=[first, second])
    save(county, case, material__staff_list=[second])
    assert Document.objects.get(pk=first).erased_at
    assert Document.objects.get(pk=second).erased_at is None
    actions.withdraw_case(case.pk, by=county.applicant)
    assert Document.objects.get(pk=second).erased_at


def test_what_was_submitted_stays_when_it_is_replaced_in_a_correction(county: County) -> None:
    case = county.reviewed(emergency="correction")
    before = case.values[PLAN][0]
    actions.return_for_correction(case.pk, by=county.decider)
    (fresh,) = own(county, "新预案.pdf", content=pdf(b"new"))
    actions.save_answers(case.pk, {PLAN: [fresh]}, screen="materials", by=county.applicant)
    assert Document.objects.get(pk=before).erased_at is None
    actions.submit_case(case.pk, by=county.applicant)
    opened = {review.unit_code for review in queries.reviews_of(case) if review.state == "open"}
    assert {"emergency", "health", "township"} <= opened  # they look at the screen with the files
    assert "environment" not in opened


def test_a_closed_case_keeps_its_documents_as_long_as_its_answers(county: County) -> None:
    case = county.granted()
    years = queries.content_of(case).definition.retention.years
    for document in Document.objects.filter(attached_id=case.pk):
        assert document.retention_until >= timezone.localdate().replace(day=1) + timedelta(days=365 * years - 31)


def test_a_hidden_question_drops_its_documents(county: County) -> None:
    case = county.draft()
    (proof,) = own(county, "证明.pdf", content=pdf(b"proof"))
    actions.save_answers(
        case.pk, {"workforce.key_areas": 1, "material.health_proof": [proof]}, complete=False, by=county.applicant
    )
    assert Document.objects.get(pk=proof).attached_id == case.pk
    actions.save_answers(case.pk, {"workforce.key_areas": 0}, complete=False, by=county.applicant)
    assert Document.objects.get(pk=proof).erased_at


# ---- refused --------------------------------------------------------------------------------------------------------


def refusals_of(county: County, case: Case, answers: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Refusals) as found:
        actions.save_answers(case.pk, answers, screen="materials", complete=False, by=county.applicant)
    assert Case.objects.get(pk=case.pk).values.get(LIST) is None
    assert not Document.objects.filter(attached_id=case.pk).exists()
    assert all(one.message.zh and one.message.en for one in found.value.refusals)
    return {one.field: one.code for one in found.value.refusals}


def test_somebody_elses_document_and_one_that_is_not_there(county: County) -> None:
    foreign = a_file(by=person_actor(county.stranger))
    answers = {LIST: [str(foreign.pk)], PLAN: [str(uuid7())]}
    assert refusals_of(county, county.draft(), answers) == {LIST: "not_found", PLAN: "not_found"}


def test_the_same_file_twice_by_id_by_contents_and_in_another_case(county: County) -> None:
    case = county.draft()
    (one,) = own(county, "a.pdf", content=pdf())
    assert refusals_of(county, case, {LIST: [one, one]}) == {LIST: "document_given_twice"}
    assert refusals_of(county, case, {LIST: [one], PLAN: [one]}) == {PLAN: "document_given_twice"}
    again = own(county, "b.pdf", content=pdf())
    assert refusals_of(county, case, {LIST: [one], PLAN: again}) == {PLAN: "document_given_twice"}
    other = county.submitted()
    assert refusals_of(county, case, {LIST: other.values[LIST]}) == {LIST: "document_attached_elsewhere"}


def test_wrong_kind_too_large_too_many_and_no_document(county: County) -> None:
    case = county.draft()
    assert refusals_of(county, case, {LIST: own(county, "a.txt", content=b"text")}) == {LIST: "wrong_kind_of_file"}
    (large,) = own(county, "大.pdf", content=pdf())
    Document.objects.filter(pk=large).update(size=21 * 1024 * 1024)
    assert refusals_of(county, case, {LIST: [large]}) == {LIST: "file_too_large"}
    assert refusals_of(county, case, {LIST: own(county, "1.xlsx", "2.xlsx", "3.xlsx", "4.xlsx")}) == {
        LIST: "too_many_files"
    }
    for nonsense in ("花名册.xlsx", 7, {"id": 1}, [["x"]], [None]):
        assert refusals_of(county, case, {LIST: nonsense}) == {LIST: "not_a_document"}


def test_lying_empty_and_three_gigabytes_are_refused_before_anything_is_kept(county: County, refused: Refused) -> None:
    case = county.draft()
    for name, content, code in (
        ("照片.jpg", pdf(), "name_contradicts_content"), ("花名册.xlsx", b"", "empty_file"),
        ("花名册.xlsx", b"MZ" + b"\0" * 100, "executable_file"), ("方案.pdf", b"%PDF-1.7 cut off", "file_incomplete"),
    ):  # fmt: skip
        with refused(code):
            actions.send_file(case.pk, SimpleUploadedFile(name, content), by=county.applicant)
    with refused("file_too_large"):
        begin_upload(name="录像.pdf", length=3 * 1024**3, purpose=MATERIAL, by=county.applicant)
    assert not Document.objects.exists()
    submitted = county.submitted()
    with refused("already_submitted"):
        actions.send_file(submitted.pk, SimpleUploadedFile("a.pdf", pdf()), by=county.applicant)
    with refused("not_found"):
        actions.send_file(case.pk, SimpleUploadedFile("a.pdf", pdf()), by=person_actor(county.stranger))


def test_an_infected_document_stops_a_submission_and_shows_in_a_submitted_case(
    county: County, refused: Refused
) -> None:
    def infect(document_id: str, case: Case) -> None:
        Document.objects.filter(pk=document_id).update(state="refused", refusal_code="malware", wrapped_key=None)
        document_refused.call(
            document_id=UUID(document_id), attached_app="matters", attached_id=case.pk, code="malware"
        )  # fmt: skip

    case = county.draft()
    actions.save_answers(case.pk, complete_answers(), by=county.applicant)
    case.refresh_from_db()
    infect(case.values[LIST][0], case)
    with pytest.raises(Refusals) as found:
        actions.submit_case(case.pk, by=county.applicant)
    assert [(one.field, one.code) for one in found.value.refusals] == [(LIST, "malware")]
    sent = county.submitted()
    infect(sent.values[LIST][0], sent)
    assert sent.events.filter(kind="material_refused").exists()
    printed = {a.label.zh: a for s in printed_screens(sent, queries.content_of(sent)) for a in s.answers}
    (file,) = printed["返岗职工花名册"].files
    assert not file.may_open
    assert "病毒" in str(file.standing)
    with refused("document_refused"):
        open_document(UUID(sent.values[LIST][0]), by=county.reviewers["health"])


# ---- who sees -------------------------------------------------------------------------------------------------------


def test_reviewers_in_scope_open_it_and_leave_their_trace(county: County, refused: Refused) -> None:
    case = county.submitted()
    document_id = UUID(case.values[LIST][0])
    opened = open_document(document_id, by=county.reviewers["health"])
    opened.close()
    look = Look.objects.get(person=county.owner)
    assert (look.what, look.case_number, look.reason) == ("documents.document", case.number, "办理办件")
    assert not document_visible_to(document_id, county.applicant).is_own
    open_document(document_id, by=county.applicant).close()
    open_document(document_id, by=person_actor(county.agent)).close()
    assert Look.objects.count() == 1  # one's own application leaves no trace
    elsewhere = staff(county.units["health"], region="510503")
    tourism = Unit.objects.create(organisation=county.units["health"].organisation, name="文旅局", kind="department",
                                  code="tourism", region_code="510502")  # fmt: skip
    for nobody in (person_actor(county.stranger), elsewhere, staff(tourism)):
        with refused("not_found"):
            open_document(document_id, by=nobody)
    draft = county.draft()
    save(county, draft, material__staff_list=own(county, "a.xlsx"))
    with refused("not_found"):
        open_document(UUID(draft.values[LIST][0]), by=county.reviewers["health"])
    Mandate.objects.update(withdrawn_at=timezone.now())
    with refused("not_found"):
        open_document(document_id, by=person_actor(county.agent))


# ---- pages and API --------------------------------------------------------------------------------------------------


def test_without_scripts_a_file_survives_the_errors_of_its_screen(
    county: County, sign_in: Callable[..., Client]
) -> None:
    browser = sign_in(county.owner)
    case = county.draft()
    actions.save_answers(
        case.pk, {"premises.canteen": "yes"}, screen="premises", complete=False, by=county.applicant
    )  # fmt: skip
    address = f"/cases/{case.pk}/form/materials/"
    page = browser.get(address).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert "web/upload.js" in page
    assert page.count('type="file"') == 10  # three, three, three and one letter
    sent = {
        LIST: SimpleUploadedFile("花名册.xlsx", workbook([["甲"]])),
        LETTER: SimpleUploadedFile("承诺书.pdf", b"MZ"),
    }
    answer = browser.post(address, sent | {"then": "continue"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "这是可执行程序或脚本" in text
    assert "请上传“应急预案”" in text  # everything wrong is told at once
    assert "花名册.xlsx" in text
    document = Document.objects.get()
    assert str(document.pk) in text
    again = browser.post(address, {
        f"{LIST}-document": str(document.pk), f"{LIST}-2": SimpleUploadedFile("第二页.pdf", pdf(b"2")),
        PLAN: SimpleUploadedFile("预案.pdf", pdf(b"3")), "then": "continue",
    })  # fmt: skip
    assert again.status_code == 302, again.content.decode()
    case.refresh_from_db()
    assert len(case.values[LIST]) == 2
    summary = browser.get(f"/cases/{case.pk}/check/").content.decode()
    for name in ("花名册.xlsx", "第二页.pdf", "预案.pdf"):
        assert name in summary
    removed = {f"{LIST}-document": case.values[LIST][0], f"{LIST}-2-document": case.values[LIST][1], f"{LIST}-2-remove": "1",
               f"{PLAN}-document": case.values[PLAN][0]}  # fmt: skip
    assert browser.post(address, removed | {"then": "continue"}).status_code == 302
    case.refresh_from_db()
    assert case.values[LIST] == [str(document.pk)]


def test_the_guide_lists_what_to_hand_in_and_the_desk_opens_it(county: County, sign_in: Callable[..., Client]) -> None:
    guide = Client(headers={"host": "luzhou.localhost"}).get("/services/enterprise-resumption/").content.decode()
    for said in ("返岗职工花名册", "必要", "按情况", "选交", "最多 3 个文件，每个不超过 20 MB", "政府已有"):
        assert said in guide
    case = county.submitted()
    desk = sign_in(Person.objects.create(name="李秀英"), "health")
    assert "返岗职工花名册.xlsx" in desk.get(f"/desk/cases/{case.pk}/").content.decode()
    got = desk.get(f"/documents/{case.values[LIST][0]}/")
    assert got.status_code == 200
    assert b"".join(got.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    other = sign_in(county.stranger)
    assert other.get(f"/documents/{case.values[LIST][0]}/").status_code == 404


def test_the_guide_offers_blank_forms_and_nothing_else(county: County) -> None:
    browser = Client(headers={"host": "luzhou.localhost"})
    page = browser.get(f"/services/{SERVICE}/").content.decode()
    address = f"/services/{SERVICE}/files/{quote('返岗职工花名册（空白表）.xlsx')}"
    assert address in page
    assert "防控责任承诺书" in page
    sent = browser.get(address)
    assert sent["Content-Disposition"].startswith("attachment")
    assert b"".join(sent.streaming_content).startswith(b"PK")  # type: ignore[arg-type]
    for name in ("definition.yaml", "..%2fdefinition.yaml", "无.xlsx"):
        assert browser.get(f"/services/{SERVICE}/files/{name}").status_code == 404


def test_a_file_the_guide_names_must_be_there(tmp_path: Path) -> None:
    guide = yaml.safe_load((DEFINITIONS / SERVICE / "definition.yaml").read_text("utf-8"))["guide"]
    guide["materials"] = [
        {"name": {"zh": "表", "en": "Form"}, "need": "optional", "source": "self", "blank": "没有.docx"}
    ]
    with pytest.raises(Faulty, match=r"没有\.docx"):
        read_library(small_folder(tmp_path, guide=guide))
