"""The operators' pages in a real browser: readable by everybody, narrow enough for a phone, silent."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tongban.web.tests.axe import RULES

# Requests of the browser are answered on a connection of their own: what they are to see must be committed.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed_db")]
SHOTS = os.environ.get("SHOTS", "")
PAGES = {
    "list": "/operations/registers/",
    "one": "/operations/registers/population/",
    "off": "/operations/registers/companies/",
    "own": "/operations/registers/residence/",
    "import": "/operations/registers/companies/list/",
}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, answered by this process as in the tests of web."""
    from tongban.web.tests.conftest import CHROMIUM, sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def at_desk(chromium: Browser, committed_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Page]]:
    """``at_desk(path, width, tag)``: a page as an operator at their desk sees it."""
    from tongban.foundation.registers.tests.arrange import operator
    from tongban.lib.jurisdictions import enter
    from tongban.web.tests.conftest import HOST, answer

    with enter("j510500"):
        actor = operator()
    monkeypatch.setattr("tongban.foundation.parties.middleware.actor_of_session", lambda _: actor)
    contexts: list[Any] = []

    def open_(path: str, width: int, tag: str) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        context.add_cookies([{"name": "tongban_language", "value": tag, "url": f"http://{HOST}"}])
        context.route("**/*", answer)
        page = context.new_page()
        page.goto(f"http://{HOST}{path}")
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("width", "tag"), [(360, "zh-hans"), (1280, "zh-hans"), (360, "en"), (1280, "en")])
def test_the_pages_of_registers_are_readable(at_desk: Callable[..., Page], width: int, tag: str) -> None:
    from django.utils import timezone

    from tongban.foundation.registers import actions
    from tongban.foundation.registers.tests.arrange import company_list, company_row
    from tongban.foundation.registers.tests.test_demo import BY, answers
    from tongban.lib.jurisdictions import enter

    with enter("j510500"):
        for one in answers():
            one(by=BY)
        actions.switch_register("companies", off=True, reason="来源系统维护", by=BY)
        for name, path in PAGES.items():
            page = at_desk(path, width, tag)
            keep(page, f"{name}-{width}-{tag}", width)
        page = at_desk(PAGES["import"], width, tag)
        rows = company_list(company_row(), company_row(501).replace("200万元", "很多"))
        page.set_input_files("input[type=file]", {"name": "名单.csv", "mimeType": "text/csv", "buffer": rows})
        page.fill("input[name=source]", "区市场监管局")
        page.fill("input[name=refreshed_on]", timezone.localdate().isoformat())
        page.click("form.tb-panel button")
        page.wait_for_selector("th[scope=row]")
        keep(page, f"trial-{width}-{tag}", width)


def keep(page: Page, name: str, width: int) -> None:
    """No barrier found by axe, nothing wider than the screen; a picture where SHOTS names a directory."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
