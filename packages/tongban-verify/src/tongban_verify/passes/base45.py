"""Base45 (RFC 9285): the alphabet QR codes store most densely. Our own 20 lines: strict, and no dependency."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def encode(plain: bytes) -> str:
    """Bytes as base45 text."""
    text = []
    for start in range(0, len(plain), 2):
        pair = plain[start : start + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(3 if len(pair) == 2 else 2):
            number, digit = divmod(number, 45)
            text.append(ALPHABET[digit])
    return "".join(text)


def decode(text: str) -> bytes:
    """The bytes of a base45 text; ValueError for anything ``encode`` would not write."""
    plain = bytearray()
    for start in range(0, len(text), 3):
        group = text[start : start + 3]
        try:
            number = sum(_VALUES[character] * 45**place for place, character in enumerate(group))
        except KeyError:
            raise ValueError("not a base45 character") from None
        length = len(group) - 1
        if length == 0 or number >= 256**length:
            raise ValueError("not a base45 group")
        plain += number.to_bytes(length, "big")
    return bytes(plain)
