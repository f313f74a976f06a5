"""System checks that explain what is missing for messages to get through."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

from tongban.foundation.notifications.adapters import email_problem, sms_problem
from tongban.lib.words import T

_NO_SMS = T(
    "没有配置短信网关：验证码和短信通知发不出去。请设置 TONGBAN_SMS_GATEWAY_URL（需要令牌时再设 TONGBAN_SMS_GATEWAY_TOKEN）。",
    "No SMS gateway is configured: codes and text messages will not arrive. Set TONGBAN_SMS_GATEWAY_URL "
    "(and TONGBAN_SMS_GATEWAY_TOKEN where it wants one).",
)
_NO_MAIL = T(
    "没有配置邮件服务器：电子邮件发不出去。请设置 TONGBAN_EMAIL_URL 和 TONGBAN_EMAIL_FROM。",
    "No mail server is configured: e-mail will not arrive. Set TONGBAN_EMAIL_URL and TONGBAN_EMAIL_FROM.",
)


@checks.register("notifications")
def channels_are_configured(**_: Any) -> list[checks.CheckMessage]:
    """In production, each channel without a way out is a warning; a setting that cannot work is an error."""
    found: list[checks.CheckMessage] = [
        checks.Error(f"{problem.zh}\n{problem.en}", id=code)
        for problem, code in ((sms_problem(), "notifications.E001"), (email_problem(), "notifications.E002"))
        if problem
    ]
    if settings.MODE != "production":
        return found
    environment = settings.ENVIRONMENT
    if not environment.sms_gateway_url.get_secret_value():
        found.append(checks.Warning(f"{_NO_SMS.zh}\n{_NO_SMS.en}", id="notifications.W001"))
    if not environment.email_url.get_secret_value():
        found.append(checks.Warning(f"{_NO_MAIL.zh}\n{_NO_MAIL.en}", id="notifications.W002"))
    return found
