"""System checks: each mistake an operator can make, in one sentence that says what to do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's own name

from tongban.lib.keys import KeyFileError, KeyRing


@register("tongban")
def check_key_file(**_: Any) -> list[CheckMessage]:
    """The key file can be used, once there is one."""
    if not settings.KEYS_FILE.exists():
        return []  # the first start makes it
    try:
        KeyRing.read(settings.KEYS_FILE)
    except KeyFileError as error:
        return [Error(error.message.zh, hint=error.message.en, id="tongban.E001")]
    return []


@register("tongban", deploy=True)
def check_production(**_: Any) -> list[CheckMessage]:
    """What would hurt in production."""
    environment = settings.ENVIRONMENT
    if settings.MODE != "production":
        return []
    found: list[CheckMessage] = []
    if environment.public_scheme != "https":
        found.append(_warn("W001", "访问未加密：请在前面配置 HTTPS，并设 TONGBAN_PUBLIC_SCHEME=https。",
                           "Visitors come unencrypted: put HTTPS in front and set TONGBAN_PUBLIC_SCHEME=https."))  # fmt: skip
    if all(host.endswith(("localhost", "127.0.0.1", "[::1]")) for host in settings.ALLOWED_HOSTS):
        found.append(_warn("W002", "只接受本机域名：请把对外域名写入 TONGBAN_ALLOWED_HOSTS。",
                           "Only local host names are served: put the public ones into TONGBAN_ALLOWED_HOSTS."))  # fmt: skip
    if settings.RUNTIME_ROLE is None:
        found.append(_warn("W003", "网站与迁移共用一个数据库角色，只增不改的表得不到保护：请另设 DATABASE_OWNER_URL。",
                           "The web server and migrations share one database role, so append-only tables are not protected: "
                           "set DATABASE_OWNER_URL as well."))  # fmt: skip
    if environment.public_scheme == "https" and not environment.trusted_proxies:
        found.append(_warn("W004", "HTTPS 由前置代理提供时，请设 TONGBAN_TRUSTED_PROXIES=1，否则按地址限流会把所有人当成一个。",
                           "With a proxy providing HTTPS, set TONGBAN_TRUSTED_PROXIES=1, or limits by address see one visitor."))  # fmt: skip
    if not environment.clamd:
        found.append(_warn("W005", "上传的文件不查毒：请安装 ClamAV 并设 TONGBAN_CLAMD。",
                           "Uploaded files are not scanned: install ClamAV and set TONGBAN_CLAMD."))  # fmt: skip
    if any((environment.root_keys_dir or settings.VAR_DIR / "root").glob("*.json")):
        found.append(_warn("W006", "签发可信名单的根密钥还在本机：请按 docs/passes.md 移到离线保管。",
                           "The root key of the trust list lies on this server: take it offline as docs/passes.md says."))  # fmt: skip
    return found


def _warn(number: str, zh: str, en: str) -> CheckMessage:
    return Warning(zh, hint=en, id=f"tongban.{number}")
