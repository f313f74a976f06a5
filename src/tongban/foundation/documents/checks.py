"""System checks of documents."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks

from tongban.lib.words import T

_NOT_WRITABLE = T(
    "文件目录 {path} 不能写入：请检查 TONGBAN_DOCUMENTS_DIR 及其权限。",
    "The directory of files {path} cannot be written to: check TONGBAN_DOCUMENTS_DIR and its permissions.",
)
_BAD_SCANNER = T(
    "TONGBAN_CLAMD 应为 unix:/路径 或 主机:端口，现在是“{value}”，上传的文件会一直停在“检查中”。",
    "TONGBAN_CLAMD must be unix:/path or host:port, not “{value}”: files would wait for their scan forever.",
)


@checks.register("documents")
def files_can_be_kept(**_: Any) -> list[checks.CheckMessage]:
    """The directory can be written to, and the scanner's address is one."""
    found: list[checks.CheckMessage] = []
    place = Path(settings.DOCUMENTS_DIR)
    while not place.exists() and place != place.parent:
        place = place.parent  # the first file makes what is missing
    if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
        found.append(_error("E001", _NOT_WRITABLE.format(path=place)))
    address = settings.ENVIRONMENT.clamd
    _host, colon, port = address.rpartition(":")
    if address and not (address.startswith("unix:/") or (colon and port.isdigit())):
        found.append(_error("E002", _BAD_SCANNER.format(value=address)))
    return found


def _error(number: str, message: T) -> checks.CheckMessage:
    return checks.Error(f"{message.zh}\n{message.en}", id=f"documents.{number}")
