"""Chinese addresses as people write them, taken apart: 省市县/街道/社区/路/号/小区/楼/单元/室, and 村/组/户 in the country.

Plain patterns, from the largest part to the smallest, with what stands in a gazetteer (``known``) before any pattern.
They read what forms and lists really hold; an address nobody can read keeps its unread end in ``rest``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace

from tongban.foundation.registers.rules.numerals import with_digits
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

LONGEST = 200
# Each province by the name people use; the rest of its name may follow.
_PROVINCES = ["北京", "天津", "河北", "山西", "内蒙古", "辽宁", "吉林", "黑龙江", "上海", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "广西", "海南", "重庆", "四川", "贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆", "台湾", "香港", "澳门"]  # fmt: skip
_MUNICIPALITIES = frozenset({"北京", "天津", "上海", "重庆"})
Known = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of one address, largest first, each "" when it is not said; numbers are in Arabic digits.

    ``number`` is that of the house at the road (18, 18附3), ``building``, ``unit``, ``floor`` and ``room`` carry no
    suffix, ``house`` is the number of a household in a village, ``rest`` what nobody could read.
    """

    province: str = ""
    prefecture: str = ""
    county: str = ""
    township: str = ""
    community: str = ""
    group: str = ""
    road: str = ""
    number: str = ""
    estate: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    house: str = ""
    rest: str = ""

    def standard(self) -> str:
        """The address as the house writes it; reading it again gives the same parts."""
        parts = [
            self.province, self.prefecture, self.county, self.township, self.community,
            self.group and f"{self.group}组",
            self.road, self.number and f"{self.number.replace('附', '号附')}号", self.estate,
            self.building and f"{self.building}栋", self.unit and f"{self.unit}单元",
            self.floor and f"{self.floor}层", self.room and f"{self.room}室",
            self.house and f"{self.house}户",
        ]  # fmt: skip
        return "".join(part for part in parts if part) + self.rest

    @property
    def is_rural(self) -> bool:
        """Whether it names a village group or household instead of a building."""
        return bool(self.group or self.house) and not self.building

    @property
    def local(self) -> Address:
        """The part below the community: what the address tree is searched with."""
        return replace(self, province="", prefecture="", county="", township="", community="")

    @property
    def is_empty(self) -> bool:
        """Whether nothing below the community was read."""
        return not any(getattr(self.local, field.name) for field in fields(self) if field.name != "rest")


_BODY = r"[\u4e00-\u9fff〇·A-Za-z0-9]"
_FAR = r"[^街号村巷组栋幢路镇乡\d]"  # what the name of a county or city never holds beyond its second character
_TAIL_OF_CITY = r"(?!场|花|广|家|之|名|华|生|山|风|景|中心|政|口)"
_STREET = r"(?:大道|道(?=\d)|路(?!口)|街(?!道|坊|口)|巷|弄|胡同|坝|坡(?=\d))(?:[东西南北中上下]?[一二三四五六七八九十\d]{0,2}段)?(?:支[路巷])?"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("prefecture", re.compile(
        rf"([\u4e00-\u9fff]{{2}}{_FAR}{{0,8}}?(?:自治州|地区|盟|(?<!超)(?<!菜)(?<!夜)市{_TAIL_OF_CITY}))"
    )),
    ("county", re.compile(
        rf"([\u4e00-\u9fff]{{1,2}}{_FAR}{{0,9}}?(?:自治县|自治旗|县(?!城)|旗(?!舰)"
        rf"|(?<!超)(?<!菜)(?<!夜)市{_TAIL_OF_CITY}|(?<![小社园校厂片景库])区))(?!域)"
    )),
    ("township", re.compile(
        r"([\u4e00-\u9fff][^路巷号栋幢\d]{0,12}?街道|[\u4e00-\u9fff][^路街巷号村栋幢\d]{1,9}?(?:镇|乡|苏木)(?!江|小区|花园))"
        r"(?:办事处|人民政府)?"
    )),
    ("community", re.compile(
        r"([\u4e00-\u9fff][^路巷号栋幢\d]{0,14}?(?:社区|居民委员会|村民委员会|居委会|村委会)"
        r"|[\u4e00-\u9fff][^路街巷号栋幢\d]{0,8}?村(?=$|第?[\d一二三四五六七八九十]*(?:村民小组|组|社|队|户)|[\u4e00-\u9fff]{1,5}组)"
        r"|[\u4e00-\u9fff][^路街巷号栋幢新\d]{0,8}?村(?=\d+号(?!楼|院)))(?:居委会|村委会)?"
    )),
    ("group", re.compile(r"(?:第)?(\d{1,3}|[\u4e00-\u9fff]{1,5}?)(?:村民小组|村民组|小组|组|生产队|队|社(?!区))")),
    ("road", re.compile(rf"([\u4e00-\u9fffA-Za-z][^号栋幢小区苑园]{{0,14}}?{_STREET})")),
    ("lane", re.compile(r"(\d{1,4}(?:巷|弄))")),
    ("number", re.compile(r"(\d{1,5}(?:[-之]\d{1,4})?)号(?!楼|栋|幢|院|座|单元|室)(?:(附\d{1,4})号?)?")),
    ("estate", re.compile(
        rf"((?!(?:负|-)?[A-Za-z]?\d+(?:号?楼|栋|幢|座|单元|层)|[A-Za-z东西南北中](?:座|栋|幢|楼)){_BODY}*?[\u4e00-\u9fff]{_BODY}*?(?:\(?\d期\)?)?)"
        r"(?=(?:第)?[A-Za-z]?\d+[A-Za-z]?(?:号楼|号栋|栋|幢|座|号|单元|室|楼|层|-|$)|[A-Za-z](?:座|栋|幢|区)|[东西南北中](?:座|栋|幢|楼)|$)"
    )),
    ("building", re.compile(r"(?:第)?([A-Za-z]?\d{1,3}[A-Za-z]?|[A-Za-z]|[东西南北中])(?:号楼|号栋|栋|幢|座|号(?=\d+单元|[A-Z\d]+-))(?:楼)?")),
    ("building", re.compile(r"(\d{1,3}[A-Za-z]?)-(?=\d{1,2}-\d{1,5}(?:室|号|房)?$)")),
    ("unit", re.compile(r"(?:第)?(\d{1,2}|[A-Za-z]|[甲乙丙丁])(?:单元|门|梯)")),
    ("unit", re.compile(r"(\d{1,2})-(?=\d{1,5}(?:室|号|房)?$)")),
    ("floor", re.compile(r"((?:负|-)?\d{1,3})(?:楼|层)")),
    ("room", re.compile(r"-?([A-Za-z]?\d{1,5}[A-Za-z]?)(?:室|号房|号|房|户)?$")),
)  # fmt: skip
_HOUSE = re.compile(r"(?:第)?(\d{1,5})(?:号|户)?$")
_SEPARATORS = str.maketrans({"－": "-", "–": "-", "—": "-", "~": "-", "～": "-", "#": "号", "＃": "号", "，": "", ",": "",
                             "、": "", ";": "", "；": "", "/": "", ".": "", "。": "", "_": "-", "﹣": "-"})  # fmt: skip
