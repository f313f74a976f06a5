"""Base45 (RFC 9285): the alphabet QR codes store most densely. Our own 30 lines: strict, fast, and no dependency."""

from __future__ import annotations

import struct

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_PAIRS = [ALPHABET[number % 45] + ALPHABET[number // 45] for number in range(45 * 45)]


def encode(plain: bytes) -> str:
    """Bytes as base45 text."""
    whole = len(plain) // 2
    text = [_PAIRS[n % 2025] + ALPHABET[n // 2025] for n in struct.unpack(f">{whole}H", plain[: 2 * whole])]
    if len(plain) % 2:
        text.append(_PAIRS[plain[-1]])
    return "".join(text)


def decode(text: str) -> bytes:
    """The bytes of a base45 text; ValueError for anything ``encode`` would not write."""
    try:
        values = [_VALUES[character] for character in text]
    except KeyError:
        raise ValueError("not a base45 character") from None
    rest = len(values) % 3
    whole = [a + 45 * b + 2025 * c for a, b, c in zip(values[0::3], values[1::3], values[2::3], strict=False)]
    last = [values[-2] + 45 * values[-1]] if rest == 2 else []
    if rest == 1 or any(number > 255 for number in last) or any(number > 65535 for number in whole):
        raise ValueError("not a base45 group")
    return struct.pack(f">{len(whole)}H", *whole) + bytes(last)
