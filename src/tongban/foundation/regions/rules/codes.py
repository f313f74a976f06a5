"""Region codes: GB/T 2260 (6 digits), GB/T 10114 (+3 for townships), 国统字〔2009〕91号 (+3 for communities).

A code is kept in its shortest official form: 6 digits down to counties, 9 for townships, 12 for communities.
The digits that carry meaning are its prefix: 51 (province), 5105 (prefecture), 510502 (county), and so on; one
region lies within another exactly when its prefix begins with the other's.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

Level = Literal["province", "prefecture", "county", "township", "community"]
LEVELS: tuple[Level, ...] = get_args(Level)
LEVEL_NAMES: dict[Level, T] = {
    "province": T("省级", "Province"),
    "prefecture": T("地级", "Prefecture"),
    "county": T("县级", "County"),
    "township": T("乡级", "Township"),
    "community": T("村级", "Community"),
}
_DIGITS: dict[Level, int] = {"province": 2, "prefecture": 4, "county": 6, "township": 9, "community": 12}
_LEVEL_OF_DIGITS: dict[int, Level] = {digits: level for level, digits in _DIGITS.items()}
_SHAPE = re.compile(r"[1-9][0-9](?:[0-9]{2}|[0-9]{4}|[0-9]{7}|[0-9]{10})?")


def wrong_code(code: str) -> Refusal:
    """The refusal for digits that are no region code."""
    return Refusal(
        "region_code_wrong",
        T("“{code}”不是区划代码。区划代码为 6 位（省、市、县）、9 位（乡镇、街道）或 12 位（村、社区）数字。",
          "“{code}” is not a region code. A region code has 6 digits (province, prefecture, county), 9 (township) "
          "or 12 (community).").format(code=code[:40]),
        field="code",
    )  # fmt: skip


def normalised(code: str) -> str:
    """The shortest official form of a code given with 2, 4, 6, 9 or 12 digits; refuses anything else."""
    text = code.strip()
    if not _SHAPE.fullmatch(text):
        raise wrong_code(code)
    text = text.ljust(6, "0")
    while len(text) > 6 and text.endswith("000"):
        text = text[:-3]
    # A hole in the middle names nothing; counties right under a province (460001 before 1989) did exist.
    if len(text) > 6 and (text[2:6] == "0000" or text[6:9] == "000"):
        raise wrong_code(code)
    return text


def prefix_of(code: str) -> str:
    """The digits of a code that carry meaning: 2, 4, 6, 9 or 12 of them."""
    text = normalised(code)
    if len(text) > 6:
        return text
    return text[:2] if text[2:] == "0000" else text[:4] if text[4:] == "00" else text


def beginning_of(digits: str) -> str:
    """What the codes begin with that somebody means who has typed these digits: 510500 means 5105, 51050 itself."""
    try:
        return prefix_of(digits)
    except Refusal:
        return digits


def level_of(code: str) -> Level:
    """The level a code stands for."""
    return _LEVEL_OF_DIGITS[len(prefix_of(code))]


def is_at_or_above(level: str, other: str) -> bool:
    """Whether ``level`` is the same as ``other`` or a higher one."""
    return _DIGITS[check_level(level)] <= _DIGITS[check_level(other)]


def check_level(text: str) -> Level:
    """The level of that name; refuses anything else."""
    for level in LEVELS:
        if level == text:
            return level
    what = T("“{level}”不是区划级别，应为 {levels}。", "“{level}” is no level of region: use {levels}.")
    raise Refusal("region_level_wrong", what.format(level=text[:40], levels=", ".join(LEVELS)), field="level")


def parent_of(code: str) -> str | None:
    """The code one level up by its digits, None above a province.

    Townships of a city without counties (东莞) lie right under it. An authority may hang a county on the province
    itself: there the stored parent counts.
    """
    prefix = prefix_of(code)
    if len(prefix) == 2:
        return None
    shorter = {4: 2, 6: 4, 9: 6, 12: 9}[len(prefix)]
    return normalised(prefix[:shorter])


def ancestors_of(code: str) -> list[str]:
    """The codes above by digits, the province first."""
    found: list[str] = []
    above = parent_of(code)
    while above:
        found.append(above)
        above = parent_of(above)
    return found[::-1]


def is_within(code: str, scope: str) -> bool:
    """Whether a region is the scope or lies in it; the scope "" is everything. The rule of membership scopes."""
    return not scope or prefix_of(code).startswith(prefix_of(scope))
