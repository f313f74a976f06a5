"""Pages of registers in a real browser: readable by everybody, narrow enough for a phone, silent."""

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
VARIANTS = [(360, "zh-hans"), (1280, "zh-hans"), (360, "en"), (1280, "en")]
ACROSS = [(360, "zh-hans"), (1280, "en")]  # each width and each language once
Desk = Callable[[int, str], Page]


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
def desk_of(
    chromium: Browser, committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Any], Desk]]:  # fmt: skip
    """``desk_of(actor)(width, tag)``: a browser in which this actor is at their desk."""
    from tongban.web.tests.conftest import HOST, answer

    contexts: list[Any] = []

    def desk_of_(actor: Any) -> Desk:
        monkeypatch.setattr("tongban.foundation.parties.middleware.actor_of_session", lambda _: actor)

        def open_(width: int, tag: str) -> Page:
            context = chromium.new_context(
                viewport={"width": width, "height": 900}, base_url=f"http://{HOST}", java_script_enabled=True
            )
            contexts.append(context)
            context.add_cookies([{"name": "tongban_language", "value": tag, "url": f"http://{HOST}"}])
            context.route("**/*", answer)
            return context.new_page()

        return open_

    yield desk_of_
    for context in contexts:
        context.close()


def test_the_pages_of_registers_are_readable(desk_of: Callable[[Any], Desk]) -> None:
    from django.utils import timezone

    from tongban.foundation.registers import actions
    from tongban.foundation.registers.tests.arrange import company_list, company_row, operator
    from tongban.foundation.registers.tests.test_demo import BY, answers
    from tongban.lib.jurisdictions import enter

    with enter("j510500"):
        for one in answers():
            one(by=BY)
        actions.switch_register("companies", off=True, reason="来源系统维护", by=BY)
        desk = desk_of(operator())
        rows = company_list(company_row(), company_row(501).replace("200万元", "很多"))
        for width, tag in VARIANTS:
            page = desk(width, tag)
            for name, path in PAGES.items():
                page.goto(path)
                keep(page, f"{name}-{width}-{tag}", width)
            page.set_input_files("input[type=file]", {"name": "名单.csv", "mimeType": "text/csv", "buffer": rows})
            page.fill("input[name=source]", "区市场监管局")
            page.fill("input[name=refreshed_on]", timezone.localdate().isoformat())
            page.click("form.tb-panel button")
            page.wait_for_selector("th[scope=row]")
            keep(page, f"trial-{width}-{tag}", width)


def test_the_pages_of_lists_are_readable(desk_of: Callable[[Any], Desk], run_jobs: Callable[[], int]) -> None:
    """A list of each state on its way: just read, tried with rows refused and to settle, taken over."""
    from tongban.foundation.registers.tests.arrange import grid_worker
    from tongban.foundation.registers.tests.conftest import some_communities
    from tongban.foundation.registers.tests.lists import as_csv, line, phone_of, taken, tried, uploaded
    from tongban.lib.jurisdictions import enter

    home, other = "示例小区7栋1单元101室", "示例小区7栋1单元102室"
    with enter("j510500"), some_communities():
        worker = grid_worker()
        over = taken(as_csv([line(1, "张三", home)]), run_jobs, by=worker, title="一月台账")
        rows = [
            line(1, "张三", home, phone=phone_of(9)),
            line(2, "李四", other),
            line(3, "王五", home, number="5.10502E+17"),
        ]
        checked = tried(as_csv(rows), run_jobs, by=worker, title="二月台账")
        read = uploaded(as_csv([line(4, "赵六", home)]), by=worker, title="三月台账")
        base, desk = "/desk/resident-lists/", desk_of(worker)
        pages = {
            "lists": base, "read": f"{base}{read.pk}/", "checked": f"{base}{checked.pk}/", "taken": f"{base}{over.pk}/",
            "settle": f"{base}{checked.pk}/settle/",
        }  # fmt: skip
        for width, tag in ACROSS:
            page = desk(width, tag)
            for name, path in pages.items():
                page.goto(path)
                assert page.locator("h1").count() == 1, name
                keep(page, f"{name}-{width}-{tag}", width)


def keep(page: Page, name: str, width: int) -> None:
    """No barrier found by axe, nothing wider than the screen; a picture where SHOTS names a directory."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
