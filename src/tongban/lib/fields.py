"""Model fields encrypted at rest, and the keyed blind indexes that make them findable.

A stored value is ``01 | key number (2 bytes) | nonce (12 bytes) | AES-256-GCM ciphertext and tag``. The associated
data is ``app.model.field``, so a value copied into another column does not open; the key is derived per
jurisdiction, so one copied into another jurisdiction does not either.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import models

from tongban.lib.jurisdictions import require_current
from tongban.lib.keys import KeyFileError, ring
from tongban.lib.words import T

_FORMAT = 1

# Only the stubs know fields as generic.
if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
    _BinaryField = models.BinaryField[bytes | None, bytes | None]
else:
    _Field = models.Field
    _BinaryField = models.BinaryField


def _context(compartment: str) -> str:
    """What a data key is derived for: the jurisdiction, and within it maybe one compartment of its own."""
    return f"{require_current()}|{compartment}" if compartment else require_current()


def seal(plain: bytes, purpose: str, compartment: str = "") -> bytes:
    """Encrypt for one purpose within the current jurisdiction, under the compartment's own key where one is named."""
    key = ring().current("data")
    nonce = os.urandom(12)
    box = AESGCM(key.derive(_context(compartment))).encrypt(nonce, plain, purpose.encode())
    return bytes([_FORMAT]) + key.number.to_bytes(2, "big") + nonce + box


def unseal(stored: bytes, purpose: str, compartment: str = "") -> bytes:
    """Decrypt what ``seal`` made for the same purpose and compartment in the same jurisdiction."""
    if len(stored) < 31 or stored[0] != _FORMAT:
        raise ValueError(f"{purpose}: not an encrypted value")
    key = ring().numbered("data", int.from_bytes(stored[1:3], "big"))
    try:
        return AESGCM(key.derive(_context(compartment))).decrypt(stored[3:15], stored[15:], purpose.encode())
    except InvalidTag:
        raise KeyFileError(
            T("加密内容解不开：密钥文件不对，或数据被改动过。请核对密钥文件。",
              "An encrypted value does not open: wrong key file, or the data was altered. Check the key file.")
        ) from None  # fmt: skip


def sealer(purpose: str, compartment: str = "") -> Callable[[str], bytes]:
    """``seal`` for a great many texts of one purpose, the key derived once; "" gives b"", as the field stores it."""
    key = ring().current("data")
    encrypt = AESGCM(key.derive(_context(compartment))).encrypt
    head, bound = bytes([_FORMAT]) + key.number.to_bytes(2, "big"), purpose.encode()

    def sealed(plain: str) -> bytes:
        if not plain:
            return b""
        nonce = os.urandom(12)
        return head + nonce + encrypt(nonce, plain.encode(), bound)

    return sealed


def key_number(stored: bytes) -> int:
    """The number of the data key a stored value was encrypted with."""
    return int.from_bytes(stored[1:3], "big")


class EncryptedTextField(_Field):
    """Text encrypted at rest; ``""`` is stored as empty, everything else is unreadable without the key file.

    ``compartment`` gives the column a key of its own, so that whoever gets hold of one key does not hold both.
    """

    def __init__(self, *args: Any, compartment: str = "", **kwargs: Any) -> None:
        self.compartment = compartment
        kwargs.setdefault("default", "")
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def get_internal_type(self) -> str:
        return "BinaryField"

    @property
    def purpose(self) -> str:
        """What the ciphertext is bound to: ``app.model.field``."""
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            return seal(value.encode(), self.purpose, self.compartment) if value else b""
        return value

    def from_db_value(self, value: Any, *_: Any) -> Any:
        """The plain text."""
        if value is None:
            return None
        stored = bytes(value)
        return unseal(stored, self.purpose, self.compartment).decode() if stored else ""


class WaitingTextField(EncryptedTextField):
    """Text encrypted for another column, ``goes_to`` (``parties.person.phone``), to be copied there as it is.

    Rotation of keys reaches it like every other field, so that nothing waits under a key that is no more.
    """

    def __init__(self, *args: Any, goes_to: str = "", **kwargs: Any) -> None:
        self.goes_to = goes_to
        super().__init__(*args, **kwargs)

    @property
    def purpose(self) -> str:
        """What the ciphertext is bound to: the column it waits for."""
        return self.goes_to


class EncryptedJSONField(EncryptedTextField):
    """JSON encrypted at rest."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if not isinstance(value, bytes | memoryview) and value is not None:
            value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return super().get_db_prep_value(value, connection, prepared)

    def from_db_value(self, value: Any, *_: Any) -> Any:
        """The decoded JSON value."""
        text = super().from_db_value(value)
        return json.loads(text) if text else None


class BlindIndexField(_BinaryField):
    """A keyed hash of a value that is itself encrypted: equal values can be found, nothing can be read.

    ``kind`` names what is hashed (``phone``, ``document``); ``source`` names the attribute or property of the model
    that gives the normalised value: the index is computed from it on every save, and again when the key is rotated.
    ``update(…)`` and ``bulk_update`` bypass it: call ``fill_indexes(row)`` first.
    """

    def __init__(self, *args: Any, kind: str = "", source: str = "", **kwargs: Any) -> None:
        self.kind = kind
        self.source = source
        kwargs.setdefault("null", True)
        kwargs.setdefault("db_index", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"kind": self.kind}  # source is no matter of the database

    def index_of(self, row: models.Model) -> bytes | None:
        """The index of a row's value under the current key."""
        return blind_index(self.kind, str(getattr(row, self.source)))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if self.source:
            setattr(model_instance, self.attname, self.index_of(model_instance))
        return super().pre_save(model_instance, add)

    def from_db_value(self, value: Any, *_: Any) -> bytes | None:
        """The index as bytes."""
        return None if value is None else bytes(value)


def _hash(secret: bytes, value: str) -> bytes:
    return hmac.digest(secret, value.encode(), "sha256")[:16]


def blind_index(kind: str, value: str) -> bytes | None:
    """The 16-byte index of a normalised value under the current key; None for an empty value."""
    if not value:
        return None
    return _hash(ring().current("index").derive(f"{require_current()}|{kind}"), value)


def indexers(kind: str) -> list[Callable[[str], bytes]]:
    """``blind_index_any`` for a great many values of one kind: one function for each key, the current one first."""
    context = f"{require_current()}|{kind}"
    return [partial(_hash, key.derive(context)) for key in ring().all("index")]


def blind_index_any(kind: str, value: str) -> list[bytes]:
    """The indexes of a value under every key in the ring, for ``…__in`` look-ups while a rotation is under way."""
    context = f"{require_current()}|{kind}"
    return [_hash(key.derive(context), value) for key in ring().all("index")] if value else []


def fill_indexes(row: models.Model) -> list[str]:
    """Set every blind index of a row from its source, under the current key; the names of the fields set."""
    filled = []
    for field in row._meta.concrete_fields:
        if isinstance(field, BlindIndexField) and field.source:
            setattr(row, field.attname, blind_index(field.kind, getattr(row, field.source)))
            filled.append(field.attname)
    return filled
