"""What a masked name or number still shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.lib.masks import mask_id_number, mask_name, mask_phone


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张明", "张*"),
        ("张小明", "张*明"),
        ("欧阳小明", "欧**明"),
        ("𠮷小𬭎", "𠮷*𬭎"),
        ("买买提·阿卜杜拉", "买**·阿***"),
        ("John Smith", "J*** S****"),
        ("José", "J***"),
        ("Li", "L*"),
        ("J K", "J**"),
        ("张", "*"),
        ("", ""),
    ],
)
def test_a_masked_name_can_be_recognised_but_not_read(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [("+8613812345678", "138****5678"), ("+868303112233", "*********2233"), ("12345", "*****"), ("", "")],
)
def test_masked_phones(number: str, masked: str) -> None:
    assert mask_phone(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [("11010519491231002X", "110***********002X"), ("E12345678", "E******78"), ("1234", "****"), ("", "")],
)
def test_masked_identity_numbers_hide_the_date_of_birth(number: str, masked: str) -> None:
    assert mask_id_number(number) == masked


@given(st.text(alphabet="张王三四𬭎·ABz é", min_size=1, max_size=12).filter(lambda name: any(map(str.isalnum, name))))
def test_every_mask_hides_something(name: str) -> None:
    assert "*" in mask_name(name)
    assert mask_name(name) != name
