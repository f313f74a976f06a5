"""Numbers as people write them in addresses: full-width, in Chinese characters, digit by digit or in full."""

from __future__ import annotations

import re

_DIGITS = {char: value for value, chars in enumerate(("〇零○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒",
                                                      "八捌", "九玖")) for char in chars}  # fmt: skip
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100}
NUMERAL = "".join([*_DIGITS, *_TENS])
# What a number in an address counts. Not 路, 段, 社区 or 街: 一环路二段, 三八路 and 二郎社区 are names.
_COUNTED = "号|栋|幢|座|单元|门|梯|层|楼|室|房|户|组|社(?!区)|队|期|村民小组|小组"
_IN_CHINESE = re.compile(rf"(?:第)?([{NUMERAL}]{{1,6}})(?=(?:{_COUNTED}))")


def value_of(text: str) -> int | None:
    """The number written in Chinese characters, up to 999: 二十三, 二〇三, 一百零二; None for what is no number."""
    if not text or any(char not in NUMERAL for char in text):
        return None
    if not any(char in _TENS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    total, digit = 0, None
    for char in text:
        if char in _TENS:
            total += (1 if digit is None else digit) * _TENS[char]
            digit = None
        elif digit in (None, 0):
            digit = _DIGITS[char]
        else:
            return None
    return total + (digit or 0)


def with_digits(text: str) -> str:
    """The text with every counting numeral in Arabic digits: 二十三号二单元 becomes 23号2单元."""

    def arabic(found: re.Match[str]) -> str:
        value = value_of(found[1])
        return found[0] if value is None else str(value)

    return _IN_CHINESE.sub(arabic, text)
