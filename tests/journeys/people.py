"""What people of the demo do in more than one journey: sign in, open a desk, fill in an application."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.journeys.browsing import Visit

PHONES = {"resident": "13800005100", "owner": "13800005101", "accountant": "13800005102"}
SERVICE = "/services/enterprise-resumption/"
ARRIVES_WITHIN = 30.0


def sign_in_by_phone(visit: Visit, username: str) -> None:
    """Ask for a code, read it where the demo shows what it sent, and enter it."""
    visit.open("/accounts/login/")
    visit.follow("用手机验证码登录")
    visit.page.locator("input[type=tel], input[name=phone]").first.fill(PHONES[username])
    before = codes_sent(visit, username)
    visit.page.locator("main form button.btn-primary").click()
    visit.page.get_by_role("heading", name="输入验证码").wait_for()
    visit.hold()
    visit.page.locator("input[name=code]").fill(new_code(visit, username, before))
    visit.press("确认")


def code_for(visit: Visit, username: str, ask: Callable[[], object]) -> None:
    """Ask for a code, wait for it where the demo shows what it sent, and fill it in."""
    before = codes_sent(visit, username)
    ask()
    visit.page.locator("input[name=code]").wait_for()
    visit.hold()
    visit.page.locator("input[name=code]").fill(new_code(visit, username, before))


def codes_sent(visit: Visit, username: str) -> list[str]:
    """Codes in the demo's outbox for this person's telephone, the newest first."""
    page = visit.context.new_page()
    page.goto(visit.house.at(f"/demo/outbox?phone={PHONES[username]}", visit.host))
    text = page.locator("main").inner_text()
    page.close()
    return re.findall(r"(?<!\d)(\d{6})(?!\d)", text)


def new_code(visit: Visit, username: str, before: list[str]) -> str:
    deadline = time.monotonic() + ARRIVES_WITHIN
    while (found := codes_sent(visit, username)) == before or not found:
        assert time.monotonic() < deadline, "no code arrived"
        time.sleep(0.2)
    return found[0]


def enter(visit: Visit, username: str) -> None:
    """The demo's one-click log-in; staff find their desk open."""
    visit.open("/demo/roles")
    with visit.page.expect_navigation():
        visit.page.locator(f'button[name=username][value="{username}"]').click()
    visit.hold()


def begin(visit: Visit) -> None:
    """Start a new application on the page that offers it, whether or not another one was left unfinished."""
    with visit.page.expect_navigation():
        visit.page.get_by_role("button", name=re.compile("^(开始填写|另填一份新的)")).click()
    visit.hold()


def answer(visit: Visit, answers: dict[str, Any]) -> None:
    """Fill in questions of the screen that is open, by element."""
    for element, value in answers.items():
        found = visit.page.locator(f'[name="{element}"]')
        if isinstance(value, Path):
            hand_in(visit, element, value)
        elif isinstance(value, bool):
            found.set_checked(value)
        elif isinstance(value, list):
            for one in value:
                visit.page.locator(f'[name="{element}"][value="{one}"]').check()
        elif found.first.get_attribute("type") == "radio":
            visit.page.locator(f'[name="{element}"][value="{value}"]').check()
        else:
            found.fill(str(value))


def hand_in(visit: Visit, element: str, file: Path) -> None:
    """Choose a file; with scripts it is on its way at once, and the page says when it has arrived."""
    found = visit.page.locator(f'input[type=file][name="{element}"]')
    found.set_input_files(file)
    if visit.looking_glass is None:
        box = visit.page.locator(".doc-input").filter(has=found)
        box.locator(".doc-name").get_by_text(file.name).wait_for()
        box.locator(".doc-standing").get_by_text("已收到").wait_for()


def shown(visit: Visit) -> list[str]:
    """Elements the open screen asks for."""
    names = visit.page.locator("#questions [name]").evaluate_all("found => found.map(one => one.name)")
    return list(dict.fromkeys(names))