_BRACKETS = re.compile(r"\([^()]*\)")
# What an estate's name ends with before the building: what stands in front is part of the name.
_OF_ESTATES = re.compile(
    r"[新老东西南北]?(?:小区|花园|家园|嘉园|公寓|大厦|广场|新村|宿舍|苑|城|园|居|府|里|湾|庭|楼)(?=第?[A-Za-z\d]|$)"
)
_OF_LEVELS = re.compile(r"[\u4e00-\u9fff]{1,8}?(?:街道|镇|乡|社区|居委会|村委会|村(?!\d+[号栋幢]))")
_LEVELS = ("province", "prefecture", "county", "township", "community")
_ENDINGS = {
    "prefecture": ("市", "地区", "自治州", "盟"),
    "county": ("区", "县", "市", "旗"),
    "township": ("街道办事处", "街道", "镇", "乡"),
    "community": ("社区居委会", "社区", "村委会", "村"),
}


def tidy_address(raw: str) -> str:
    """One line without spaces, full-width signs, remarks in brackets; counting numerals in Arabic digits."""
    text = unicodedata.normalize("NFKC", raw).translate(_SEPARATORS)
    text = "".join(text.split())
    text = _BRACKETS.sub("", text)
    return with_digits(re.sub(r"-{2,}", "-", text).strip("-"))


def parse_address(raw: str, *, known: Known | None = None) -> Address:
    """Take an address apart; never refuses. ``known`` gives the names of a level that exist (``community``: [凤凰社区, …]).

    Where a level is known, its names are found with or without their ending, and nothing else is taken for one.
    ``places`` are the estates that exist: 凤凰花园 is not 花园 in 凤凰社区.
    """
    text = tidy_address(raw)[:LONGEST]
    found: dict[str, str] = {}
    brief = False
    text = _province(text, found)
    for level, pattern in _PATTERNS:
        if level == "prefecture" and found.get("prefecture"):
            continue
        if known is not None and level in known:
            before, text = text, _known(text, level, known[level], found)
            if text == before and (name := _brief(text, level, known, is_brief=brief)):
                found[level], text = name
                brief = True
        elif level not in found or level == "lane":
            text = _taken(text, level, pattern, found)
    return Address(**found, rest=text)


def _province(text: str, found: dict[str, str]) -> str:
    for name in _PROVINCES:
        if not text.startswith(name):
            continue
        ending = re.match(r"省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区", text[len(name) :])
        if ending is None and not re.match(_BODY + r"{1,8}?[市州盟县区]", text[len(name) :]):
            return text  # 北京路, 南京东路: a road named after a province
        if ending is None and re.match(r"[东西南北中]?[一二三四五六七八九\d]*(?:路|街|大道|巷)", text[len(name) :]):
            return text
        whole = name + (ending[0] if ending else "")
        if name in _MUNICIPALITIES:
            found["prefecture"] = whole
            return re.sub(rf"^(?:{name}市)?(?:市辖区)?", "", text[len(whole) :])
        found["province"] = whole
        return text[len(whole) :]
    return text


