"""A desk in a real browser, answered by this process: for tests that put rows before axe no demo has.

Pages of an app beside its other tests: ``from tongban.web.tests.desks import Desk, chromium, desk_of, keep``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tongban.web.tests.axe import RULES

SHOTS = os.environ.get("SHOTS", "")
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


def keep(page: Page, name: str, width: int) -> None:
    """No barrier found by axe, nothing wider than the screen; a picture where SHOTS names a directory."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, f"{name}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, name
