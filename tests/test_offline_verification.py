"""The saved page verifies without any network, and judges every golden vector as Python does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from tests.journeys.browsing import chromium
from tongban.foundation.credentials import actions
from tongban.foundation.credentials.actions import Content, Subject
from tongban.lib.actors import system
from tongban.lib.ids import uuid7

HOST = {"host": "luzhou.localhost"}
VECTORS = Path(__file__).parents[1] / "src/tongban/foundation/credentials/tests/vectors.json"
HOUSE = system("tests")


@contextmanager
def saved_page(text: str, folder: Path) -> Iterator[Page]:
    """The downloaded file in a browser that has no network. Django is asked for nothing while it is open."""
    file = folder / "offline.html"
    file.write_text(text, "utf-8")
    with chromium() as browser:
        page = browser.new_context(viewport={"width": 360, "height": 740}, offline=True).new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(file.as_uri())
        yield page
        assert errors == []


def download(client: Client) -> str:
    answer = client.get("/verify/offline", headers=HOST)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return answer.text


def issued() -> Any:
    now = timezone.now()
    return actions.issue(Content("certificate", "泸州样例商贸有限公司", number="FGFC202611220001-1"),
                         subject=Subject("tests.thing", uuid7()), not_before=now, expires=now + timedelta(days=9), by=HOUSE)  # fmt: skip


def verdict(page: Page, code: str) -> str:
    page.fill("#code", code)
    page.click("form button")
    page.wait_for_selector("#verdict:not([hidden])")
    return page.inner_text("#verdict")


@pytest.mark.django_db
def test_a_certificate_verifies_with_the_network_off(client: Client, tmp_path: Path) -> None:
    credential, revoked = issued(), issued()
    actions.revoke(revoked.pk, reason="承诺不实", by=HOUSE)
    changed = credential.code.replace(credential.code[-8:-4], "AAAA")
    with saved_page(download(client), tmp_path) as page:
        assert "FGFC202611220001-1" in verdict(page, f" {credential.code}\n")
        assert page.inner_text("#verdict h2") == "有效"
        assert "撤销" in verdict(page, revoked.code)
        assert page.inner_text("#verdict h2") == "不能认可"
        verdict(page, changed)
        assert page.inner_text("#verdict h2") == "不能认可"
        assert "名单保存于" in page.inner_text("#age")


@pytest.mark.django_db
def test_every_golden_vector_gets_the_same_verdict(client: Client, tmp_path: Path) -> None:
    golden = json.loads(VECTORS.read_text("utf-8"))
    with saved_page(download(client), tmp_path) as page:
        found = page.evaluate(JUDGE_ALL, golden)
    assert found == {one["name"]: one["reason"] for one in golden["vectors"]}


JUDGE_ALL = """async (golden) => {
  const keys = [golden.key], now = Date.parse(golden.now) / 1000, verdicts = {};
  const statusOf = (code) => golden.revoked.includes(code.cti) ? "revoked" : golden.recorded.includes(code.cti) ? "valid" : "not_recorded";
  for (const one of golden.vectors) verdicts[one.name] = (await TBVerify.judge(one.code, { keys, statusOf, now })).reason;
  return verdicts;
}"""


@pytest.mark.django_db
def test_old_lists_vouch_for_nothing(client: Client, tmp_path: Path) -> None:
    credential = issued()
    day, long_ago = ((timezone.now() - timedelta(days=days)).date().isoformat() for days in (0, 9))
    text = download(client).replace(f'"saved_at": "{day}', f'"saved_at": "{long_ago}')
    with saved_page(text, tmp_path) as page:
        verdict(page, credential.code)
        assert page.inner_text("#verdict h2") == "不能认可"
        assert "超过七天" in page.inner_text("#age")
