"""System checks of exchange."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

from tongban.lib.words import T

_PRIVATE = T(
    "TONGBAN_ALLOW_PRIVATE_ENDPOINTS 已打开：能设订阅的人可以让本站向内网地址发送请求。除非接收方确在内网，请关闭。",
    "TONGBAN_ALLOW_PRIVATE_ENDPOINTS is on: whoever may subscribe can make this site call addresses inside your network. "
    "Turn it off unless a receiver really stands there.",
)
_PLAIN = T(
    "TONGBAN_PUBLIC_SCHEME 不是 https：访问令牌和来信事件会明文传输。请在前置代理启用 https 后改为 https。",
    "TONGBAN_PUBLIC_SCHEME is not https: access tokens and arriving events travel in the clear. Put https in front.",
)


@checks.register("exchange")
def exchange_is_safe(**_: Any) -> list[checks.CheckMessage]:
    """In production, settings that open a door are warned of."""
    found: list[checks.CheckMessage] = []
    if settings.MODE != "production":
        return found
    if settings.ENVIRONMENT.allow_private_endpoints:
        found.append(checks.Warning(f"{_PRIVATE.zh}\n{_PRIVATE.en}", id="exchange.W001"))
    if settings.ENVIRONMENT.public_scheme != "https":
        found.append(checks.Warning(f"{_PLAIN.zh}\n{_PLAIN.en}", id="exchange.W002"))
    return found
