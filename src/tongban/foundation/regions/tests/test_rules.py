"""Codes, scopes and English names, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.foundation.regions.rules.codes import (
    ancestors_of,
    is_at_or_above,
    is_within,
    level_of,
    normalised,
    parent_of,
    prefix_of,
)
from tongban.foundation.regions.rules.english import english_name
from tongban.lib.refusals import Refusal

_part = st.integers(1, 99).map("{:02}".format)
_three = st.integers(1, 999).map("{:03}".format)
_province = st.integers(10, 99).map(str)
prefixes = st.one_of(
    _province,
    st.tuples(_province, _part).map("".join),
    st.tuples(_province, _part, _part).map("".join),
    st.tuples(_province, _part, _part, _three).map("".join),
    st.tuples(_province, _part, _part, _three, _three).map("".join),
)


@pytest.mark.parametrize(
    ("given_as", "code", "level", "parent"),
    [
        ("51", "510000", "province", None),
        ("510000000000", "510000", "province", None),
        ("5105", "510500", "prefecture", "510000"),
        (" 510502 ", "510502", "county", "510500"),
        ("510502000", "510502", "county", "510500"),
        ("510502109", "510502109", "township", "510502"),
        ("510502109000", "510502109", "township", "510502"),
        ("510502109201", "510502109201", "community", "510502109"),
        ("441900003", "441900003", "township", "441900"),  # 东莞 has no counties
        ("419001", "419001", "county", "419000"),  # 济源; its authority says which parent is real
        ("460001", "460001", "county", "460000"),  # 通什 until 1987, right under Hainan
    ],
)
def test_codes_are_read(given_as: str, code: str, level: str, parent: str | None) -> None:
    assert normalised(given_as) == code
    assert level_of(given_as) == level
    assert parent_of(given_as) == parent


@pytest.mark.parametrize(
    "wrong",
    ["", "5", "510", "51050", "5105021", "51050210", "5105021090", "05", "00", "51x5", "５１０５", "510502-109",
     "510000001", "510502000001", "510502109201 9", "51050210920100000"],
)  # fmt: skip
def test_anything_else_is_refused(wrong: str) -> None:
    with pytest.raises(Refusal) as refusal:
        normalised(wrong)
    assert refusal.value.code == "region_code_wrong"


@given(prefixes)
def test_every_way_to_write_a_code_is_one_code(prefix: str) -> None:
    for width in (6, 9, 12):
        if len(prefix) <= width:
            assert prefix_of(prefix.ljust(width, "0")) == prefix
    assert prefix_of(normalised(prefix)) == prefix


@given(prefixes)
def test_a_region_lies_within_itself_and_all_above(prefix: str) -> None:
    code = normalised(prefix)
    above = ancestors_of(code)
    assert all(is_within(code, scope) for scope in [*above, code, ""])
    assert not any(is_within(scope, code) for scope in above)
    assert [parent_of(c) for c in [*above, code]] == [None, *above]


@given(prefixes, prefixes)
def test_two_regions_hold_each_other_only_when_they_are_the_same(one: str, other: str) -> None:
    both = is_within(one, other) and is_within(other, one)
    assert both == (normalised(one) == normalised(other))
    if is_within(one, other) and one != other:
        assert is_at_or_above(level_of(other), level_of(one))


@given(prefixes, prefixes, prefixes)
def test_being_within_carries_on(one: str, other: str, third: str) -> None:
    if is_within(one, other) and is_within(other, third):
        assert is_within(one, third)


def test_a_neighbour_with_the_same_beginning_is_not_within() -> None:
    assert not is_within("510502110", "510502109")
    assert not is_within("510600", "510500")
    assert not is_within("510502", "510502109")
    assert is_within("510502109201", "5105")


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        is_at_or_above("street", "county")
    assert refusal.value.code == "region_level_wrong"


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("江阳区", "Jiangyang District"),
        ("泸州市", "Luzhou City"),
        ("四川省", "Sichuan Province"),
        ("陕西省", "Shaanxi Province"),
        ("内蒙古自治区", "Inner Mongolia Autonomous Region"),
        ("六安市", "Lu'an City"),
        ("西安市", "Xi'an City"),
        ("吕梁市", "Lüliang City"),
        ("凉山彝族自治州", "Liangshan Yi Autonomous Prefecture"),
        ("阿坝藏族羌族自治州", "Aba Zang Qiang Autonomous Prefecture"),
        ("东乡族自治县", "Dongxiang Autonomous County"),
        ("分水岭镇", "Fenshuiling Town"),
        ("华阳街道", "Huayang Subdistrict"),
        ("白招牌社区居民委员会", "Baizhaopai Community"),
        ("锡林郭勒盟", "Xilin Gol League"),
        ("神农架林区", "Shennongjia Forestry District"),
    ],
)
def test_english_names(name: str, english: str) -> None:
    assert english_name(name) == english
