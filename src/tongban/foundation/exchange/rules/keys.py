"""Idempotency keys: what one looks like and whose it is."""

from __future__ import annotations

import hashlib
import re

from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

_KEY = re.compile(r"[!-~]{1,200}")


def check_key(key: str | None) -> str:
    """The key of a writing call: 1 to 200 visible ASCII characters."""
    if not key:
        raise Refusal(
            "idempotency_key_missing",
            T("写入类接口需要请求头 Idempotency-Key：每次新的操作用一个新的值（例如 UUID），重试时用原来的值。",
              "A writing call needs the header Idempotency-Key: a new value (such as a UUID) for each new operation, "
              "the same one for a retry."),
            field="Idempotency-Key", status=400,
        )  # fmt: skip
    if not _KEY.fullmatch(key):
        raise Refusal(
            "idempotency_key_invalid",
            T("Idempotency-Key 只能是 1 到 200 个可见的 ASCII 字符，不含空格。",
              "Idempotency-Key must be 1 to 200 visible ASCII characters without spaces."),
            field="Idempotency-Key", status=400,
        )  # fmt: skip
    return key


def principal_of(actor: Actor, address: str) -> str:
    """Whose key it is: strangers share nothing but their network address."""
    if actor.client_id:
        return f"client:{actor.client_id}"
    if actor.device_id:
        return f"device:{actor.device_id}"
    if actor.account_id:
        return f"account:{actor.account_id}"
    return f"stranger:{address}"


def digest_of(principal: str, operation: str, key: str) -> bytes:
    """What makes a call unique: 32 bytes."""
    return hashlib.sha256("\n".join((principal, operation, key)).encode()).digest()
