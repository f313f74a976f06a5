"""A hall that moves to its own county's Tongban: what it takes along, and how the old house knows that it arrived.

The file holds settings and no visitor. With it goes a key that only the old house can compute; the new house makes the
arrival code out of that key and the hall's new address, so that the old one leads visitors to no other address.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from tongban.applications.halls.rules.codes import code_of, read_code
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

FORMAT, VERSION = "tongban/hall", 1
LARGEST = 256 << 10
"""Bytes of the file: a hall with all it may have needs a tenth."""
TAKEN = ("name", "name_en", "operator", "region_code", "address", "phone", "capacity", "hours", "closures", "day_starts",
         "services", "entrances", "declaration", "head_starts", "asks_document", "appointment_rules")  # fmt: skip
"""What a hall says of itself; nothing of anybody who was there."""
_CODE = 12
_DOOR = "/h/"


def write_settings(settings: Mapping[str, Any], windows: list[dict[str, Any]], *, address: str, key: str) -> bytes:
    """The file a hall takes along; ``address`` is the one it leaves."""
    found = {
        "format": FORMAT, "version": VERSION, "from": address, "key": key, "hall": dict(settings), "windows": windows,
    }  # fmt: skip
    return json.dumps(found, ensure_ascii=False, indent=1).encode()


def read_settings(content: bytes) -> dict[str, Any]:
    """The file as read; refuses what is none. What stands in it is checked like what somebody typed."""
    try:
        if len(content) > LARGEST:
            raise ValueError("too large")
        found = json.loads(content)
        if not isinstance(found, dict) or (found["format"], found["version"]) != (FORMAT, VERSION):
            raise ValueError("another format")
        shapes = {"from": str, "key": str, "hall": dict, "windows": list}
        if not all(isinstance(found[name], shape) for name, shape in shapes.items()) or not set(TAKEN) <= set(
            found["hall"]
        ):
            raise ValueError("something is missing")
    except (ValueError, KeyError, RecursionError):
        raise unreadable() from None
    found["from"] = check_door(found["from"], field="file")
    return found


def unreadable() -> Refusal:
    """The refusal for a file that is no hall's."""
    return Refusal(
        "hall_file_unreadable", T("这不是大厅迁移文件，或文件已损坏。请在原来的大厅页面重新下载。",
        "This is not a hall's file, or it is damaged. Download it again where the hall is now."), field="file",
    )  # fmt: skip


def check_door(address: str, *, field: str, plain: bool = True) -> str:
    """The address of a hall's door without anything behind it; ``plain`` admits http, too."""
    parts = urlsplit(address.strip())
    code = parts.path.removeprefix(_DOOR).strip("/")
    is_door = parts.path.startswith(_DOOR) and code.isalnum() and code.isascii() and len(code) <= 8
    schemes = ("https", "http") if plain else ("https",)
    if parts.scheme not in schemes or not parts.hostname or parts.username or not is_door or len(address) > 180:
        raise Refusal(
            "door_address_wrong", T("请填写大厅新页面的完整网址，例如 https://……/h/ABCD2345/。",
            "Give the full address of the hall's new page, such as https://…/h/ABCD2345/."), field=field,
        )  # fmt: skip
    return f"{parts.scheme}://{parts.netloc}{_DOOR}{code.upper()}/"


def moving_key(hall_id: str, secret: bytes) -> str:
    """The key a hall takes along, by the old house's secret."""
    return hmac.new(secret, f"moving|{hall_id}".encode(), hashlib.sha256).hexdigest()


def arrival_code(key: str, address: str) -> str:
    """What the new house shows once the county has confirmed the hall at this address."""
    return code_of(hmac.new(key.encode(), f"arrived|{address}".encode(), hashlib.sha256).digest(), _CODE)


def check_arrival(typed: str, keys: Sequence[str], address: str) -> None:
    """Refuse a code that another house, or another address, made."""
    given = read_code(typed).encode()
    if not any(hmac.compare_digest(arrival_code(key, address).encode(), given) for key in keys):
        raise Refusal(
            "arrival_code_wrong", T("到达码与新网址不符。请在新大厅页面复制网址和到达码，一起粘贴过来。",
            "This arrival code does not belong to that address. Copy both from the hall's new page."), field="code",
        )  # fmt: skip
