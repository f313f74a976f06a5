"""The code on a pass or certificate: ``TB1:`` + base45 of a COSE_Sign1 (RFC 9052) holding a CWT (RFC 8392).

``[h'{1: -8, 4: kid}', {}, payload, signature]`` with EdDSA (Ed25519), no compression. The payload holds 1 issuer,
4 expiry, 5 not before, 7 cti, maybe 8 holder key, and under -65537 the content. Reading is strict: one credential
has exactly one text, so an altered text never counts as the same or another credential.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tongban.foundation.credentials.rules import base45

PREFIX = "TB1:"
LONGEST = 600  # characters, credentials.md; photo passes will carry a limit of their own
EDDSA = -8
ISSUER, EXPIRES, NOT_BEFORE, CTI, HOLDER_KEY, CONTENT = 1, 4, 5, 7, 8, -65537
TYPE, STATUS, NAME, PLACE, GATES, PHOTO, PLATE, NUMBER = 1, 2, 3, 4, 5, 6, 7, 8

TYPES: Mapping[str, int] = MappingProxyType(
    {"resident": 1, "tenant": 2, "visitor": 3, "courier": 4, "vehicle": 5, "certificate": 6}
)
_TYPE_NAMES = {number: name for name, number in TYPES.items()}
_CONTENT_SHAPES: dict[int, type] = {NAME: str, PLACE: str, GATES: int, PHOTO: bytes, PLATE: str, NUMBER: str}


class Malformed(Exception):
    """The text is not a credential of ours, or not exactly as we write them."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a credential says: its type, who it is for, and what for. Never an ID or phone number: anybody can read it.

    ``name`` is masked for people and whole for companies; ``number`` is a certificate's or case's number.
    """

    type: str
    name: str
    place: str = ""
    gates: int | None = None
    photo: bytes = b""
    plate: str = ""
    number: str = ""

    def as_map(self, status: tuple[int, int]) -> dict[int, Any]:
        """The content as it is signed; empty facts take no room."""
        given = {NAME: self.name, PLACE: self.place, GATES: self.gates, PHOTO: self.photo, PLATE: self.plate,
                 NUMBER: self.number}  # fmt: skip
        facts = {key: value for key, value in given.items() if value not in ("", b"", None)}
        return {TYPE: TYPES[self.type], STATUS: list(status)} | facts


@dataclass(frozen=True, slots=True)
class Claims:
    """Everything signed in one credential; ``status`` is (list, index)."""

    issuer: str
    cti: bytes
    not_before: datetime
    expires: datetime
    content: Content
    status: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Code:
    """A text that was read: its claims, the key it names, and what the signature covers."""

    kid: bytes
    claims: Claims
    signed: bytes
    signature: bytes


def kid_of(public_key: bytes) -> bytes:
    """The four bytes a key is named by in the code."""
    return hashlib.sha256(public_key).digest()[:4]


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    signed: bytes = cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)
    return signed


def write(claims: Claims, seed: bytes) -> str:
    """Sign claims with an Ed25519 seed; the text for the QR code."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    protected = cbor2.dumps({1: EDDSA, 4: kid_of(key.public_key().public_bytes_raw())}, canonical=True)
    payload = cbor2.dumps(
        {
            ISSUER: claims.issuer,
            EXPIRES: int(claims.expires.timestamp()),
            NOT_BEFORE: int(claims.not_before.timestamp()),
            CTI: claims.cti,
            CONTENT: claims.content.as_map(claims.status),
        },
        canonical=True,
    )
    signature = key.sign(_to_be_signed(protected, payload))
    text = PREFIX + base45.encode(cbor2.dumps([protected, {}, payload, signature], canonical=True))
    if len(text) > LONGEST:
        raise ValueError(f"a credential has at most {LONGEST} characters, this one {len(text)}")
    return text


def read(text: str) -> Code:
    """Take a text apart without believing it yet; Malformed unless it is exactly as ``write`` makes them."""
    if not text.startswith(PREFIX) or len(text) > LONGEST:
        raise Malformed
    try:
        outer = _plain(base45.decode(text.removeprefix(PREFIX)))
        protected, unprotected, payload, signature = outer
        header, facts = _plain(protected), _plain(payload)
    except (ValueError, TypeError):
        raise Malformed from None
    _require(type(outer) is list and type(unprotected) is dict and not unprotected)
    _require(type(signature) is bytes and len(signature) == 64)
    _require(type(header) is dict and set(header) == {1, 4} and header[1] == EDDSA)
    kid = header[4]
    _require(type(kid) is bytes and len(kid) == 4)
    return Code(kid, _claims(facts), _to_be_signed(protected, payload), signature)


def is_signed_by(code: Code, public_key: bytes) -> bool:
    """Whether the key really signed what the code says."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(code.signature, code.signed)
    except InvalidSignature:
        return False
    return True


def _require(right: bool) -> None:
    if not right:
        raise Malformed


def _plain(encoded: Any) -> Any:
    """Decode CBOR that is written canonically; no tags, no trailing bytes, no second way of writing the same."""
    _require(type(encoded) is bytes)
    try:
        value = cbor2.loads(encoded, max_depth=4, allow_indefinite=False, allow_duplicate_keys=False)
        again = cbor2.dumps(value, canonical=True)
    except (cbor2.CBORError, ValueError, TypeError, ArithmeticError, RecursionError):
        raise Malformed from None
    _require(again == encoded and _is_simple(value))
    return value


def _is_simple(value: Any) -> bool:
    if type(value) is list:
        return all(map(_is_simple, value))
    if type(value) is dict:
        return all(map(_is_simple, [*value, *value.values()]))
    return type(value) in (int, str, bytes)


def _claims(facts: Any) -> Claims:
    _require(type(facts) is dict and {ISSUER, EXPIRES, NOT_BEFORE, CTI, CONTENT} <= set(facts))
    _require(set(facts) <= {ISSUER, EXPIRES, NOT_BEFORE, CTI, HOLDER_KEY, CONTENT})
    _require(type(facts[ISSUER]) is str and type(facts[CTI]) is bytes and len(facts[CTI]) == 8)
    _require(HOLDER_KEY not in facts or type(facts[HOLDER_KEY]) is bytes)
    content, status = _content(facts[CONTENT])
    return Claims(facts[ISSUER], facts[CTI], _moment(facts[NOT_BEFORE]), _moment(facts[EXPIRES]), content, status)


def _content(found: Any) -> tuple[Content, tuple[int, int]]:
    _require(type(found) is dict and {TYPE, STATUS, NAME} <= set(found))
    _require(set(found) <= {TYPE, STATUS, *_CONTENT_SHAPES})
    _require(all(type(found[key]) is shape for key, shape in _CONTENT_SHAPES.items() if key in found))
    _require(type(found[TYPE]) is int and found[TYPE] in _TYPE_NAMES)
    status = found[STATUS]
    _require(type(status) is list and len(status) == 2 and all(type(n) is int and 0 <= n < 2**32 for n in status))
    content = Content(
        _TYPE_NAMES[found[TYPE]], found[NAME], found.get(PLACE, ""), found.get(GATES), found.get(PHOTO, b""),
        found.get(PLATE, ""), found.get(NUMBER, ""),
    )  # fmt: skip
    return content, (status[0], status[1])


def _moment(seconds: Any) -> datetime:
    _require(type(seconds) is int and 0 <= seconds < 2**33)
    return datetime.fromtimestamp(seconds, UTC)
