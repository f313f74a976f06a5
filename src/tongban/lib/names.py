"""Names as a Chinese desk writes, sorts and searches them: pinyin keys, search terms, tidy spelling.

A name carries two keys: its full pinyin without tones (``zhangsan``) and its initials (``zs``). Both are
searched by prefix, which an ordinary index answers. ``ü`` is ``v``, as input methods type it (吕 ``lv``).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, cast

# pypinyin knows no surname mode, so the readings that differ in a surname stand here, as dictionaries give
# them under 姓. Where two are in use (覃 qin/tan, 翟 zhai/di) the commoner is the key; the search knows both.
SURNAMES = {
    "万俟": "mo qi", "尉迟": "yu chi", "长孙": "zhang sun", "单于": "chan yu", "澹台": "tan tai",
    "乐正": "yue zheng", "子车": "zi ju", "宰父": "zai fu", "黑齿": "hei chi", "吐谷浑": "tu yu hun",
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "盖": "ge", "乐": "yue",
    "缪": "miao", "覃": "qin", "翟": "zhai", "乜": "nie", "阚": "kan", "朴": "piao", "员": "yun", "折": "she",
    "祭": "zhai", "繁": "po", "种": "chong", "召": "shao", "秘": "bi", "黑": "he", "洗": "xian", "薄": "bo",
    "佴": "nai", "都": "du", "句": "gou", "能": "nai", "卜": "bu", "粘": "nian", "镡": "tan", "给": "ji",
    "便": "pian", "圈": "juan", "颉": "xie", "澹": "tan",
}  # fmt: skip
# Readings a dictionary gives second but names use first, wherever in the name they stand.
IN_NAMES = {"晟": "sheng", "卜": "bu"}
# Surnames read in two ways where pypinyin's own reading is the key: the other reading is searched as well.
SECOND_READINGS = {"隗": "wei", "牟": "mu", "郇": "xun", "谌": "shen", "莘": "xin", "郗": "chi", "宓": "fu"}

_SHORT = 4
_LONGEST_SURNAME = max(map(len, SURNAMES))
# Han characters with every extension (planes 2 and 3), 〇, and the private-use area in which older machines
# kept rare characters of names before Unicode had them.
_HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ue000-\uf8ff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W{_HAN}_]+")
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_DOTS = re.compile(r"\s*[·•‧∙⋅・･．]\s*")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]")


class NameKey(NamedTuple):
    """What a name is sorted and searched by: ``pinyin`` (``zhangsan``) and ``initials`` (``zs``)."""

    pinyin: str
    initials: str


@dataclass(frozen=True, slots=True)
class NameTerms:
    """How to look for a name: every text of ``contains`` in the name, and a key beginning as given.

    ``readings`` are pairs (beginning of the name, beginning of its pinyin) for surnames read in a second way.
    All empty means that nothing can match.
    """

    contains: tuple[str, ...] = ()
    pinyin: str = ""
    initials: str = ""
    readings: tuple[tuple[str, str], ...] = ()


def tidy_name(name: str) -> str:
    """The name as it is stored: one kind of middle dot, no space between characters."""
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", name))
    text = "".join(_narrow(char) for char in text)
    text = _DOTS.sub("·", " ".join(text.split()))
    return re.sub(rf"(?<=[{_HAN}]) (?=[{_HAN}])", "", text)


@lru_cache(maxsize=4096)
def name_key(name: str, *, personal: bool = True) -> NameKey:
    """The pinyin and initials of a name; ``personal=False`` for organisations and places.

    A character without a known reading stands for itself in both keys, so no name loses its key.
    """
    syllables = _syllables(tidy_name(name), personal)
    return NameKey("".join(syllables), "".join(syllable[0] for syllable in syllables))


def name_terms(term: str, *, personal: bool = True) -> NameTerms:
    """How to search for what somebody typed: 张三, zhangsan, zs, 张s, or ceng for 曾."""
    text = tidy_name(term)
    contains = tuple(_HAN_RUN.findall(text))
    letters = "".join(_fold(run) for run in _RUNS.findall(text) if not _HAN_RUN.match(run))
    if not letters:
        return NameTerms(contains)
    if contains:
        key = _mixed_key(text, personal)
        return NameTerms(contains, key.pinyin, key.initials)
    letters = re.sub(r"^([ln])yu", r"\1v", letters)  # the passport's spelling of 吕 and 女
    return NameTerms((), letters, letters, _second_readings(letters) if personal else ())


def _mixed_key(text: str, personal: bool) -> NameKey:
    pinyin, initials = "", ""
    for run in _RUNS.findall(text):
        if _HAN_RUN.match(run):
            syllables = _syllables(run, personal and not pinyin)
            pinyin += "".join(syllables)
            initials += "".join(syllable[0] for syllable in syllables)
        else:
            pinyin += _fold(run)
            initials += _fold(run)
    return NameKey(pinyin, initials)


def _second_readings(letters: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (surname, key + letters[len(other) :])
        for surname, key, other in _readings()
        if letters.startswith(other) and not letters.startswith(key)
    )


@lru_cache(maxsize=1)
def _readings() -> tuple[tuple[str, str, str], ...]:
    """Surname, the reading that is its key, another reading people type."""
    plain = ((s, key.replace(" ", ""), "".join(plain_pinyin(s))) for s, key in SURNAMES.items())
    second = ((s, plain_pinyin(s)[0], other) for s, other in SECOND_READINGS.items())
    return tuple(reading for reading in (*plain, *second) if reading[1] != reading[2])


def _syllables(name: str, personal: bool) -> list[str]:
    syllables: list[str] = []
    # A name with a middle dot is written after its sound (阿卜杜拉·买买提), so no surname stands in front.
    surname_first = personal and "·" not in name
    for run in _RUNS.findall(name):
        if not _HAN_RUN.match(run):
            syllables.append(_fold(run))
            continue
        surname = _surname(run) if surname_first and not syllables else ""
        syllables += SURNAMES[surname].split() if surname else []
        syllables += _readings_of(run[len(surname) :], personal)
    return [syllable for syllable in syllables if syllable]


def plain_pinyin(text: str) -> list[str]:
    """A syllable for each Han character, as a dictionary reads it; what has no reading stands for itself."""
    from pypinyin import lazy_pinyin  # its dictionary takes a quarter of a second, which most processes never need

    return lazy_pinyin(text, errors=_each_itself)


def _each_itself(unread: str) -> str:
    # pypinyin accepts a list here, one entry a character, though its stub promises only a text.
    return cast("str", list(unread))


def _surname(run: str) -> str:
    for length in range(_LONGEST_SURNAME, 0, -1):
        if run[:length] in SURNAMES:
            return run[:length]
    return ""


@lru_cache(maxsize=32_768)
def _reading_of(char: str) -> str:
    return plain_pinyin(char)[0]


def _holds_phrase(run: str) -> bool:
    """Whether pypinyin knows a phrase in it, and may read its characters otherwise than alone."""
    from pypinyin.constants import PHRASES_DICT

    return any(
        run[first:end] in PHRASES_DICT for first in range(len(run) - 1) for end in range(first + 2, len(run) + 1)
    )


def _readings_of(run: str, personal: bool) -> list[str]:
    if len(run) <= _SHORT and not _holds_phrase(run):  # most names; a quarter of the time
        syllables = [_reading_of(char) for char in run]
    else:
        syllables = plain_pinyin(run)
    if personal:
        syllables = [IN_NAMES.get(char, read) for char, read in zip(run, syllables, strict=True)]
    return [{"lve": "lue", "nve": "nue"}.get(syllable, syllable) for syllable in syllables]


def _fold(run: str) -> str:
    """Letters as people type them: small, without accents, lü and nü as lv and nv."""
    text = re.sub("(?<=[ln])ü", "v", unicodedata.normalize("NFKC", run).casefold())
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def _narrow(char: str) -> str:
    """A full-width letter, digit or space as its ordinary form; NFKC would also change rare characters."""
    if "\uff01" <= char <= "\uff5e" and char != "．":
        return chr(ord(char) - 0xFEE0)
    return " " if char.isspace() else char
