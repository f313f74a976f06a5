"""The code on a pass or certificate: ``TB1:`` + base45 of a COSE_Sign1 (RFC 9052) holding a CWT (RFC 8392).

The payload holds 1 issuer, 4 expiry, 5 not before, 7 cti, maybe 8 holder key, and under -65537 the content. Reading is
strict: one credential has exactly one text, so an altered text never counts as the same or another credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from tongban_verify.passes import base45
from tongban_verify.passes.cose import Malformed, Signed, kid_of, open_token, require, sign

__all__ = ["Claims", "Code", "Content", "Malformed", "kid_of", "read", "write"]

PREFIX = "TB1:"
LONGEST = 600  # characters, credentials.md; photo passes will carry a limit of their own
ROTATING = timedelta(seconds=90)  # a code that lives no longer is one a phone renews all the time
ISSUER, EXPIRES, NOT_BEFORE, CTI, HOLDER_KEY, CONTENT = 1, 4, 5, 7, 8, -65537
TYPE, STATUS, NAME, PLACE, GATES, PHOTO, PLATE, NUMBER = 1, 2, 3, 4, 5, 6, 7, 8
GATE_NUMBERS = range(53)  # what fits a number of JavaScript

TYPES: Mapping[str, int] = MappingProxyType(
    {"resident": 1, "tenant": 2, "visitor": 3, "courier": 4, "vehicle": 5, "certificate": 6}
)
TYPE_NAMES: Mapping[int, str] = MappingProxyType({number: name for name, number in TYPES.items()})
_CONTENT_SHAPES: dict[int, type] = {NAME: str, PLACE: str, GATES: int, PHOTO: bytes, PLATE: str, NUMBER: str}


@dataclass(frozen=True, slots=True)
class Content:
    """What a credential says: its type, who it is for, and what for. Never an ID or phone number: anybody can read it.

    ``name`` is masked for people and whole for companies; ``gates`` has bit n set for gate n (none: every gate);
    ``photo`` is the first 8 bytes of the photo's SHA-256; ``number`` is a certificate's or case's number.
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

    def opens(self, gate: int) -> bool:
        """Whether it is good at this gate."""
        return self.gates is None or (gate in GATE_NUMBERS and bool(self.gates >> gate & 1))


@dataclass(frozen=True, slots=True)
class Claims:
    """Everything signed in one credential; ``status`` is (list, index), ``holder_key`` an Ed25519 key of the phone."""

    issuer: str
    cti: bytes
    not_before: datetime
    expires: datetime
    content: Content
    status: tuple[int, int]
    holder_key: bytes = b""

    @property
    def is_rotating(self) -> bool:
        """Whether it is a phone's code, signed anew every half minute."""
        return self.expires - self.not_before <= ROTATING


@dataclass(frozen=True, slots=True)
class Code:
    """A text that was read: its claims, and the signature that is still to be checked."""

    claims: Claims
    signed: Signed

    @property
    def kid(self) -> bytes:
        """The key it names."""
        return self.signed.kid


def write(claims: Claims, seed: bytes) -> str:
    """Sign claims with an Ed25519 seed; the text for the QR code."""
    facts: dict[int, Any] = {
        ISSUER: claims.issuer, EXPIRES: int(claims.expires.timestamp()), NOT_BEFORE: int(claims.not_before.timestamp()),
        CTI: claims.cti, CONTENT: claims.content.as_map(claims.status),
    }  # fmt: skip
    if claims.holder_key:
        facts[HOLDER_KEY] = _confirmation(claims.holder_key)
    text = PREFIX + base45.encode(sign(facts, seed))
    if len(text) > LONGEST:
        raise ValueError(f"a credential has at most {LONGEST} characters, this one {len(text)}")
    return text


def read(text: str) -> Code:
    """Take a text apart without believing it yet; Malformed unless it is exactly as ``write`` makes them."""
    if not text.startswith(PREFIX) or len(text) > LONGEST:
        raise Malformed
    try:
        signed = open_token(base45.decode(text.removeprefix(PREFIX)))
    except ValueError:
        raise Malformed from None
    return Code(claims_of(signed.payload), signed)


def claims_of(facts: Any) -> Claims:
    """The claims of a payload; Malformed unless each has its shape and nothing else is there."""
    require(type(facts) is dict and {ISSUER, EXPIRES, NOT_BEFORE, CTI, CONTENT} <= set(facts))
    require(set(facts) <= {ISSUER, EXPIRES, NOT_BEFORE, CTI, HOLDER_KEY, CONTENT})
    require(type(facts[ISSUER]) is str and type(facts[CTI]) is bytes and len(facts[CTI]) == 8)
    holder_key = b""
    if HOLDER_KEY in facts:
        holder_key = _holder_key(facts[HOLDER_KEY])
    content, status = _content(facts[CONTENT])
    begin, end = moment(facts[NOT_BEFORE]), moment(facts[EXPIRES])
    return Claims(facts[ISSUER], facts[CTI], begin, end, content, status, holder_key)


def _confirmation(key: bytes) -> dict[int, Any]:
    """RFC 8747: a COSE_Key, OKP (1) on Ed25519 (6)."""
    return {1: {1: 1, -1: 6, -2: key}}


def _holder_key(found: Any) -> bytes:
    try:
        key = found[1][-2]
    except (TypeError, KeyError, IndexError):
        raise Malformed from None
    require(type(key) is bytes and len(key) == 32 and found == _confirmation(key))
    return bytes(key)


def _content(found: Any) -> tuple[Content, tuple[int, int]]:
    require(type(found) is dict and {TYPE, STATUS, NAME} <= set(found))
    require(set(found) <= {TYPE, STATUS, *_CONTENT_SHAPES})
    require(all(type(found[key]) is shape for key, shape in _CONTENT_SHAPES.items() if key in found))
    require(type(found[TYPE]) is int and found[TYPE] in TYPE_NAMES)
    require(found.get(GATES, 0) >= 0 and len(found.get(PHOTO, bytes(8))) == 8)
    status = found[STATUS]
    require(type(status) is list and len(status) == 2 and all(type(n) is int and 0 <= n < 2**32 for n in status))
    content = Content(
        TYPE_NAMES[found[TYPE]], found[NAME], found.get(PLACE, ""), found.get(GATES), found.get(PHOTO, b""),
        found.get(PLATE, ""), found.get(NUMBER, ""),
    )  # fmt: skip
    return content, (status[0], status[1])


def moment(seconds: Any) -> datetime:
    """Seconds since 1970 as a moment; Malformed outside 2^33."""
    require(type(seconds) is int and 0 <= seconds < 2**33)
    return datetime.fromtimestamp(seconds, UTC)
