"""The trust list: which keys may sign what, signed by a city's root key that is kept away from the network.

A CWT with header 16: 1 city, 6 issued, 4 expires (seven days), and under -65538 the content: 1 version, 2 the least
version that still counts, 3 the keys ``{1 kid, 2 key, 3 issuer scope, 4 types, 5 not before, 6 until, 7 address of the
status lists}``, 4 the kids of withdrawn keys.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tongban_verify.passes.code import TYPE_NAMES, TYPES, moment
from tongban_verify.passes.cose import Malformed, encode, kid_of, open_token, plain, require, sign

TRUST_TYPE = "application/tongban-trust-list+cwt"
LIFETIME = timedelta(days=7)
SKEW = timedelta(seconds=60)
LARGEST = 65_536  # bytes; a key takes about 150
CITY, EXPIRES, ISSUED, CONTENT = 1, 4, 6, -65538
DEPTH = 6


class Distrusted(Exception):
    """A list may not be used; ``reason`` is one of the verdicts' codes."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """One line of the trust list: a key, for which issuers (codes that begin with ``scope``) and types it may sign,
    and when; ``status`` is the address of its status lists with ``{issuer}`` and ``{list}`` to be filled in."""

    public_key: bytes
    scope: str
    types: frozenset[str]
    signs_from: datetime
    verifies_until: datetime
    status: str = ""
    is_withdrawn: bool = False

    @property
    def kid(self) -> bytes:
        """The four bytes it is named by."""
        return kid_of(self.public_key)

    def status_address(self, issuer: str, number: int) -> str:
        """Where a status list is."""
        return self.status.replace("{issuer}", issuer).replace("{list}", str(number))


@dataclass(frozen=True, slots=True)
class TrustList:
    """What one version of the list says. ``min_version``: older lists are void, even within their seven days."""

    city: str
    version: int
    issued: datetime
    expires: datetime
    keys: Mapping[bytes, TrustedKey] = field(default_factory=dict)
    withdrawn: frozenset[bytes] = frozenset()
    min_version: int = 0

    def payload(self) -> dict[int, Any]:
        """The list as it is signed."""
        lines = [
            {1: kid, 2: key.public_key, 3: key.scope, 4: sorted(TYPES[one] for one in key.types),
             5: int(key.signs_from.timestamp()), 6: int(key.verifies_until.timestamp()), 7: key.status}
            for kid, key in sorted(self.keys.items())
        ]  # fmt: skip
        content = {1: self.version, 2: self.min_version, 3: lines, 4: sorted(self.withdrawn)}
        return {
            CITY: self.city,
            EXPIRES: int(self.expires.timestamp()),
            ISSUED: int(self.issued.timestamp()),
            CONTENT: content,
        }

    def unsigned(self) -> bytes:
        """What is carried to the machine with the root key."""
        return encode(self.payload())

    def key(self, kid: bytes) -> TrustedKey | None:
        """The line of a kid, or None."""
        return self.keys.get(kid)

    def trouble(self, now: datetime, needed: int = 0) -> str:
        """Why the list may not be used at this moment: a verdict's code, or empty. ``needed`` is the least version the
        status lists at hand ask for."""
        if now < self.issued - SKEW:
            return "clock_wrong"  # a list is signed before it is seen: this clock must be behind
        if now >= self.expires:
            return "list_expired"
        return "list_superseded" if self.version < max(needed, self.min_version) else ""


def sign_trust_list(unsigned: bytes, root_seed: bytes) -> bytes:
    """Sign what ``unsigned`` gave, after reading it as strictly as a verifier would."""
    return sign(parse_trust_list(unsigned).payload(), root_seed, TRUST_TYPE)


def open_trust_list(token: bytes, roots: Collection[bytes], *, now: datetime, seen: int = 0) -> TrustList:
    """A list signed by one of the roots, in force now and not older than what was seen; else Distrusted."""
    if len(token) > LARGEST:
        raise Distrusted("list_malformed")
    try:
        signed = open_token(token, TRUST_TYPE, DEPTH)
        found = _trust_list(signed.payload)
    except Malformed:
        raise Distrusted("list_malformed") from None
    root = next((one for one in roots if kid_of(one) == signed.kid), None)
    if root is None:
        raise Distrusted("unknown_root")
    if not signed.is_by(root):
        raise Distrusted("list_edited")
    if found.version < seen:
        raise Distrusted("list_rolled_back")
    if trouble := found.trouble(now):
        raise Distrusted(trouble)
    return found


def parse_trust_list(unsigned: bytes) -> TrustList:
    """What an unsigned list says; Malformed unless it is exactly as we write them."""
    return _trust_list(plain(unsigned, DEPTH))


def _trust_list(facts: Any) -> TrustList:
    require(type(facts) is dict and set(facts) == {CITY, EXPIRES, ISSUED, CONTENT} and type(facts[CITY]) is str)
    said = facts[CONTENT]
    require(type(said) is dict and set(said) == {1, 2, 3, 4})
    require(all(type(said[n]) is int and 0 <= said[n] < 2**32 for n in (1, 2)))
    require(
        type(said[3]) is list and type(said[4]) is list and all(type(one) is bytes and len(one) == 4 for one in said[4])
    )
    keys = [_key(line) for line in said[3]]
    issued, expires = moment(facts[ISSUED]), moment(facts[EXPIRES])
    require(expires - issued <= LIFETIME and len({key.kid for key in keys}) == len(keys))
    return TrustList(facts[CITY], said[1], issued, expires, {key.kid: key for key in keys}, frozenset(said[4]), said[2])


def _key(line: Any) -> TrustedKey:
    require(type(line) is dict and set(line) == set(range(1, 8)))
    require(type(line[2]) is bytes and len(line[2]) == 32 and line[1] == kid_of(line[2]))
    require(type(line[3]) is str and type(line[7]) is str)
    require(type(line[4]) is list and all(type(one) is int and one in TYPE_NAMES for one in line[4]))
    types = frozenset(TYPE_NAMES[one] for one in line[4])
    return TrustedKey(line[2], line[3], types, moment(line[5]), moment(line[6]), line[7])
