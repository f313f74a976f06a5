"""Browsers for journeys, and what every page has to be: readable by everybody, narrow enough, silent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

from tests.journeys.house import House
from tongban.web.tests.axe import RULES

CHROMIUM = Path("/usr/bin/chromium")
# It must reach nothing but the house: no updates, no safe browsing, no guesses about the network.
QUIET = (
    "--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync",
    "--disable-domain-reliability", "--no-first-run", "--metrics-recording-only", "--no-pings", "--disable-dev-shm-usage",
)  # fmt: skip
Screen = Literal["phone", "desktop"]
SCREENS = {"phone": (360, 740), "desktop": (1280, 900)}
LANGUAGES = {"zh": ("zh-hans", "zh-Hans"), "en": ("en", "en")}  # Django's code, and what a page says of itself


# What axe judges: elements, their attributes, and whether there is a text; not which text, number or address it is, nor
# how many rows of the same build there are.
SKELETON = """() => {
  const whatever = /^(href|src|srcset|action|value|content|title|alt|placeholder|data-.*|for|id|name|aria-(describedby|controls|labelledby))$/;
  const links = ["for", "aria-describedby", "aria-controls", "aria-labelledby"];
  const lost = (node) => links.some((name) => (node.getAttribute(name) || "").split(" ").some((id) => id && !document.getElementById(id)));
  const bones = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data.trim() ? "." : "";
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    const marks = [...node.attributes].map(({name, value}) => name + "=" + (whatever.test(name) ? (value ? "*" : "") : value));
    const within = [...node.childNodes].map(bones).filter((one, at, all) => one && one !== all[at - 1]);
    return "<" + [node.tagName, ...marks].join(" ") + (lost(node) ? "!" : "") + ">" + within.join("") + "</>";
  };
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  return bones(document.documentElement) + (ids.length - new Set(ids).size);
}"""
_passed: set[tuple[int, str, str]] = set()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; without it there are no journeys, and that is a failure."""
    if not CHROMIUM.exists():
        raise AssertionError(f"{CHROMIUM} is missing. Install it as root: apt-get install -y chromium")
    arguments = [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """One person's browser: a page, and what went wrong on it since the last look."""

    house: House
    context: BrowserContext
    page: Page
    width: int
    language: str
    host: str
    complaints: list[str] = field(default_factory=list)
    looking_glass: Page | None = None  # of a visitor without scripts
    expected: set[int] = field(default_factory=set)  # statuses of pages that are refused on purpose

    def listen(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("requestfailed", self._broken_off)
        self.page.on("response", self._answered)

    def _broken_off(self, asked: Request) -> None:
        # Whoever leaves a page breaks off what it was asking in the background at that moment.
        if asked.resource_type != "xhr" or asked.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {asked.url} {asked.failure}")

    def _heard(self, said: ConsoleMessage) -> None:
        # Chromium repeats on the console what `_answered` judges.
        if said.type in ("error", "warning") and "the server responded with a status" not in said.text:
            self.complaints.append(f"console: {said.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.complaints.append(f"{response.status}: {response.request.method} {response.url}")

    def turn_to(self, screen: Screen) -> None:
        """Go on as if the screen were another."""
        self.width, height = SCREENS[screen]
        self.page.set_viewport_size({"width": self.width, "height": height})

    def open(self, path: str, *, status: int = 200) -> Page:
        """Go to an address of the house, and see the page hold."""
        self.expected = {status} if status >= 400 else set()
        response = self.page.goto(self.house.at(path, self.host))
        assert response is not None
        assert response.status == status, f"{path}: {response.status}"
        self.hold()
        self.expected = set()
        return self.page

    def follow(self, name: str, role: Literal["link", "button"] = "link", *, exact: bool = True) -> Page:
        """Click what is called so, and see where it leads hold."""
        with self.page.expect_navigation():
            self.page.get_by_role(role, name=name, exact=exact).first.click()
        self.hold()
        return self.page

    def press(self, name: str, *, exact: bool = True) -> Page:
        """Press the button called so, and see where it leads hold."""
        return self.follow(name, "button", exact=exact)

    def take(self, name: str) -> bytes:
        """Download what the link called so leads to."""
        with self.page.expect_download() as taken:
            self.page.get_by_role("link", name=name, exact=True).first.click()
        found = taken.value.path().read_bytes()
        # Chromium calls a navigation that became a download aborted.
        aborted = f"failed: {taken.value.url} net::ERR_ABORTED"
        self.complaints[:] = [one for one in self.complaints if one != aborted]
        return found

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def hold(self) -> None:
        """The page as it stands: no barrier, nothing wider than the screen, its language named, nothing failed."""
        self.page.wait_for_load_state("load")
        language = LANGUAGES[self.language][1]
        assert self.page.locator("html").get_attribute("lang") == language, self.page.url
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.width, f"{self.page.url} is {wide} wide, the screen {self.width}"
        # A page built like one that axe has passed in this run, element by element, need not wait a second for it again.
        built = (self.width, language, self.page.evaluate(SKELETON))
        if built not in _passed:
            self._put_before_axe()
            _passed.add(built)
        complaints, self.complaints[:] = list(self.complaints), []
        assert not complaints, f"{self.page.url}\n" + "\n".join(complaints)

    def _put_before_axe(self) -> None:
        """No violation of WCAG 2.2 AA that axe can find."""
        seen, url = self.looking_glass or self.page, self.page.url
        if self.looking_glass:
            # axe is a script itself: the page as it stands is shown to it in a browser that runs scripts.
            body = self.page.content()
            seen.route(url, lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
            seen.goto(url)
        found = Axe().run(seen, options=RULES)
        assert found.violations_count == 0, f"{url}\n{found.generate_report()}"
        if self.looking_glass:
            seen.unroute(url)

    def close(self) -> None:
        if self.looking_glass is not None:
            self.looking_glass.context.close()
        self.context.close()


def visit(
    browser: Browser, house: House, *, screen: Screen = "desktop", language: str = "zh", scripts: bool = True,
    host: str = "luzhou.localhost",
) -> Visit:  # fmt: skip
    """A fresh browser profile of one person; ``scripts`` says whether their JavaScript is on."""
    width, height = SCREENS[screen]

    def profile(*, runs_scripts: bool) -> BrowserContext:
        context = browser.new_context(
            viewport={"width": width, "height": height}, has_touch=screen == "phone", java_script_enabled=runs_scripts,
            locale="zh-CN" if language == "zh" else "en-GB", timezone_id="Asia/Shanghai",
        )  # fmt: skip
        context.set_default_timeout(20_000)
        return context

    context = profile(runs_scripts=scripts)
    if language != "zh":
        cookie = {"name": "tongban_language", "value": LANGUAGES[language][0], "url": house.at("/", host)}
        context.add_cookies([cookie])  # type: ignore[list-item]
    found = Visit(house, context, context.new_page(), width, language, host)
    if not scripts:
        found.looking_glass = profile(runs_scripts=True).new_page()
    found.listen()
    return found
