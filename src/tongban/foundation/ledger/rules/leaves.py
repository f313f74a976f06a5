"""Leaves: canonical JSON (RFC 8785) whose private values are salted commitments."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import rfc8785

from tongban.foundation.ledger.rules.types import LEAF_TYPES, LeafType
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban_verify.leaves import commitment
from tongban_verify.merkle import leaf_hash
from tongban_verify.tiles import LARGEST_ENTRY

VERSION = 1
ACTOR = "actor"  # sealed in every leaf, beside the fields of its type
SALT_SIZE = 32


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf as it will stand in the log, and the salt of each sealed field."""

    type: LeafType
    at: datetime
    body: bytes
    salts: dict[str, bytes]
    subject: bytes | None = None

    @property
    def hash(self) -> bytes:
        """By this the leaf is found: SHA-256(0x00 || body)."""
        return leaf_hash(self.body)


@dataclass(frozen=True, slots=True)
class Chain:
    """The random handle of one affair, and the hash of its last leaf (empty before the first)."""

    subject: bytes
    previous: bytes


def plain(value: Any) -> Any:
    """A value as JSON has it: ids and dates become text, times UTC to the second."""
    if isinstance(value, datetime):
        return leaf_text(value)
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


def canonical(value: Any) -> bytes:
    """The one way to write a value down (RFC 8785); ValueError for what JSON cannot hold."""
    said = plain(value)
    return _encode(said).encode() if _is_common(said) else rfc8785.dumps(said)


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_LARGEST = 2**53 - 1


def _is_common(value: Any) -> bool:
    """Whether Python's own encoder, which is many times as fast, writes the same: no fractions, and names in ASCII."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-_LARGEST <= value <= _LARGEST)
    if kind is dict:
        return all(type(name) is str and name.isascii() and _is_common(each) for name, each in value.items())
    return kind is list and all(map(_is_common, value))


def leaf_text(moment: datetime) -> str:
    """A moment as leaves write it: 2026-11-22T08:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def commit(leaf_type: str, name: str, salt: bytes, value: Any) -> str:
    """The commitment to a field's value, in hexadecimal."""
    return commitment(leaf_type, name, salt, canonical(value)).hex()


def build_leaf(
    leaf_type: str, *, at: datetime, values: Mapping[str, Any], actor: Any, channel: str, chain: Chain | None = None
) -> Leaf:
    """The leaf of a type from exactly the values its type asks for; leaves of the log itself have no chain.

    No two leaves are equal: the salt of the actor, 32 random bytes, differs.
    """
    found = LEAF_TYPES.get(leaf_type)
    if found is None:
        raise ValueError(f"{leaf_type} is not a leaf type: the list is closed (docs/ledger.md)")
    due = {*found.open, *found.sealed}
    if set(values) != due:
        raise ValueError(f"{leaf_type} takes {sorted(due)}, not {sorted(values)}")
    if bool(chain) != found.has_subject:
        raise ValueError(f"{leaf_type} {'needs a' if found.has_subject else 'has no'} subject")
    sealed = {ACTOR: actor, **{name: values[name] for name in found.sealed}}
    salts = {name: secrets.token_bytes(SALT_SIZE) for name in sealed}
    said: dict[str, Any] = {
        "v": VERSION,
        "type": leaf_type,
        "at": leaf_text(at),
        "channel": channel,
        "open": {name: values[name] for name in found.open},
        "commit": {name: commit(leaf_type, name, salts[name], value) for name, value in sealed.items()},
    }
    if chain:
        said |= {"subject": chain.subject.hex(), "prev": chain.previous.hex()}
    return Leaf(found, at, check_size(canonical(said)), salts, chain.subject if chain else None)


def check_size(body: bytes) -> bytes:
    """The body itself; refused when the log's format cannot hold it."""
    if len(body) > LARGEST_ENTRY:
        raise Refusal(
            "leaf_too_large",
            T("一条公开记录最多 65535 字节，这一条有 {n} 字节；请只记录摘要。",
              "A leaf of the public log has at most 65,535 bytes, this one {n}: record a digest instead.")
            .format(n=len(body)),
        )  # fmt: skip
    return body


def address_of(text: str) -> bytes | None:
    """The leaf hash in an address; None when it is none."""
    if len(text) != 64 or text != text.lower():
        return None
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None
