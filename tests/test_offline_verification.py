"""The saved page verifies without any network, and judges every golden vector as Python does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from tests.journeys.browsing import chromium
from tongban.foundation.credentials import actions
from tongban.foundation.credentials.actions import Content, Subject
from tongban.lib.actors import system
from tongban.lib.ids import uuid7

HOST = {"host": "luzhou.localhost"}
VECTORS = Path(__file__).parents[1] / "packages/tongban-verify/src/tongban_verify/tests/golden/passes.json"
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
    actions.keep_keys_ready()
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

        page.clock.set_fixed_time(timezone.now() + timedelta(days=9))
        assert "可信名单已过期" in verdict(page, credential.code)
        assert page.inner_text("#verdict h2") == "不能认可"
        assert "超过七天" in page.inner_text("#age")


@pytest.mark.django_db
def test_before_there_is_a_trust_list_the_page_says_so(client: Client) -> None:
    assert client.get("/verify/offline", headers=HOST).status_code == 503


def test_every_golden_vector_gets_the_same_verdict_with_and_without_ed25519_in_the_browser(tmp_path: Path) -> None:
    golden = json.loads(VECTORS.read_text("utf-8"))
    expected = {one["name"]: f"{one['reason']} {one['amber']}".lower() for one in golden["vectors"]}
    with saved_page("<!doctype html><title>vectors</title>", tmp_path) as page:
        add_verifier(page)
        assert page.evaluate(JUDGE_ALL, golden) == expected
        assert page.evaluate("window.fallbacks") == 0
        page.evaluate(
            "() => { crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError')); }"
        )
        add_verifier(page)
        assert page.evaluate(JUDGE_ALL, golden) == expected
        assert page.evaluate("window.fallbacks") == 1


def add_verifier(page: Page) -> None:
    """passes.js as a fresh module; the fallback beside it."""
    fallback, verifier = (Path(str(finders.find(name))).read_text("utf-8") for name in
                          ("vendor/noble-ed25519/index.js", "credentials/passes.js"))  # fmt: skip
    page.evaluate("() => { delete window.TB; window.fallbacks = 0; }")
    page.add_script_tag(type="module", content=f"{fallback}\nglobalThis.noble = {{ verifyAsync }};")
    page.add_script_tag(type="module", content=f"{verifier}\n{EXPOSE}")
    page.wait_for_function("window.TB && window.noble")


EXPOSE = """
useFallback(async () => { window.fallbacks += 1; return window.noble; });
globalThis.TB = { judge, openTrustList, openStatusList, unhex, unpack, hex };"""

JUDGE_ALL = """async (golden) => {
  const roots = [TB.unhex(golden.root)], verdicts = {};
  for (const one of golden.vectors) {
    const now = Date.parse(one.now) / 1000;
    const opened = await TB.openTrustList(TB.unhex(golden.trust[one.trust]), { roots, now, seen: one.seen });
    let found = opened;
    if (opened.list) {
      const lists = new Map();
      for (const token of golden.lists[one.lists]) {
        const { list } = await TB.openStatusList(TB.unhex(token), opened.list, { now });
        if (list) lists.set(list.address, list);
      }
      found = await TB.judge(one.code, { trust: opened.list, lists, now, here: one.here, gate: one.gate });
    }
    verdicts[one.name] = `${found.reason} ${found.amber === true}`;
  }
  const bits = await TB.unpack(TB.unhex(golden.ietf.lst));
  if (TB.hex(bits) !== golden.ietf.bytes) throw new Error("the draft's own example does not unpack");
  return verdicts;
}"""