def _known(text: str, level: str, names: Collection[str], found: dict[str, str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        if text.startswith(name):
            found[level] = name
            rest = text[len(name) :]
            return re.sub(r"^(?:办事处|居委会|居民委员会|村委会|村民委员会|人民政府)", "", rest)
    return text


def _brief(text: str, level: str, known: Known, *, is_brief: bool) -> tuple[str, str] | None:
    """The name of a level written without its ending, and the text after it; ``is_brief`` if the level above was."""
    for name in sorted(known[level], key=len, reverse=True):
        short = _shortened(name, level)
        if len(short) >= 2 and text.startswith(short) and _is_level(text, short, level, known, is_brief=is_brief):
            return name, text[len(short) :]
    return None


def _shortened(name: str, level: str) -> str:
    return next((name[: -len(end)] for end in _ENDINGS.get(level, ()) if name.endswith(end)), name)


def _is_level(text: str, short: str, level: str, known: Known, *, is_brief: bool) -> bool:
    """Whether 凤凰 means the community here: it may also begin 凤凰路, 凤凰小区 or 凤凰新城."""
    rest, places = text[len(short) :], known.get("places", ())
    if re.match(rf"{_BODY}{{0,3}}?{_STREET}", rest) or _OF_ESTATES.match(rest):
        return False
    if any(text.startswith(place) for place in places if place.startswith(short) and place != short):
        return False
    if short in places and re.match(r"\d+(?:号楼|栋|幢|座|-)", rest):
        return False
    if is_brief or not re.match(r"(?!第)[\u4e00-\u9fff]", rest) or _OF_LEVELS.match(rest):
        return True
    if any(map(rest.startswith, places)):
        return True
    below = _LEVELS[_LEVELS.index(level) + 1 :]
    return any(rest.startswith(_shortened(name, lower)) for lower in below for name in known.get(lower, ()))


def _taken(text: str, level: str, pattern: re.Pattern[str], found: dict[str, str]) -> str:
    if (level == "room" and found.get("group")) or (level == "number" and _is_of_village(found)):
        return _house(text, found)
    match = pattern.match(text)
    if match is None or not match[1] or not _may_be(level, match, found):
        return text
    value = "".join(part for part in match.groups() if part)
    if level == "lane":
        found["road"] = found.get("road", "") + value
    else:
        found[level] = value.upper() if level in ("building", "unit", "room") else value.replace("之", "-")
    return text[match.end() :]


def _is_of_village(found: dict[str, str]) -> bool:
    return bool(found.get("group")) or (found.get("community", "").endswith("村") and not found.get("road"))


def _house(text: str, found: dict[str, str]) -> str:
    match = _HOUSE.match(text)
    if match is None:
        return text
    found["house"] = match[1]
    return text[match.end() :]


def _may_be(level: str, match: re.Match[str], found: dict[str, str]) -> bool:
    """Whether what a pattern read makes sense after what was read before."""
    if level == "group":
        return bool(found.get("community")) or match[1].isdigit()
    if level == "lane":
        return bool(found.get("road"))
    if level in ("unit", "floor"):
        return bool(found.get("building") or found.get("estate") or found.get("number") or found.get("road"))
    if level == "room":
        return any(found.get(above) for above in ("building", "unit", "estate", "number", "floor"))
    return True


def floor_of(room: str) -> int | None:
    """The floor a room's number tells: 1504 is on the 15th, 502 on the 5th, B101 below ground; None when it does not."""
    digits = re.sub(r"\D", "", room)
    if room[:1] in ("B", "b") and digits:
        return -int(digits[0])
    if len(digits) < 3 or len(digits) > 5:
        return None
    return int(digits[:-2]) or None


def check_address(raw: str, *, known: Known | None = None, field: str = "address") -> Address:
    """The parts of an address that leads to a place; refuses an empty, overlong or unreadable one."""
    if not raw.strip():
        raise Refusal("address_missing", T("请填写地址。", "Enter the address."), field=field)
    if len(raw) > LONGEST:
        raise Refusal("address_too_long", T("地址请不要超过 {most} 字。", "At most {most} characters, please.").format(
            most=LONGEST), field=field)  # fmt: skip
    found = parse_address(raw, known=known)
    if found.is_empty:
        raise Refusal("address_unreadable", T("读不懂这个地址。请写成“社区、路名门牌、小区、楼栋、单元、房号”，农村写“村、组、户号”。",
                      "This address cannot be read. Write community, road and number, estate, building, unit and room; in "
                      "the country village, group and household."), field=field)  # fmt: skip
    return found
