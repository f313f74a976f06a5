"""The window for others: by mandate, for companies, from a licence; and the page an applicant signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from tongban.foundation.documents.actions import Chosen
from tongban.foundation.documents.models import Document
from tongban.foundation.parties import actions as parties
from tongban.foundation.parties.models import Mandate, Membership, Organisation, Person
from tongban.foundation.registers.models import CompanyRecord, Register
from tongban.lib.actors import Actor
from tongban.lib.identifiers import synthetic_id_number, synthetic_uscc
from tongban.matters import actions, queries
from tongban.matters.actions import PaperMandate, Principal, ShownLicence
from tongban.matters.models import Case
from tongban.matters.queries.window import acting_in, company_said, intake_facts
from tongban.matters.tests.arrange import County, person_actor, staff
from tongban.matters.tests.small import ANSWERS, CODE, publish_small
from tongban.matters.tests.test_window import SEEN, clerk_of, visitor

Refused = Callable[[str], Any]
SignIn = Callable[..., Client]
MOTHER = Principal(
    "罗秀英", "resident_id", synthetic_id_number(timezone.localdate().replace(year=1941, month=5, day=2), 4)
)
USCC = synthetic_uscc("91", 77)
LICENCE = ShownLicence(USCC, "江阳区柳荫纸品厂", "company", "钱老大", "营业执照副本原件")


def paper(**changes: Any) -> PaperMandate:
    said = {
        "evidence": "授权委托书原件，委托人签名",
        "valid_to": timezone.localdate() + timedelta(days=30),
        "may_sign": True,
    }
    return PaperMandate(**(said | changes))


def finished(case: Case, clerk: Actor) -> Case:
    actions.save_answers(case.pk, ANSWERS, by=acting_in(case.pk, clerk))
    return actions.confirm_on_paper(case.pk, evidence="申请表已签字", by=clerk)


def test_a_daughter_comes_to_the_window_for_her_mother(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path)
    clerk = clerk_of(county)
    with refused("mandate_missing"):
        actions.take_in(CODE, visitor(principal=MOTHER), evidence=SEEN, by=clerk)
    assert not Person.objects.filter(name__in=("罗秀英", "钱老大")).exists()
    for mandate, code in (
        (paper(evidence=" "), "reason_missing"), (paper(valid_to=None), "term_open"),
        (paper(valid_to=timezone.localdate() - timedelta(days=1)), "term_order"),
    ):  # fmt: skip
        with refused(code):
            actions.take_in(CODE, visitor(principal=MOTHER, mandate=mandate), evidence=SEEN, by=clerk)
    case = actions.take_in(CODE, visitor(principal=MOTHER, mandate=paper()), evidence=SEEN, by=clerk)
    mother, daughter = Person.objects.get(name="罗秀英"), Person.objects.get(name="钱老大")
    mandate = Mandate.objects.get(person=mother)
    assert (mandate.person, mandate.agent, mandate.services, mandate.granted_by) == (mother, daughter, [CODE], "周敏")
    assert (mother.assurance, daughter.assurance) == (2, 5)
    handed_in = finished(case, clerk)
    assert (handed_in.state, handed_in.channel, handed_in.operator) == ("in_review", "window", "周敏")
    assert (handed_in.person, handed_in.submitted_by, handed_in.mandate_id) == (mother, daughter, mandate.pk)
    assert (handed_in.intake.visitor, handed_in.intake.capacity) == (daughter, "mandate")
    said = {str(name): str(value) for name, value in intake_facts(queries.case_at_window(handed_in.intake))}
    assert said["身份"] == "凭授权代办"
    assert said["授权依据"].startswith("书面授权：授权委托书原件，委托人签名")
    # Both find it, and the second visit needs no paper.
    for person in (mother, daughter):
        assert list(queries.cases_of(person_actor(person))) == [handed_in]
    again = actions.take_in(CODE, visitor(principal=MOTHER), evidence=SEEN, by=clerk)
    assert (again.mandate_id, Mandate.objects.filter(person=mother).count()) == (mandate.pk, 1)


def test_whose_case_it_is_stays_clear(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path)
    clerk = clerk_of(county)
    herself = Principal("钱老大", "resident_id", visitor().document_number)
    for wrong, code in (
        (visitor(principal=MOTHER, uscc=USCC, mandate=paper()), "one_applicant"),
        (visitor(principal=herself, mandate=paper()), "mandate_self"),
    ):
        with refused(code):
            actions.take_in(CODE, wrong, evidence=SEEN, by=clerk)
    actions.take_in(CODE, visitor(principal=MOTHER, mandate=paper()), evidence=SEEN, by=clerk)
    other = Principal("罗秀芳", MOTHER.document_type, MOTHER.document_number)
    with refused("name_differs"):
        actions.take_in(CODE, visitor(principal=other), evidence=SEEN, by=clerk)


def test_nobody_takes_in_what_they_asked_for(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path)
    known = parties.Particulars(MOTHER.name, MOTHER.document_type, MOTHER.document_number)
    mother = parties.register_person(known, by=clerk_of(county))
    clerk = staff(county.units["approval"], "clerk", name=mother.name, person=mother)
    with refused("own_case"):
        actions.take_in(CODE, visitor(principal=MOTHER, mandate=paper()), evidence=SEEN, by=clerk)


def test_a_service_without_agents_takes_none_at_the_window(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path, channels=["web", "window", "api"])
    with refused("wrong_channel"):
        actions.take_in(CODE, visitor(principal=MOTHER, mandate=paper()), evidence=SEEN, by=clerk_of(county))


def test_a_mandate_taken_back_closes_the_window(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path)
    clerk = clerk_of(county)
    case = actions.take_in(CODE, visitor(principal=MOTHER, mandate=paper()), evidence=SEEN, by=clerk)
    Mandate.objects.update(withdrawn_at=timezone.now())
    with refused("not_found"):
        finished(case, clerk)


def test_who_only_fills_in_does_not_sign(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path)
    clerk = clerk_of(county)
    case = actions.take_in(CODE, visitor(principal=MOTHER, mandate=paper(may_sign=False)), evidence=SEEN, by=clerk)
    with refused("forbidden"):
        finished(case, clerk)
    # A mandate that covers signing, too, is recorded beside the one that does not.
    case = actions.take_in(CODE, visitor(principal=MOTHER, mandate=paper()), evidence=SEEN, by=clerk)
    assert finished(case, clerk).state == "in_review"


def test_companies_only_through_somebody_with_a_right(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path)
    clerk = clerk_of(county)
    with refused("mandate_missing"):
        actions.take_in(CODE, visitor(uscc=county.company.uscc), evidence=SEEN, by=clerk)
    with refused("company_unknown"):
        actions.take_in(CODE, visitor(uscc=USCC), evidence=SEEN, by=clerk)
    case = actions.take_in(CODE, visitor(uscc=county.company.uscc, mandate=paper()), evidence=SEEN, by=clerk)
    assert (case.organisation, case.intake.capacity) == (county.company, "mandate")
    person = Person.objects.get(name="钱老大")
    county.company.legal_representative = person
    county.company.save(update_fields=["legal_representative"])
    case = actions.take_in(CODE, visitor(uscc=county.company.uscc), evidence=SEEN, by=clerk)
    assert (case.organisation, case.intake.capacity) == (county.company, "legal_representative")


def test_a_company_nobody_recorded_is_recorded_from_its_licence(
    county: County, refused: Refused, tmp_path: Path
) -> None:  # fmt: skip
    publish_small(tmp_path)
    clerk = clerk_of(county)
    with refused("forbidden"):
        actions.record_company(LICENCE, by=county.reviewers["health"])
    for changes, code in (
        ({"uscc": USCC[:-1] + ("A" if USCC[-1] != "A" else "B")}, "uscc_checksum"), ({"kind": "government"}, "kind_unknown"),
        ({"name": " "}, "name_missing"), ({"representative": ""}, "name_missing"), ({"evidence": ""}, "reason_missing"),
    ):  # fmt: skip
        with refused(code):
            actions.record_company(ShownLicence(**(_fields(LICENCE) | changes)), by=clerk)
    made = Organisation.objects.get(pk=actions.record_company(LICENCE, by=clerk))
    assert (made.source, made.licence["by"], made.licence["register"]) == ("licence", "周敏", "absent")
    assert (made.legal_representative, made.region_code) == (None, "510502")
    assert "市场主体登记库查无此单位" in str(company_said(made))
    with refused("company_known"):
        actions.record_company(LICENCE, by=clerk)
    # Whoever brought the licence is not its representative yet: a mandate of the company says so.
    with refused("mandate_missing"):
        actions.take_in(CODE, visitor(uscc=USCC), evidence=SEEN, by=clerk)
    case = actions.take_in(CODE, visitor(uscc=USCC, mandate=paper()), evidence=SEEN, by=clerk)
    said = {str(name): str(value) for name, value in intake_facts(queries.case_at_window(case.intake))}
    assert said["单位登记"].startswith("周敏于")


def _fields(licence: ShownLicence) -> dict[str, Any]:
    return {name: getattr(licence, name) for name in ShownLicence.__slots__}


def test_the_register_is_asked_first(county: County, refused: Refused, tmp_path: Path) -> None:
    publish_small(tmp_path)
    clerk = clerk_of(county)
    entry = CompanyRecord.objects.create(
        uscc=USCC, name="江阳区柳荫纸品厂", legal_representative="钱老大", region_code="510502001", address="柳荫巷 3 号",
        source="登记清单", refreshed_at=timezone.now(),
    )  # fmt: skip
    for changes in ({"name": "江阳区柳荫纸业"}, {"representative": "钱老二"}):
        with refused("differs_from_register"):
            actions.record_company(ShownLicence(**(_fields(LICENCE) | changes)), by=clerk)
    CompanyRecord.objects.filter(pk=entry.pk).update(standing="cancelled")
    with refused("company_cancelled"):
        actions.record_company(LICENCE, by=clerk)
    CompanyRecord.objects.filter(pk=entry.pk).update(standing="in_business")
    in_person = ShownLicence(**(_fields(LICENCE) | {"document_number": visitor().document_number}))
    made = Organisation.objects.get(pk=actions.record_company(in_person, by=clerk))
    assert (made.licence["register"], made.region_code, made.address) == ("found", "510502001", "柳荫巷 3 号")
    assert made.legal_representative == Person.objects.get(name="钱老大", assurance=5)
    case = actions.take_in(CODE, visitor(uscc=USCC), evidence=SEEN, by=clerk)
    assert case.intake.capacity == "legal_representative"


def test_a_silent_register_is_named(county: County, tmp_path: Path) -> None:
    publish_small(tmp_path)
    Register.objects.update_or_create(code="companies", defaults={"switched_off_at": timezone.now()})
    made = Organisation.objects.get(pk=actions.record_company(LICENCE, by=clerk_of(county)))
    assert made.licence["register"] == "silent"
    assert "没有应答" in str(company_said(made))


def page_of(name: str = "签字页.png") -> Chosen:
    picture = BytesIO()
    Image.new("RGB", (40, 56), "white").save(picture, "PNG")
    return Chosen(file=SimpleUploadedFile(name, picture.getvalue(), "image/png"))


def test_the_signed_page_is_kept_and_seen(
    county: County, refused: Refused, sign_in: SignIn, tmp_path: Path
) -> None:  # fmt: skip
    publish_small(tmp_path, assurance=3)
    clerk = clerk_of(county)
    case = actions.take_in(CODE, visitor(), evidence=SEEN, by=clerk)
    actions.save_answers(case.pk, ANSWERS, by=acting_in(case.pk, clerk))
    with refused("page_missing"):
        actions.confirm_on_paper(case.pk, evidence="申请表已签字", by=clerk)
    with refused("not_found"):
        actions.confirm_on_paper(case.pk, evidence="申请表已签字", page=page_of(), by=clerk_of(county, "何志强"))
    assert not Document.objects.exists()
    handed_in = actions.confirm_on_paper(case.pk, evidence="申请表已签字", page=page_of(), by=clerk)
    document = Document.objects.get()
    assert (handed_in.intake.page_id, document.attached_id, document.owner_person_id) == (
        document.pk, case.pk, handed_in.person_id,
    )  # fmt: skip
    assert handed_in.events.get(kind="confirmed").facts == {"how": "paper", "page": str(document.pk)}
    Membership.objects.all().delete()  # the browsers open desks of their own
    where = f"/documents/{document.pk}/"
    for browser, page in (
        (sign_in(Person.objects.get(pk=clerk.person_id), "approval", "clerk"), f"/window/{case.pk}/"),
        (sign_in(Person.objects.create(name="张海燕"), "health"), f"/desk/cases/{case.pk}/"),
    ):
        shown = browser.get(page).content.decode()
        assert "签字页.png" in shown
        assert where in shown
        opened = browser.get(where)
        assert opened.status_code == 200
        assert b"".join(opened.streaming_content)
    assert sign_in(Person.objects.create(name="王远")).get(where).status_code == 404


def test_the_mandate_in_writing_is_scanned_once(
    county: County, refused: Refused, sign_in: SignIn, tmp_path: Path
) -> None:  # fmt: skip
    publish_small(tmp_path, assurance=3)
    clerk = clerk_of(county)
    case = actions.take_in(CODE, visitor(principal=MOTHER, mandate=paper()), evidence=SEEN, by=clerk)
    actions.save_answers(case.pk, ANSWERS, by=acting_in(case.pk, clerk))
    for ask in (
        lambda: actions.confirm_on_paper(case.pk, evidence="申请表已签字", page=page_of(), by=clerk),
        lambda: actions.send_confirmation(case.pk, by=clerk),
    ):
        with refused("mandate_page_missing"):
            ask()
    with refused("not_found"):
        actions.add_mandate_page(case.pk, page_of("授权书.png"), by=clerk_of(county, "何志强"))
    for _ in range(2):  # a better scan takes the place of the first
        intake = actions.add_mandate_page(case.pk, page_of("授权书.png"), by=clerk)
    document = Document.objects.get(pk=intake.mandate_page_id)
    assert (document.attached_id, document.owner_person_id) == (case.pk, case.person_id)
    assert case.events.filter(kind="mandate_scanned").count() == 2
    assert actions.confirm_on_paper(case.pk, evidence="已签字", page=page_of(), by=clerk).state == "in_review"
    with refused("already_submitted"):
        actions.add_mandate_page(case.pk, page_of(), by=clerk)
    again = actions.take_in(CODE, visitor(principal=MOTHER), evidence=SEEN, by=clerk)  # the same mandate, seen before
    actions.save_answers(again.pk, ANSWERS, by=acting_in(again.pk, clerk))
    assert actions.confirm_on_paper(again.pk, evidence="已签字", page=page_of(), by=clerk).state == "in_review"
    own = actions.take_in(CODE, visitor(), evidence=SEEN, by=clerk)
    with refused("no_paper_mandate"):
        actions.add_mandate_page(own.pk, page_of(), by=clerk)
    Membership.objects.all().delete()  # the browsers open desks of their own
    desk = sign_in(Person.objects.create(name="张海燕"), "health")
    assert "授权书.png" in desk.get(f"/desk/cases/{case.pk}/").content.decode()
    assert b"".join(desk.get(f"/documents/{document.pk}/").streaming_content)


def test_the_page_for_the_mandate_opens_where_it_is_missing(county: County, sign_in: SignIn, tmp_path: Path) -> None:
    publish_small(tmp_path, assurance=3)
    clerk = clerk_of(county)
    case = actions.take_in(CODE, visitor(principal=MOTHER, mandate=paper()), evidence=SEEN, by=clerk)
    Membership.objects.all().delete()
    browser, here = sign_in(Person.objects.get(pk=clerk.person_id), "approval", "clerk"), f"/window/{case.pk}/"
    assert '<details class="tb-fold" open><summary>扫描书面授权' in browser.get(here).content.decode()
    assert browser.post(here, {"act": "mandate"}).status_code == 422
    sent = browser.post(here, {"act": "mandate", "mandate_page": page_of("授权书.png").file}, follow=True)
    shown = sent.content.decode()
    assert "授权书.png" in shown
    assert "重新扫描书面授权" in shown
    assert "书面授权已扫描入件" in shown


def test_the_pages_of_the_window_for_others(county: County, sign_in: SignIn, tmp_path: Path) -> None:
    publish_small(tmp_path)
    clerk = Person.objects.create(name="周敏")
    browser = sign_in(clerk, "approval", "clerk")
    typed = {"service": CODE, "name": "钱老大", "document_type": "resident_id", "evidence": SEEN,
             "document_number": visitor().document_number, "uscc": USCC}  # fmt: skip
    unknown = browser.post("/window/new/", typed)
    assert f"/window/company/?uscc={USCC}" in unknown.content.decode()
    shown = browser.get(f"/window/company/?uscc={USCC}").content.decode()
    assert USCC in shown
    refused = browser.post("/window/company/", {"uscc": USCC, "name": "纸品厂"})
    assert refused.status_code == 422
    recorded = browser.post("/window/company/", {"uscc": USCC, "name": LICENCE.name, "kind": "company",
                                                 "representative": "钱老大", "evidence": "营业执照副本原件"})  # fmt: skip
    assert recorded.url == f"/window/new/?uscc={USCC}"
    lacking = browser.post("/window/new/", typed)
    assert "没有查到来人为申请人办理的授权" in lacking.content.decode()
    until = (timezone.localdate() + timedelta(days=9)).isoformat()
    begun = browser.post(
        "/window/new/", typed | {"mandate_evidence": "授权委托书原件", "valid_to": until, "may_sign": "on"}
    )
    case = Case.objects.get()
    assert begun.url == f"/cases/{case.pk}/form/only/"
    shown = browser.get(f"/window/{case.pk}/").content.decode()
    assert "凭授权代办" in shown
    assert "市场主体登记库查无此单位" in shown


def test_the_mother_reads_who_acted_for_her(county: County, sign_in: SignIn, tmp_path: Path) -> None:
    publish_small(tmp_path)
    clerk = clerk_of(county)
    case = actions.take_in(CODE, visitor(principal=MOTHER, mandate=paper()), evidence=SEEN, by=clerk)
    case = finished(case, clerk)
    assert case.person is not None
    shown = sign_in(case.person).get(f"/cases/{case.pk}/").content.decode()
    assert "代办人：钱老大（凭授权，窗口收件）" in shown
    desk = sign_in(Person.objects.create(name="张海燕"), "health").get(f"/desk/cases/{case.pk}/").content.decode()
    assert "书面授权：授权委托书原件" in desk
