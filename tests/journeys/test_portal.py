"""A visitor at the portal: finds their way on a phone and at a desk, in both languages, with and without scripts."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.journey
PUBLIC = ("/", "/company/", "/themes/", "/search/?q=fgfc", "/help/", "/about/", "/accessibility/", "/verify",
          "/accounts/login/", "/demo/roles", "/demo/outbox")  # fmt: skip


@pytest.mark.parametrize(("screen", "language"), [("phone", "zh"), ("desktop", "en")])
def test_public_pages_hold(visitor, screen, language):
    someone = visitor(screen=screen, language=language)
    for path in PUBLIC:
        someone.open(path)


def test_the_language_is_switched_on_every_page_without_scripts(visitor):
    someone = visitor(screen="phone", scripts=False)
    for path in PUBLIC:
        page = someone.page
        page.goto(someone.house.at(path))
        assert page.locator("html").get_attribute("lang") == "zh-Hans", path
        page.locator('button[lang="en"]').first.click()
        assert page.locator("html").get_attribute("lang") == "en", path
        page.locator('button[lang="zh-Hans"]').first.click()
        assert page.locator("html").get_attribute("lang") == "zh-Hans", path


def test_pages_that_stop_a_visitor_say_so(visitor):
    someone = visitor(screen="phone")
    someone.open("/nowhere/", status=404)
    assert someone.page.get_by_role("heading", name="没有找到这一页").is_visible()
    someone.open("/demo/enter", status=405)
    someone.open("/?q=%FF", status=400)
