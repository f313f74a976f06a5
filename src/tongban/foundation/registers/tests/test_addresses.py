"""Addresses as people write them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation.registers.rules.addresses import Address, check_address, floor_of, parse_address
from tongban.foundation.registers.rules.numerals import value_of, with_digits
from tongban.lib.refusals import Refusal

FULL = {
    "province": "四川省",
    "prefecture": "泸州市",
    "county": "江阳区",
    "township": "南城街道",
    "community": "凤凰社区",
}

TABLE: list[tuple[str, dict[str, str]]] = [
    ("四川省泸州市江阳区南城街道凤凰社区示例路18号示例小区7栋2单元1504室",
     FULL | {"road": "示例路", "number": "18", "estate": "示例小区", "building": "7", "unit": "2", "room": "1504"}),
    ("四川省 泸州市 江阳区 南城街道 凤凰社区 示例路１８号 示例小区 ７幢２单元１５０４号",
     FULL | {"road": "示例路", "number": "18", "estate": "示例小区", "building": "7", "unit": "2", "room": "1504"}),
    ("南城街道凤凰社区示例路十八号示例小区七栋二单元一五〇四室",
     {"township": "南城街道", "community": "凤凰社区", "road": "示例路", "number": "18", "estate": "示例小区", "building": "7",
      "unit": "2", "room": "1504"}),
    ("示例小区7-2-1504", {"estate": "示例小区", "building": "7", "unit": "2", "room": "1504"}),
    ("示例小区7栋2-1504", {"estate": "示例小区", "building": "7", "unit": "2", "room": "1504"}),
    ("示例小区7栋1504", {"estate": "示例小区", "building": "7", "room": "1504"}),
    ("示例小区7＃楼2单元1504", {"estate": "示例小区", "building": "7", "unit": "2", "room": "1504"}),
    ("江阳南路一段12号附3号", {"road": "江阳南路一段", "number": "12附3"}),
    ("忠山路三段25号", {"road": "忠山路三段", "number": "25"}),
    ("一环路南二段8号院3栋", {"road": "一环路南二段", "estate": "8号院", "building": "3"}),
    ("三八路5号", {"road": "三八路", "number": "5"}),
    ("新马路123号A座1203室", {"road": "新马路", "number": "123", "building": "A", "room": "1203"}),
    ("北城街道枇杷沟路9号3楼", {"township": "北城街道", "road": "枇杷沟路", "number": "9", "floor": "3"}),
    ("滨江路200号银座大厦B座15层1503室",
     {"road": "滨江路", "number": "200", "estate": "银座大厦", "building": "B", "floor": "15", "room": "1503"}),
    ("城市花园3栋1单元502", {"estate": "城市花园", "building": "3", "unit": "1", "room": "502"}),
    ("忠山新村12栋3单元6号", {"estate": "忠山新村", "building": "12", "unit": "3", "room": "6"}),
    ("阳光小区二期5栋", {"estate": "阳光小区2期", "building": "5"}),
    ("康乐路12巷5号", {"road": "康乐路12巷", "number": "5"}),
    ("北京路88号", {"road": "北京路", "number": "88"}),
    ("北京市朝阳区建国路88号", {"prefecture": "北京市", "county": "朝阳区", "road": "建国路", "number": "88"}),
    ("重庆市市辖区渝中区解放碑街道民权路1号",
     {"prefecture": "重庆市", "county": "渝中区", "township": "解放碑街道", "road": "民权路", "number": "1"}),
    ("内蒙古自治区呼和浩特市新城区", {"province": "内蒙古自治区", "prefecture": "呼和浩特市", "county": "新城区"}),
    ("四川省凉山彝族自治州西昌市", {"province": "四川省", "prefecture": "凉山彝族自治州", "county": "西昌市"}),
    ("河南省新乡市", {"province": "河南省", "prefecture": "新乡市"}),
    ("贵州省遵义市道真仡佬族苗族自治县玉溪镇",
     {"province": "贵州省", "prefecture": "遵义市", "county": "道真仡佬族苗族自治县", "township": "玉溪镇"}),
    # the country
    ("泸州市江阳区黄舣镇永兴村3组12号",
     {"prefecture": "泸州市", "county": "江阳区", "township": "黄舣镇", "community": "永兴村", "group": "3", "house": "12"}),
    ("黄舣镇永兴村第三村民小组12户", {"township": "黄舣镇", "community": "永兴村", "group": "3", "house": "12"}),
    ("丹林镇高峰村大屋基组7号", {"township": "丹林镇", "community": "高峰村", "group": "大屋基", "house": "7"}),
    ("通滩镇中村二社", {"township": "通滩镇", "community": "中村", "group": "2"}),
    ("分水岭镇石心村12号", {"township": "分水岭镇", "community": "石心村", "house": "12"}),
    ("凤凰社区3组5号", {"community": "凤凰社区", "group": "3", "house": "5"}),
    # remarks and signs
    ("示例小区（原机械厂宿舍）7栋2单元301室", {"estate": "示例小区", "building": "7", "unit": "2", "room": "301"}),
    ("南城街道办事处凤凰社区居委会示例路18号", {"township": "南城街道", "community": "凤凰社区", "road": "示例路", "number": "18"}),
    ("示例小区，7栋、2单元，B101", {"estate": "示例小区", "building": "7", "unit": "2", "room": "B101"}),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "parts"), TABLE)
def test_an_address_is_taken_apart(raw: str, parts: dict[str, str]) -> None:
    found = parse_address(raw)
    said = {name: value for name, value in vars_of(found).items() if value and name != "rest"}
    assert said == parts


def vars_of(address: Address) -> dict[str, Any]:
    return {name: getattr(address, name) for name in Address.__slots__}


@pytest.mark.parametrize(("raw", "parts"), TABLE)
def test_the_standard_form_is_read_as_the_same_address(raw: str, parts: dict[str, str]) -> None:
    found = parse_address(raw)
    assert parse_address(found.standard()) == found


KNOWN = {
    "prefecture": ["泸州市"],
    "county": ["江阳区"],
    "township": ["南城街道", "北城街道"],
    "community": ["凤凰社区", "桂花街社区"],
}


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("泸州江阳南城凤凰示例小区7栋", {"prefecture": "泸州市", "county": "江阳区", "township": "南城街道",
         "community": "凤凰社区", "estate": "示例小区", "building": "7"}),
        ("凤凰路7号", {"road": "凤凰路", "number": "7"}),
        ("桂花街社区桂花街3号", {"community": "桂花街社区", "road": "桂花街", "number": "3"}),
        ("江南古镇花园3栋", {"estate": "江南古镇花园", "building": "3"}),
        ("四川泸州江阳区南城街道凤凰社区", {"province": "四川", "prefecture": "泸州市", "county": "江阳区", "township": "南城街道",
         "community": "凤凰社区"}),
    ],
)  # fmt: skip
def test_names_that_exist_are_known_without_their_ending(raw: str, parts: dict[str, str]) -> None:
    found = parse_address(raw, known=KNOWN)
    assert {name: value for name, value in vars_of(found).items() if value and name != "rest"} == parts


HERE = KNOWN | {"places": ["凤凰示例花园", "示例小区", "凤凰"]}


@pytest.mark.parametrize(
    ("raw", "community", "estate"),
    [
        ("凤凰示例花园12栋1单元101", "", "凤凰示例花园"),
        ("江阳区南城街道凤凰示例花园12栋1单元101", "", "凤凰示例花园"),
        ("泸州江阳南城凤凰示例花园12栋1单元101", "", "凤凰示例花园"),
        ("凤凰社区凤凰示例花园12栋1单元101", "凤凰社区", "凤凰示例花园"),
        ("凤凰示例小区12栋1单元101", "凤凰社区", "示例小区"),
        ("凤凰小区12栋1单元101", "", "凤凰小区"),
        ("凤凰新城12栋1单元101", "", "凤凰新城"),
        ("江阳区南城街道凤凰新城12栋1单元101", "", "凤凰新城"),
        ("南城花园12栋1单元101", "", "南城花园"),
        ("泸州小区12栋1单元101", "", "泸州小区"),
        ("凤凰12栋1单元101", "", "凤凰"),
    ],
)
def test_an_estate_named_after_its_community_keeps_its_name(raw: str, community: str, estate: str) -> None:
    found = parse_address(raw, known=HERE)
    assert (found.community, found.estate, found.building) == (community, estate, "12")


def test_a_name_without_its_ending_counts_before_numbers_and_names_below_it() -> None:
    assert parse_address("凤凰3组5号", known=KNOWN).community == "凤凰社区"
    assert parse_address("江阳南城街道凤凰社区示例路18号", known=KNOWN).county == "江阳区"


NAMES = st.sampled_from(["示例", "春晖", "金科", "半岛", "恒大", "酒城", "云龙", "翠竹"])


@st.composite
def addresses(draw: st.DrawFn) -> Address:
    """Addresses of a town, down to a room."""
    full = draw(st.booleans())
    return Address(
        **(FULL if full else {"community": "凤凰社区"}),
        road=draw(NAMES) + draw(st.sampled_from(["路", "街", "大道", "南路", "路二段"])),
        number=str(draw(st.integers(1, 999))),
        estate=draw(NAMES) + draw(st.sampled_from(["小区", "花园", "苑", "公寓", "新村", "国际城"])),
        building=str(draw(st.integers(1, 60))),
        unit=str(draw(st.integers(1, 9))),
        room=f"{draw(st.integers(1, 33))}{draw(st.integers(1, 8)):02d}",
    )


CHINESE = "〇一二三四五六七八九"


def spelled(number: int) -> str:
    """A number up to 99 as it is read aloud."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else CHINESE[tens] + "十"
    return head + (CHINESE[ones] if ones or not tens else "")


