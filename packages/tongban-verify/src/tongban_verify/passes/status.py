"""Status lists: one bit a credential, as the IETF's Token Status List says, in a signed CWT.

COSE tag 18, header 16 ``application/statuslist+cwt``; 2 its own address, 6 issued, 65534 seconds it may be kept,
65533 ``{"bits": 1, "lst": zlib}``, and -65538 the least version of the trust list that still counts.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongban_verify.passes.code import moment
from tongban_verify.passes.cose import Malformed, open_token, require, sign
from tongban_verify.passes.trust import SKEW, Distrusted, TrustList

STATUS_TYPE = "application/statuslist+cwt"
TAG = b"\xd2"  # COSE_Sign1
TTL_SECONDS = 900  # credentials.md: 15 minutes online
MOST_BITS = 2**24
LARGEST = MOST_BITS // 8 + 65_536  # bytes of a list that does not compress at all
SUBJECT, ISSUED, LIST, TTL, MIN_VERSION = 2, 6, 65533, 65534, -65538


@dataclass(frozen=True, slots=True)
class StatusList:
    """The bits under one address as of ``issued``, signed by ``kid``."""

    address: str
    issued: datetime
    bits: bytes
    kid: bytes
    min_version: int = 0

    def is_set(self, index: int) -> bool | None:
        """Whether a credential is revoked; None outside the list. Bit 0 of byte 0 comes first."""
        place, bit = divmod(index, 8)
        return bool(self.bits[place] >> bit & 1) if place < len(self.bits) else None


def write_status_list(address: str, bits: bytes, *, issued: datetime, seed: bytes, min_version: int = 0) -> bytes:
    """Sign the bits that stand under an address."""
    packed = zlib.compress(bits, 9)
    payload: dict[int, Any] = {
        SUBJECT: address, ISSUED: int(issued.timestamp()), TTL: TTL_SECONDS, LIST: {"bits": 1, "lst": packed},
        MIN_VERSION: min_version,
    }  # fmt: skip
    return TAG + sign(payload, seed, STATUS_TYPE)


def open_status_list(token: bytes, trust: TrustList, *, now: datetime, seen: datetime | None = None) -> StatusList:
    """A status list signed by a key of the trust list, not older than the one seen before; else Distrusted."""
    if len(token) > LARGEST or token[:1] != TAG:
        raise Distrusted("list_malformed")
    try:
        signed = open_token(token[1:], STATUS_TYPE)
        found = _status_list(signed.payload, signed.kid)
    except Malformed:
        raise Distrusted("list_malformed") from None
    if signed.kid in trust.withdrawn:
        raise Distrusted("key_withdrawn")
    key = trust.key(signed.kid)
    if key is None:
        raise Distrusted("unknown_key")
    if not signed.is_by(key.public_key):
        raise Distrusted("list_edited")
    if seen and found.issued < seen:
        raise Distrusted("list_rolled_back")
    if now < found.issued - SKEW:
        raise Distrusted("clock_wrong")
    return found


def _status_list(facts: Any, kid: bytes) -> StatusList:
    require(type(facts) is dict and set(facts) == {SUBJECT, ISSUED, TTL, LIST, MIN_VERSION})
    require(type(facts[SUBJECT]) is str and type(facts[TTL]) is int and type(facts[MIN_VERSION]) is int)
    said = facts[LIST]
    require(type(said) is dict and set(said) == {"bits", "lst"} and said["bits"] == 1 and type(said["lst"]) is bytes)
    return StatusList(facts[SUBJECT], moment(facts[ISSUED]), unpack(said["lst"]), kid, facts[MIN_VERSION])


def unpack(packed: bytes) -> bytes:
    """The bits of a zlib stream that holds nothing else, at most 2^24 of them."""
    reader = zlib.decompressobj()
    try:
        bits = reader.decompress(packed, MOST_BITS // 8 + 1)
    except zlib.error:
        raise Malformed from None
    require(reader.eof and not reader.unused_data and len(bits) <= MOST_BITS // 8)
    return bits
