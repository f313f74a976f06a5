"""One's own account: a forgotten password, a second factor by app, passkey and recovery code, what is held and who looked."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.journeys.browsing import Visit
from tests.journeys.people import PHONES, code_for, enter, sign_in_by_phone

pytestmark = pytest.mark.journey
PASSWORD = "tongban-journey-2026"


def totp(secret: str, step: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def prove(visit: Visit, username: str) -> None:
    """The code that is asked for before a second factor is added."""
    visit.page.get_by_role("heading", name="再次确认身份").wait_for()
    code_for(visit, username, lambda: visit.press("发送验证码"))
    visit.press("确认")


def sign_in_by_password(visit: Visit, username: str) -> None:
    visit.open("/accounts/login/")
    visit.page.locator("input[name=login]").fill(PHONES[username])
    visit.page.locator("input[name=password]").fill(PASSWORD)
    visit.press("用密码登录")


def test_a_forgotten_password_then_a_second_factor_with_app_and_recovery_code(visitor):
    someone = visitor(screen="phone", scripts=False)
    someone.open("/accounts/login/")
    someone.follow("忘记密码", exact=False)
    someone.follow("用手机验证码登录")
    someone.page.locator("input[name=phone]").fill(PHONES["resident"])
    code_for(someone, "resident", lambda: someone.page.locator("main form button.btn-primary").click())
    someone.press("确认")
    assert someone.path == "/me/password/"
    someone.page.locator("input[name=password]").fill(PASSWORD)
    someone.press("保存")

    someone.open("/accounts/2fa/")
    someone.follow("启用")
    prove(someone, "resident")
    secret = re.search(r"\b[A-Z2-7]{32}\b", someone.page.locator("main").inner_text())
    assert secret, someone.page.locator("main").inner_text()
    someone.page.locator("input[name=code]").fill("000000")
    someone.press("启用")
    assert "动态验证码不对" in someone.page.locator("main").inner_text()
    someone.page.locator("input[name=code]").fill(totp(secret[0]))
    someone.press("启用")
    someone.open("/accounts/2fa/recovery-codes/generate/")
    someone.press("生成")
    spare = re.findall(r"\b[0-9a-f]{8}\b", someone.page.locator("main").inner_text())
    assert len(spare) == 10, someone.page.locator("main").inner_text()

    elsewhere = visitor(screen="desktop")
    sign_in_by_password(elsewhere, "resident")
    assert elsewhere.path == "/accounts/2fa/authenticate/"
    elsewhere.page.locator("input[name=code]").first.fill("123456")
    elsewhere.press("确认")
    assert "动态验证码不对" in elsewhere.page.locator("main").inner_text()
    elsewhere.page.locator("input[name=code]").first.fill(spare[0])
    elsewhere.press("确认")
    elsewhere.open("/accounts/2fa/")
    assert "还剩 9 个可用" in elsewhere.page.locator("main").inner_text()

    again = visitor(screen="phone", language="en", scripts=False)
    again.open("/accounts/login/")
    again.page.locator("input[name=login]").fill(PHONES["resident"])
    again.page.locator("input[name=password]").fill(PASSWORD)
    again.press("Sign in with password")
    again.page.locator("input[name=code]").first.fill(spare[0])  # each works once
    again.press("Confirm")
    assert again.path == "/accounts/2fa/authenticate/"
    again.page.locator("input[name=code]").first.fill(totp(secret[0], 1))
    again.press("Confirm")
    again.open("/me/")


def test_a_passkey_is_added_signs_in_alone_and_is_removed(visitor):
    someone = visitor(screen="phone")
    devtools = someone.context.new_cdp_session(someone.page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    sign_in_by_phone(someone, "accountant")
    someone.open("/accounts/2fa/")
    someone.follow("添加")
    someone.page.get_by_role("heading").first.wait_for()
    if someone.path == "/me/proof/":
        prove(someone, "accountant")
    else:
        someone.page.locator("input[name=password]").fill("tongban-demo-2020")
        someone.press("确认")
    someone.page.locator("input[name=name]").fill("我的手机")
    someone.press("添加")
    someone.open("/accounts/2fa/webauthn/")
    assert "我的手机" in someone.page.locator("main").inner_text()
    someone.context.clear_cookies()
    someone.open("/accounts/login/")
    with someone.page.expect_navigation(url="**/"):
        someone.page.get_by_role("button", name="通行密钥", exact=False).first.click()
    someone.open("/me/")
    assert "王丽华" in someone.page.locator("main").inner_text()
    someone.open("/accounts/2fa/webauthn/")
    someone.follow("移除")
    someone.follow("用通行密钥或安全钥匙")  # whoever takes a key away proves who they are once more
    someone.press("用通行密钥或安全钥匙")
    someone.press("移除")
    assert "还没有通行密钥" in someone.page.locator("main").inner_text()


def test_what_is_held_and_who_looked(visitor):
    reviewer = visitor(screen="desktop")
    enter(reviewer, "health1")
    reviewer.open("/desk/cases/")
    link = reviewer.page.get_by_role("row").filter(has_text="江阳区春和商贸有限公司").get_by_role("link").first
    number = link.inner_text()
    with reviewer.page.expect_navigation():
        link.click()
    reviewer.hold()
    reviewer.take("应急预案（样例）.docx")
    owner = visitor(screen="phone", scripts=False)
    enter(owner, "owner")
    owner.open("/me/")
    held = owner.page.locator("main").inner_text()
    for fact in ("刘建国", "南城街道凤凰社区示例小区", number):
        assert fact in held
    owner.open("/me/looks/")
    looks = owner.page.locator("main").inner_text()
    assert "李秀英（区卫生健康局）" in looks
    assert f"办理办件 · {number}" in looks
    english = visitor(screen="desktop", language="en")
    enter(english, "owner")
    english.open("/me/looks/")
    exported = english.open("/me/")
    assert exported.get_by_role("link", name="Export", exact=False).first.is_visible()