@given(addresses(), st.data())
def test_however_it_is_spelled_it_is_the_same_address(address: Address, data: st.DataObject) -> None:
    text = address.standard()
    if data.draw(st.booleans()):
        text = text.replace(
            f"{address.building}栋",
            f"{spelled(int(address.building))}{data.draw(st.sampled_from(['幢', '号楼', '座', '栋']))}",
        )
    if data.draw(st.booleans()):
        text = text.replace(f"{address.unit}单元", f"{spelled(int(address.unit))}单元")
    if data.draw(st.booleans()):
        text = text.replace(
            f"{address.room}室", data.draw(st.sampled_from([address.room, f"{address.room}号", f"-{address.room}"]))
        )
    if data.draw(st.booleans()):
        text = "".join(chr(ord(c) + 0xFEE0) if "0" <= c <= "9" else c for c in text)
    if data.draw(st.booleans()):
        text = "  ".join(text)
    assert parse_address(text) == address


@given(st.text(max_size=250))
def test_no_text_is_too_odd_to_be_looked_at(raw: str) -> None:
    found = parse_address(raw)
    assert isinstance(found.standard(), str)


@given(st.integers(0, 99))
def test_numerals_are_read_as_they_are_said(number: int) -> None:
    assert value_of(spelled(number)) == number


@pytest.mark.parametrize(
    ("text", "value"),
    [("二〇三", 203), ("一百零二", 102), ("两", 2), ("十", 10), ("廿", None), ("", None), ("三四十", None)],
)
def test_numerals(text: str, value: int | None) -> None:
    assert value_of(text) == value


def test_names_keep_their_numerals() -> None:
    assert with_digits("三八路二十号一环路二段三社") == "三八路20号一环路二段3社"


@pytest.mark.parametrize(
    ("room", "floor"), [("1504", 15), ("502", 5), ("0302", 3), ("B101", -1), ("6", None), ("", None)]
)
def test_a_room_tells_its_floor(room: str, floor: int | None) -> None:
    assert floor_of(room) == floor


@pytest.mark.parametrize(
    ("raw", "code"), [("", "address_missing"), ("  ", "address_missing"), ("a" * 201, "address_too_long"),
                      ("？？？", "address_unreadable"), ("泸州市江阳区", "address_unreadable")],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_refused(raw: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_address(raw)
    assert refused.value.code == code
