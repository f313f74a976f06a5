"""A real browser whose requests the test's own process answers: no port, no second thread, one transaction."""

import os
from collections.abc import Iterator
from functools import cache
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import translation
from django.utils.html import format_html
from playwright.sync_api import Browser, BrowserContext, Route, sync_playwright

CHROMIUM = "/usr/bin/chromium"
HOST = "luzhou.localhost"


@pytest.fixture(autouse=True)
def _chinese_again() -> Iterator[None]:
    """A request leaves its language behind in the thread; the next test starts in Chinese, here and elsewhere."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, started once for a module."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's synchronous interface keeps an event loop in this thread, which Django would take for async
        # code; it ends with the module, so that no other test sees it.
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        # Its sandbox needs rights a container's root does not have; the pages are our own.
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@cache
def door() -> Client:
    """One client, because making one reads every static file; the browser keeps the cookies, not the client."""
    return Client(HTTP_HOST=HOST, enforce_csrf_checks=True, raise_request_exception=False)


@cache
def _static(path: str) -> tuple[int, dict[str, str], bytes]:
    """A static file, read once: a browser whose requests are routed keeps no cache of its own."""
    response = door().get(path)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    kept = {name: value for name, value in response.items() if name.lower() != "content-length"}
    response.close()
    return response.status_code, kept, body


def answer(route: Route) -> None:
    """Give the browser what Django answers, headers and all, so that the content policy holds here, too."""
    asked = route.request
    parts = urlsplit(asked.url)
    if parts.hostname != HOST:
        route.abort()
        return
    if asked.method == "GET" and parts.path.startswith("/static/"):
        status, still, content = _static(parts.path)
        route.fulfill(status=status, headers=still, body=content)
        return
    client = door()
    client.cookies.clear()
    headers = {name: value for name, value in asked.all_headers().items() if name not in ("host", "content-length")}
    response = client.generic(
        asked.method,
        f"{parts.path}?{parts.query}" if parts.query else parts.path,
        asked.post_data_buffer or b"",
        content_type=headers.pop("content-type", "application/octet-stream"),
        headers=headers,
    )
    body = b"".join(response.streaming_content) if response.streaming else response.content
    kept = {name: value for name, value in response.items() if name.lower() != "content-length"}
    if response.cookies:
        kept["Set-Cookie"] = "\n".join(cookie.OutputString() for cookie in response.cookies.values())
    response.close()
    if response.status_code in (301, 302, 303):
        # Playwright lets a redirected request past its routes, to a port where nobody listens.
        kept["Content-Type"] = "text/html"
        page = format_html('<meta http-equiv="refresh" content="0;url={}">', response["Location"])
        route.fulfill(status=200, headers=kept, body=page)
        return
    route.fulfill(status=response.status_code, headers=kept, body=body)


@pytest.fixture
def open_page(chromium, db):
    """``open_page(path, width=…, tag=…)`` gives the page as a visitor's browser shows it, and what it complained of."""
    contexts: list[BrowserContext] = []

    def open_(path, *, width=1280, tag="zh-hans", scripts=True):
        context = chromium.new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts)
        contexts.append(context)
        context.add_cookies([{"name": "tongban_language", "value": tag, "url": f"http://{HOST}"}])
        context.route("**/*", answer)
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"http://{HOST}{path}")
        return page, complaints

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def answered(monkeypatch):
    """Let the portal's hooks answer with what a test gives, and nothing else."""
    from tongban.web import portal

    def answer_with(hook, found):
        monkeypatch.setattr(hook, "answers", [lambda **_: found])

    for hook in (
        portal.themes,
        portal.mine,
        portal.search,
        portal.desk_menu,
        portal.ways,
        portal.sources,
        portal.demo_links,
    ):
        answer_with(hook, [])
    return answer_with
