"""COSE_Sign1 (RFC 9052) with EdDSA, read so strictly that one signed content has exactly one form.

``[h'{1: -8, 4: kid}', {}, payload, signature]``; tokens with a media type carry it as header 16.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

EDDSA = -8
ALGORITHM, KID, MEDIA_TYPE = 1, 4, 16
_WHOLE = range(-(2**53), 2**53)  # what JavaScript's numbers hold exactly


class Malformed(Exception):
    """Not of ours, or not exactly as we write it."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Something that was read and is not believed yet: ``covered`` is what the signature is over."""

    kid: bytes
    payload: Any
    covered: bytes
    signature: bytes

    def is_by(self, public_key: bytes) -> bool:
        """Whether this key really signed it."""
        try:
            _public(public_key).verify(self.signature, self.covered)
        except InvalidSignature:
            return False
        return True


def kid_of(public_key: bytes) -> bytes:
    """The four bytes a key is named by."""
    return hashlib.sha256(public_key).digest()[:4]


def public_key_of(seed: bytes) -> bytes:
    """The public key of an Ed25519 seed."""
    return _private(seed).public_key().public_bytes_raw()


def sign(payload: Mapping[int, Any], seed: bytes, media_type: str = "") -> bytes:
    """A payload as a signed token in its one form."""
    header = {ALGORITHM: EDDSA, KID: kid_of(public_key_of(seed))} | ({MEDIA_TYPE: media_type} if media_type else {})
    protected, content = encode(header), encode(payload)
    return encode([protected, {}, content, _private(seed).sign(_covered(protected, content))])


def open_token(token: bytes, media_type: str = "", depth: int = 4) -> Signed:
    """Take a token apart; Malformed unless it is exactly as ``sign`` makes them."""
    outer = plain(token)
    require(type(outer) is list and len(outer) == 4)
    protected, unprotected, payload, signature = outer
    require(type(unprotected) is dict and not unprotected)
    require(type(signature) is bytes and len(signature) == 64 and type(protected) is bytes)
    kid = _kid(protected, media_type)
    return Signed(kid, plain(payload, depth), _covered(protected, payload), signature)


@lru_cache(maxsize=256)
def _kid(protected: Any, media_type: str) -> bytes:
    """The key a header names; Malformed unless it says that, the algorithm and the media type, and nothing else. One key
    writes the same header on everything, so it is read once."""
    header = plain(protected)
    require(type(header) is dict and header.get(ALGORITHM) == EDDSA)
    require(header.get(MEDIA_TYPE, "") == media_type and len(header) == (3 if media_type else 2))
    kid = header.get(KID)
    require(type(kid) is bytes and len(kid) == 4)
    return bytes(kid)


def encode(value: Any) -> bytes:
    """Canonical CBOR."""
    written: bytes = cbor2.dumps(value, canonical=True)
    return written


def plain(encoded: Any, depth: int = 4) -> Any:
    """Decode CBOR that is written canonically; no tags, no trailing bytes, no second way of writing the same."""
    require(type(encoded) is bytes)
    try:
        value = cbor2.loads(encoded, max_depth=depth, allow_indefinite=False, allow_duplicate_keys=False)
        again = cbor2.dumps(value, canonical=True)
    except (cbor2.CBORError, ValueError, TypeError, ArithmeticError, RecursionError):
        raise Malformed from None
    require(again == encoded and _is_simple(value))
    return value


def require(right: bool) -> None:
    """Malformed unless it is so."""
    if not right:
        raise Malformed


def _covered(protected: bytes, payload: bytes) -> bytes:
    return encode(["Signature1", protected, b"", payload])


def _is_simple(value: Any) -> bool:
    kind = type(value)
    if kind is bytes or kind is str:
        return True
    if kind is int:
        return value in _WHOLE
    if kind is list:
        return all(map(_is_simple, value))
    if kind is dict:
        return all(type(key) in (int, str) and _is_simple(key) for key in value) and all(
            map(_is_simple, value.values())
        )
    return False


@lru_cache(maxsize=256)
def _public(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)


@lru_cache(maxsize=64)
def _private(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)
