"""Codes of visits and of a hall's screen: short enough to be read aloud, impossible to make up.

A visit's code is ten random characters and four that only the house can compute, so that a forged one is refused
without asking the database. The screen's code changes every thirty seconds: a photo of a poster proves nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM, TAG = 10, 4
STEP = 30
"""Seconds a screen's code is shown."""
GRACE = 3
"""Steps a code is still accepted after its own: two minutes to type it."""
_IN_ADDRESS = re.compile(r"/v/([A-Za-z0-9]+)/?")


def code_of(digest: bytes, length: int) -> str:
    """A digest as characters nobody mistakes for one another."""
    number = int.from_bytes(digest, "big")
    found = []
    for _ in range(length):
        number, place = divmod(number, len(ALPHABET))
        found.append(ALPHABET[place])
    return "".join(found)


def _tag(body: str, secret: bytes) -> str:
    return code_of(hmac.new(secret, f"visit|{body}".encode(), hashlib.sha256).digest(), TAG)


def sign_code(body: str, secret: bytes) -> str:
    """The visit code for ten random characters."""
    return body + _tag(body, secret)


def read_code(text: str) -> str:
    """A code as somebody typed it, without spaces and dashes, in capital letters."""
    return re.sub(r"[\s\-·.]+", "", text).upper()


def code_in(text: str) -> str:
    """The code in what a scanner read: the address in the QR code, or the code itself."""
    found = _IN_ADDRESS.search(text)
    return found[1] if found else text


def is_genuine(code: str, secrets: list[bytes]) -> bool:
    """Whether the house made this code under one of its keys."""
    body, tag = code[:RANDOM], code[RANDOM:]
    if len(code) != RANDOM + TAG or not set(code) <= set(ALPHABET):
        return False
    return any(hmac.compare_digest(_tag(body, secret), tag) for secret in secrets)


def shown_code(code: str) -> str:
    """A code in groups, for paper and eyes."""
    return f"{code[:5]}-{code[5:10]}-{code[10:]}"


def shown_groups(code: str) -> str:
    """Any code in groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def link_key(hall_id: str, what: str, version: int, secret: bytes) -> str:
    """The secret part of a hall's screen or kiosk address; a new ``version`` makes the old address useless."""
    return code_of(hmac.new(secret, f"link|{hall_id}|{what}|{version}".encode(), hashlib.sha256).digest(), 12)


def presence_code(hall_id: str, seconds: float, secret: bytes) -> str:
    """The six digits on a hall's screen at a moment given in Unix seconds."""
    step = int(seconds // STEP)
    digest = hmac.new(secret, f"presence|{hall_id}|{step}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def proves_presence(code: str, hall_id: str, seconds: float, secret: bytes) -> bool:
    """Whether these digits stand, or stood within two minutes, on the hall's screen."""
    typed = "".join(one for one in code if one.isdigit())
    return any(
        hmac.compare_digest(presence_code(hall_id, seconds - back * STEP, secret), typed.zfill(6))
        for back in range(GRACE + 1)
    ) and len(typed) == 6  # fmt: skip
