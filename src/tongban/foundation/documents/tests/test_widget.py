"""The file input in a real browser, against a real server: refused, broken off, resumed, kept; and without scripts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from tongban.foundation.documents.actions import open_document
from tongban.foundation.documents.models import Document, Upload
from tongban.foundation.documents.tests.support import files_on_disk, new_person, pdf
from tongban.foundation.parties.models import Account
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import enter

CONTENT = pdf(9_000_000)  # two pieces of what the script sends at once
pytestmark = [pytest.mark.usefixtures("committed_db"), pytest.mark.slow]


def inside(test: Callable[..., None]) -> Callable[..., None]:
    """Enter the jurisdiction in the test itself: what a fixture set is lost once a Playwright of another module ended."""

    @wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        with enter("j510500"):
            test(*arguments, **named)

    return run


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def address(settings: Any) -> Iterator[str]:
    settings.ROOT_URLCONF = "tongban.foundation.documents.tests.widget_page"
    with ThreadedWSGIServer(("127.0.0.1", 0), Quiet, connections_override={}) as server:
        server.set_app(StaticFilesHandler(get_wsgi_application()))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://luzhou.localhost:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def chromium(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps an event loop in this thread
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield found
        found.close()


def opened(chromium: Browser, address: str, by: Actor, *, scripts: bool = True, width: int = 360) -> Page:
    client = Client(SERVER_NAME="luzhou.localhost")
    client.force_login(Account.objects.get(pk=by.account_id), "tongban.foundation.parties.login.HouseBackend")
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=scripts, locale="zh-CN"
    )
    context.add_cookies([{"name": m.key, "value": m.value, "url": address} for m in client.cookies.values()])
    page = context.new_page()
    page.goto(f"{address}/application/")
    return page


@inside
def test_refused_broken_off_resumed_and_kept(
    chromium: Browser, address: str, tmp_path: Path, run_jobs: Callable[[], int]
) -> None:
    chen = new_person("陈小雨")
    page = opened(chromium, address, chen)
    (tmp_path / "假.jpg").write_bytes(pdf())
    (tmp_path / "㐂家饭店 执照.pdf").write_bytes(CONTENT)
    chooser, complaint = page.locator("input[type=file]"), page.locator(".doc-error")
    chooser.set_input_files(tmp_path / "假.jpg")
    expect(complaint).to_contain_text("内容却是PDF")
    assert not Document.objects.exists()

    cut: list[str] = []

    def cut_once(route: Route) -> None:
        if route.request.method == "PATCH" and route.request.headers["upload-offset"] != "0" and not cut:
            cut.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/documents/tus/*/", cut_once)
    chooser.set_input_files(tmp_path / "㐂家饭店 执照.pdf")
    kept = page.locator(".doc-kept")
    expect(kept).to_be_visible(timeout=30_000)
    assert cut
    assert Upload.objects.get().finished_at
    expect(chooser).to_be_hidden()
    expect(kept.locator(".doc-name")).to_have_text("㐂家饭店 执照.pdf")
    run_jobs()
    expect(kept.locator(".doc-standing")).to_have_text("已收到。", timeout=15_000)

    page.get_by_role("button", name="保存并继续").click()  # the note is missing: the file stays
    expect(page.get_by_text("请填写").first).to_be_visible()
    expect(kept).to_be_visible()
    assert Axe().run(page).violations_count == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_label("说明").fill("复工")
    page.get_by_role("button", name="保存并继续").click()
    expect(page.locator("#saved")).to_have_text("㐂家饭店 执照.pdf")
    assert b"".join(open_document(Document.objects.get().pk, by=chen).blocks()) == CONTENT


@inside
def test_removed_again(chromium: Browser, address: str, tmp_path: Path, disk_of_its_own: Path) -> None:
    page = opened(chromium, address, new_person("陈小雨"), width=1280)
    (tmp_path / "a.pdf").write_bytes(pdf())
    page.locator("input[type=file]").set_input_files(tmp_path / "a.pdf")
    with page.expect_response("**/discard/"):
        page.get_by_role("button", name="移除").click()
    expect(page.locator("input[type=file]")).to_be_visible()
    assert page.locator("input[name=licence-document]").input_value() == ""
    assert files_on_disk(disk_of_its_own) == []
    assert Document.objects.get().erased_at


@inside
def test_without_scripts_the_form_sends_the_file(chromium: Browser, address: str, tmp_path: Path) -> None:
    page = opened(chromium, address, new_person("陈小雨"), scripts=False)
    (tmp_path / "a.pdf").write_bytes(pdf(5_000_000))
    page.locator("input[type=file]").set_input_files(tmp_path / "a.pdf")
    page.get_by_label("说明").fill("复工")
    page.get_by_role("button", name="保存并继续").click()
    expect(page.locator("#saved")).to_have_text("a.pdf")
    assert Document.objects.get().size == 5_000_000
