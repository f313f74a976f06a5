"""One house and one browser for all journeys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.journeys.browsing import Visit
    from tests.journeys.house import House

REPORT = pytest.StashKey[pytest.TestReport]()


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running demo; ended when the last journey has ended."""
    from tests.journeys.house import running_house

    with running_house(tmp_path_factory.mktemp("house")) as found:
        yield found


# Of the package, not the session: Playwright keeps an event loop in this thread, and Django refuses to work in one.
@pytest.fixture(scope="package")
def browser(house: House) -> Iterator[Browser]:
    """Debian's Chromium."""
    from tests.journeys.browsing import chromium

    with chromium() as found:
        yield found


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[REPORT] = report
        found = getattr(item, "funcargs", {}).get("house")
        if report.failed and found is not None:
            report.sections.append(("the house", found.last_words()))
    return report


@pytest.fixture
def visitor(house: House, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visit]]:
    """``visitor(screen=…, language=…, scripts=…, host=…)`` gives somebody a browser of their own."""
    from tests.journeys.browsing import visit

    visits: list[Visit] = []

    def new(**how: Any) -> Visit:
        visits.append(visit(browser, house, **how))
        return visits[-1]

    yield new
    report = request.node.stash.get(REPORT, None)
    for one in visits:
        if report is not None and report.failed:
            print(f"\nleft at {one.page.url}\n{one.page.locator('body').inner_text()[:2000]}")  # noqa: T201
        one.close()
