"""The shell's pages: what they show, to whom, in which language, and what they say when something is wrong."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from django.utils import timezone

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web import errors, portal
from tongban.web.middleware import audience_of, refusals_and_audiences

PUBLIC = ["home", "company", "search", "themes", "help", "about", "accessibility"]
CARD = portal.Tile(T("社会保障卡补换", "Replace a social security card"), "/x/card/", T("即时办结", "At once"))
RESUME = portal.Tile(T("企业复工复产", "Resuming work"), "/x/resume/", applicants=("company",))


@pytest.fixture
def browser(db):
    return Client(HTTP_HOST="luzhou.localhost")


def themes(**changes):
    social = portal.Theme(
        "social", T("社会保障", "Social security"), T("卡", "Cards"), "id", 2, False, "/themes/social/", (CARD,)
    )
    column = portal.Theme("resume", T("复工专栏", "Back to work"), T("一次申请", "One form"), "tools", 1, True,
                          "/themes/resume/", (RESUME,), **changes)  # fmt: skip
    return [social, column]


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize(("tag", "attribute"), [("zh-hans", "zh-Hans"), ("en", "en")])
def test_public_pages_speak_both_languages(browser, answered, name, tag, attribute):
    answered(portal.themes, themes())
    browser.cookies["tongban_language"] = tag
    response = browser.get(reverse(f"web:{name}"))
    page = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{attribute}"' in page
    assert page.count("<h1") == 1
    if tag == "en":
        visible = re.sub(r'<button[^>]*lang="zh-Hans".*?</button>', "", page, flags=re.S)
        assert not re.search(r"[\u4e00-\u9fff]", visible.replace("通办", "")), "Chinese left on an English page"


def test_language_is_switched_by_a_plain_form(browser, answered):
    page = browser.get("/help/").content.decode()
    assert 'action="/i18n/setlang/"' in page
    response = browser.post("/i18n/setlang/", {"language": "en", "next": "/help/"})
    assert (response.status_code, response["Location"]) == (302, "/help/")
    assert "Help" in browser.get("/help/").content.decode()


def test_a_person_sees_services_for_persons_only(browser, answered):
    answered(portal.themes, themes())
    page = browser.get("/").content.decode()
    assert "社会保障" in page
    assert "复工专栏" not in page
    assert "复工专栏" in browser.get("/company/").content.decode()


def test_a_column_closes_after_its_last_day(browser, answered):
    answered(portal.themes, themes(until=timezone.localdate() - timedelta(days=1)))
    assert "复工专栏" not in browser.get("/company/").content.decode()
    assert browser.get("/themes/resume/").status_code == 404


def test_a_theme_lists_its_services(browser, answered):
    answered(portal.themes, themes())
    assert "/x/card/" in browser.get("/themes/social/").content.decode()


def test_search_groups_by_kind_and_escapes(browser, answered):
    found = [
        portal.Found(T("甲<b>", "A"), "/a/", T("事项", "Services")),
        portal.Found(T("乙", "B"), "/b/", T("办件", "Cases")),
        portal.Found(T("丙", "C"), "/c/", T("事项", "Services")),
    ]
    answered(portal.search, found)
    page = browser.get("/search/", {"q": "sbk"}).content.decode()
    assert page.index("甲") < page.index("丙") < page.index("乙")
    assert "甲&lt;b&gt;" in page


def test_search_asks_nobody_about_nothing_and_cuts_long_terms(browser, answered, monkeypatch):
    asked = []
    monkeypatch.setattr(portal.search, "answers", [lambda *, term, **_: asked.append(term) or []])
    browser.get("/search/", {"q": " \x00 "})
    browser.get("/search/", {"q": "长" * 500})
    assert asked == ["长" * 80]


def test_large_type_is_kept_in_a_cookie(browser, answered):
    response = browser.post("/type-size/", {"size": "large", "next": "/help/"})
    assert response["Location"] == "/help/"
    assert 'data-type="large"' in browser.get("/help/").content.decode()
    browser.post("/type-size/", {"size": "standard", "next": "/help/"})
    assert 'data-type="large"' not in browser.get("/help/").content.decode()


def test_large_type_does_not_lead_elsewhere(browser, answered):
    assert browser.post("/type-size/", {"next": "https://elsewhere.example/"})["Location"] == "/"


def test_the_desk_is_not_for_visitors(browser, answered):
    response = browser.get("/desk/")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


def test_components_are_hidden_outside_demo(browser, answered, settings):
    settings.DEMO = False
    assert browser.get("/components/").status_code == 404
    settings.DEMO = True
    assert browser.get("/components/").status_code == 200


def test_every_page_of_the_shell_declares_its_audience():
    for route in get_resolver("tongban.web.urls").url_patterns:
        assert audience_of(route.callback, f"/{route.pattern}") is not None, route.name


def test_a_missing_page_says_what_to_do(browser, answered):
    response = browser.get("/nowhere/")
    assert response.status_code == 404
    assert "从首页搜索" in response.content.decode()


def test_a_wrong_method_gets_words_and_keeps_its_header(browser, answered):
    response = browser.get("/type-size/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "只用来接收表单" in response.content.decode()


def test_a_form_without_its_token_is_explained(db, answered):
    strict = Client(HTTP_HOST="luzhou.localhost", enforce_csrf_checks=True)
    response = strict.post("/type-size/", {"size": "large"})
    assert response.status_code == 403
    assert "stale_form" in response.content.decode()


@pytest.mark.parametrize("status", sorted(errors.STOPS))
@pytest.mark.parametrize("tag", ["zh-hans", "en"])
def test_stop_pages_need_no_database(status, tag):
    # No db fixture: a query here fails the test.
    request = RequestFactory().get("/x/", HTTP_ACCEPT_LANGUAGE=tag)
    response = errors.stop_page(request, status)
    page = response.content.decode()
    stop = errors.STOPS[status]
    assert response.status_code == status
    assert stop.title.zh in page
    assert stop.title.en in page


def test_too_large_a_body_is_told_apart_from_a_bad_one():
    request = RequestFactory().post("/x/")
    assert errors.bad_request(request, RequestDataTooBig()).status_code == 413
    assert errors.bad_request(request, SuspiciousOperation()).status_code == 400


def test_a_refusal_becomes_a_page_with_its_code(rf):
    request = rf.get("/x/")
    door = refusals_and_audiences(lambda _: None)
    response = door.process_exception(request, Refusal("mandate_expired", T("授权已过期<。", "Expired."), status=409))
    assert response.status_code == 409
    assert "授权已过期&lt;。" in response.content.decode()
    assert "mandate_expired" in response.content.decode()
    assert door.process_exception(request, ValueError()) is None


def test_signing_in_speaks_the_office_words(browser, answered):
    page = browser.get("/accounts/login/").content.decode()
    assert "用户名或手机号" in page
    assert "placeholder" not in page[page.index('name="login"') - 200 : page.index('name="login"') + 200]


def test_a_forgotten_password_leads_to_the_code(browser, answered):
    page = browser.get("/accounts/password/reset/").content.decode()
    assert reverse("account_request_login_code") in page


@pytest.mark.parametrize(
    "name", ["account_login", "account_signup", "account_request_login_code", "account_reset_password"]
)
def test_signing_in_is_complete_in_english(browser, answered, name):
    browser.cookies["tongban_language"] = "en"
    page = browser.get(reverse(name)).content.decode()
    visible = re.sub(r'<button[^>]*lang="zh-Hans".*?</button>', "", page, flags=re.S)
    assert not re.search(r"[\u4e00-\u9fff]", visible.replace("通办", ""))


@pytest.mark.django_db
def test_a_half_without_services_shows_the_other_half_and_says_so(browser, answered) -> None:
    theme = portal.Theme(
        "back", T("复工专题", "Work"), T("说明", "About"), "flag", 1, False, "/themes/back/", (RESUME,)
    )
    answered(portal.themes, [theme])
    page = browser.get("/").content.decode()
    assert "复工专题" in page
    assert "个人事项还在准备" in page
    assert "个人事项还在准备" not in browser.get("/company/").content.decode()
