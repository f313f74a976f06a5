"""The public page and the check of a receipt, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tongban.foundation.ledger import queries
from tongban.foundation.ledger.models import Entry
from tongban.foundation.ledger.tests.support import fill
from tongban.foundation.ledger.tests.witnesses import Circle
from tongban.web.tests.conftest import chromium  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
HOST = "luzhou.localhost"


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., tuple[Page, list[str]]]]:  # noqa: F811
    """A page as Django gives it now. Playwright answers from a greenlet with another connection, so we ask before."""
    contexts: list[BrowserContext] = []

    def open_(path: str, tag: str = "zh-hans", also: str = "") -> tuple[Page, list[str]]:
        client = Client(HTTP_HOST=HOST)
        client.cookies["tongban_language"] = tag
        given = client.get(path)
        more = {also: client.get(also)} if also else {}

        def answer(route: Route) -> None:
            asked = urlsplit(route.request.url).path
            file = finders.find(asked.removeprefix("/static/")) if asked.startswith("/static/") else None
            if asked in more:
                route.fulfill(
                    status=more[asked].status_code, headers=dict(more[asked].items()), body=more[asked].content
                )
            elif asked == path:
                route.fulfill(status=given.status_code, headers=dict(given.items()), body=given.content)
            elif file:
                route.fulfill(path=str(file))
            else:
                route.abort()

        context = chromium.new_context(viewport={"width": 360, "height": 800})
        contexts.append(context)
        context.route("**/*", answer)
        page, complaints = context.new_page(), []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"http://{HOST}{path}")
        return page, complaints

    yield open_
    for context in contexts:
        context.close()


def cosigned(tmp_path: Path, settings: Any) -> Entry:
    """A log with a witness, and a leaf in it."""
    circle = Circle(tmp_path, settings, "a", "quorum a")
    fill(3)
    circle.turn(circle.rounds())
    circle.close()
    found = Entry.objects.filter(type="case.filed").first()
    assert found
    return found


def receipt() -> bytes:
    found = queries.receipt_of(bytes(Entry.objects.filter(type="case.filed").first().hash))  # type: ignore[union-attr]
    assert found
    assert found.receipt
    return found.receipt.dump()


@pytest.mark.parametrize("tag", ["zh-hans", "en"])
@pytest.mark.parametrize("path", ["/log/", "/log/check"])
def test_the_pages_have_no_barrier(open_page: Any, path: str, tag: str) -> None:
    fill(3)
    page, complaints = open_page(path, tag)
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == []
    assert queries.every_key()[0].verifier in page.content()


def test_a_receipt_is_checked_without_us(open_page: Any, tmp_path: Path) -> None:
    fill(20)
    good = receipt()
    cases = {
        "good": good,
        "not_included": good.replace(b"\nindex ", b"\nindex 1"),
        "signature_wrong": good.replace(b"\n21\n", b"\n22\n"),
        "unreadable": good[:100],
        "key_unknown": good.replace(b"tongban.localhost", b"elsewhere.localhost"),
    }
    page, complaints = open_page("/log/check")
    for code, content in cases.items():
        path = tmp_path / f"{code}.tlog-proof"
        path.write_bytes(content)
        page.set_input_files("[data-check-file]", path)
        page.wait_for_selector(f"[data-said={code}]:visible")
        assert page.is_visible("[data-said=bad]") == (code != "good")
        assert page.is_visible("[data-fact=leaf]") == (code == "good")
    assert complaints == []


def test_a_link_from_a_case_checks_its_receipt_and_names_the_witnesses(
    open_page: Any, tmp_path: Path, settings: Any
) -> None:
    entry = cosigned(tmp_path, settings)
    page, complaints = open_page("/log/check", also=f"/log/receipt/{bytes(entry.hash).hex()}")
    page.evaluate(f"location.hash = '#{bytes(entry.hash).hex()}'")
    page.reload()
    page.wait_for_selector("[data-said=good]:visible")
    assert page.inner_text("[data-fact=witnesses]").startswith("a ")
    path = tmp_path / "moved.tlog-proof"
    note = receipt().decode()
    line = next(line for line in note.splitlines() if line.startswith("— a.test "))
    path.write_text(note.replace(line, line[:-6] + "AAAAA=" if line.endswith("=") else line[:-4] + "AAAA"))
    page.set_input_files("[data-check-file]", path)
    page.wait_for_selector("[data-said=signature_wrong]:visible")
    assert complaints == []


@pytest.mark.parametrize("tag", ["zh-hans", "en"])
def test_the_list_of_witnesses_has_no_barrier(open_page: Any, tmp_path: Path, settings: Any, tag: str) -> None:
    settings.LEDGER_MIRRORS = "西南医科大学=https://mirror.example.edu.cn/luzhou/"
    cosigned(tmp_path, settings)
    page, complaints = open_page("/log/", tag)
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert complaints == []
