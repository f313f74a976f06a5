"""The pages: every step by hand without JavaScript, errors kept, scope kept, queries counted."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tongban.foundation.parties.models import Person
from tongban.matters import actions
from tongban.matters.models import Case
from tongban.matters.tests.arrange import SERVICE, County, complete_answers, pdf, workbook

HOST = {"host": "luzhou.localhost"}
SignIn = Callable[..., Client]


def typed(screen: Any, content: Any) -> dict[str, Any]:
    """The complete answers of one screen as a browser sends them."""
    answers = complete_answers()
    sent: dict[str, Any] = {}
    for asked in screen.fields:
        value = answers.get(asked.element)
        kind = content.elements[asked.element].type
        if kind == "promise":
            sent[asked.element] = "on"
        elif kind == "file":
            content_sent = workbook([["姓名"], ["陈小雨"]]) if asked.element == "material.staff_list" else pdf(b"plan")
            name = "返岗职工花名册.xlsx" if asked.element == "material.staff_list" else "应急预案.pdf"
            sent |= {asked.element: SimpleUploadedFile(name, content_sent)} if value else {}
        elif kind == "yes_no" and value is not None:
            sent[asked.element] = "yes" if value else "no"
        elif value is not None:
            sent[asked.element] = value
    return sent


def test_a_company_applies_screen_by_screen_on_paper_thin_html(county: County, sign_in: SignIn) -> None:
    from tongban.matters.queries import content_of

    browser = sign_in(county.owner)
    guide = browser.get(f"/services/{SERVICE}/").content.decode()
    assert "企业复工复产" in guide
    assert reverse("matters:start", args=[SERVICE]) in guide
    began = browser.post(f"/services/{SERVICE}/start", {"whom": f"organisation:{county.company.pk}"})
    case = Case.objects.get()
    content = content_of(case)
    assert began.url == f"/cases/{case.pk}/form/company/"
    address = began.url
    for screen in content.form.screens:
        page = browser.get(address)
        assert page.status_code == 200
        assert str(screen.title.zh) in page.content.decode()
        answer = browser.post(address, typed(screen, content) | {"then": "continue"})
        assert answer.status_code == 302, answer.content.decode()
        address = answer.url
    assert address == f"/cases/{case.pk}/check/"
    assert "来源" in browser.get(address).content.decode()
    sent = browser.post(address)
    assert sent.url == f"/cases/{case.pk}/receipt/"
    case.refresh_from_db()
    receipt = browser.get(sent.url).content.decode()
    assert case.number in receipt
    assert "<svg" in receipt
    assert "8 个部门正在审查" in browser.get(f"/cases/{case.pk}/").content.decode()
    assert case.number in browser.get("/cases/").content.decode()


def test_wrong_answers_come_back_as_typed_with_links_to_the_fields(county: County, sign_in: SignIn) -> None:
    browser = sign_in(county.owner)
    case = county.draft()
    wrong = {"workforce.total": "四十", "workforce.returning": "<b>", "then": "continue"}
    answer = browser.post(f"/cases/{case.pk}/form/workforce/", wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="四十"' in text
    assert "&lt;b&gt;" in text
    assert 'href="#q_workforce.total"' in text
    assert "请填写整数" in text
    assert Case.objects.get().values.get("workforce.total") is None


def test_saved_for_later_and_taken_up_again(county: County, sign_in: SignIn) -> None:
    browser = sign_in(county.owner)
    case = county.draft()
    later = browser.post(f"/cases/{case.pk}/form/contact/", {"epidemic_contact.name": "王丽华", "then": "later"})
    assert later.url == f"/cases/{case.pk}/"
    assert browser.get(f"/cases/{case.pk}/form/").url == f"/cases/{case.pk}/form/contact/"
    assert 'value="王丽华"' in browser.get(f"/cases/{case.pk}/form/contact/").content.decode()
    assert "接着填" in browser.get(f"/services/{SERVICE}/start").content.decode()


def test_a_question_that_depends_on_another_appears_without_saving(county: County, sign_in: SignIn) -> None:
    browser = sign_in(county.owner)
    case = county.draft()
    before = browser.get(f"/cases/{case.pk}/form/premises/").content.decode()
    assert "premises.canteen_measures" not in before
    shown = browser.post(f"/cases/{case.pk}/form/premises/?preview=1", {"premises.canteen": "yes"}).content.decode()
    assert "premises.canteen_measures" in shown
    assert "<html" not in shown
    assert "tb-error" not in shown
    assert Case.objects.get().values.get("premises.canteen") is None


def test_an_incomplete_case_is_not_submitted_by_hand_either(county: County, sign_in: SignIn) -> None:
    browser = sign_in(county.owner)
    case = county.draft()
    page = browser.post(f"/cases/{case.pk}/check/")
    assert page.status_code == 422
    assert f"/cases/{case.pk}/form/contact/?to_check=1#q_epidemic_contact.name" in page.content.decode()


def test_strangers_and_staff_of_others_do_not_find_it(county: County, sign_in: SignIn) -> None:
    case = county.granted()
    stranger = sign_in(county.stranger)
    for page in ("", "form/", "form/company/", "check/", "receipt/", "certificate/"):
        assert stranger.get(f"/cases/{case.pk}/{page}").status_code == 404
    assert stranger.post(f"/cases/{case.pk}/withdraw").status_code == 404
    assert stranger.get(f"/desk/cases/{case.pk}/").status_code == 403
    assert str(case.pk) not in stranger.get("/cases/").content.decode()
    visitor = Client(headers=HOST)
    assert visitor.get(f"/cases/{case.pk}/").status_code == 302
    elsewhere = Client(headers={"host": "zigong.localhost"})
    assert elsewhere.get(f"/services/{SERVICE}/").status_code == 404


def test_the_desk_reviews_and_decides(county: County, sign_in: SignIn) -> None:
    case = county.submitted()
    for code, actor in county.reviewers.items():
        if code != "health":
            actions.review_case(case.pk, opinion="approved", by=actor)
    health = sign_in(Person.objects.create(name="李秀英"), "health")
    inbox = health.get("/desk/reviews/").content.decode()
    assert case.number in inbox
    without_reason = health.post(f"/desk/cases/{case.pk}/", {"act": "review", "opinion": "objected", "text": ""})
    assert without_reason.status_code == 422
    assert "请写明理由" in without_reason.content.decode()
    assert health.post(f"/desk/cases/{case.pk}/", {"act": "review", "opinion": "approved"}).status_code == 302
    assert case.number not in health.get("/desk/reviews/").content.decode()
    assert health.post(f"/desk/cases/{case.pk}/", {"act": "decide", "outcome": "granted"}).status_code == 403
    decider = sign_in(Person.objects.create(name="黄文博"), "approval", "decider")
    assert case.number in decider.get("/desk/decisions/").content.decode()
    page = decider.get(f"/desk/cases/{case.pk}/").content.decode()
    assert "李秀英" in page
    assert "作出决定并盖章" in page
    assert decider.post(f"/desk/cases/{case.pk}/", {"act": "decide", "outcome": "granted"}).status_code == 302
    owner = sign_in(county.owner)
    certificate = owner.get(f"/cases/{case.pk}/certificate/")
    assert "企业复工复产证明" in certificate.content.decode()
    assert "<svg" in certificate.content.decode()
    receipts = re.findall(r'href="(/log/receipt/[0-9a-f]{64})\.tlog-proof"', certificate.content.decode())
    assert [owner.get(receipt).status_code for receipt in receipts] == [503]  # there, and signed within a minute
    assert "/log/check#" in owner.get(f"/cases/{case.pk}/").content.decode()
    assert "/log/check#" in owner.get(f"/cases/{case.pk}/receipt/").content.decode()
    code = certificate.context["credential"].code
    assert "is-valid" in owner.get("/verify", {"c": code}).content.decode()
    decider.post(f"/desk/cases/{case.pk}/", {"act": "revoke", "reason": "承诺不实"})
    assert "is-invalid" in owner.get("/verify", {"c": code}).content.decode()
    assert "已被撤销" in owner.get(f"/cases/{case.pk}/certificate/").content.decode()


def test_a_correction_is_shown_asked_and_answered(county: County, sign_in: SignIn) -> None:
    case = county.reviewed(emergency="correction")
    decider = sign_in(Person.objects.create(name="黄文博"), "approval", "decider")
    assert decider.post(f"/desk/cases/{case.pk}/", {"act": "return", "note": ""}).status_code == 302
    owner = sign_in(county.owner)
    assert "emergency的理由" in owner.get(f"/cases/{case.pk}/").content.decode()
    home = owner.get("/company/").content.decode()
    assert "去补正" in home
    owner.post(f"/cases/{case.pk}/form/safety/?to_check=1", {"safety.self_check": "yes", "safety.hazards": "已整改"})
    assert owner.post(f"/cases/{case.pk}/check/").status_code == 302


def test_both_languages_and_the_portal(county: County, sign_in: SignIn) -> None:
    browser = sign_in(county.owner)
    browser.cookies["tongban_language"] = "en"
    case = county.granted()
    assert "Resuming work at a company" in browser.get(f"/services/{SERVICE}/").content.decode()
    assert "Certificate of Resumption" in browser.get(f"/cases/{case.pk}/certificate/").content.decode()
    assert "Granted" in browser.get(f"/cases/{case.pk}/").content.decode()
    assert "Resuming work" in browser.get("/company/").content.decode()
    for term in ("qyfg", "fg", "复工", case.number):
        assert case.definition.title.en in browser.get("/search/", {"q": term}).content.decode()


def test_lists_cost_the_same_for_one_and_for_many(county: County, sign_in: SignIn) -> None:
    health = sign_in(Person.objects.create(name="李秀英"), "health")
    owner = sign_in(county.owner)

    def statements(browser: Client, address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert browser.get(address).status_code == 200
        return len(found)

    county.submitted()
    pages = [(health, "/desk/reviews/"), (health, "/desk/cases/"), (owner, "/cases/")]
    few = [statements(*page) for page in pages]
    for _ in range(5):
        county.submitted()
    assert [statements(*page) for page in pages] == few
    assert all(count <= most for count, most in zip(few, (17, 15, 14), strict=True)), few
    assert statements(health, f"/desk/cases/{Case.objects.order_by('-started_at')[0].pk}/") <= 31


def test_my_data_names_the_cases_one_handled(county: County, sign_in: SignIn) -> None:
    from tongban.matters.handlers.held import cases_held

    case = county.submitted()
    (section,) = cases_held(person_id=county.owner.pk)
    assert case.number in section.facts[0][1]
    assert cases_held(person_id=county.stranger.pk) == []
