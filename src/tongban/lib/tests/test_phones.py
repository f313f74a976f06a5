"""Telephone numbers in one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.lib.phones import check_mobile, check_phone, show_phone
from tongban.lib.refusals import Refusal


@pytest.mark.parametrize(
    "typed",
    ["13812345678", "138 1234 5678", "138-1234-5678", "+86 138 1234 5678", "0086 13812345678", "8613812345678",
     "１３８１２３４５６７８", "\u202a+8613812345678\u202c"],
)  # fmt: skip
def test_a_mobile_number_has_one_form_however_it_is_typed(typed: str) -> None:
    assert check_mobile(typed) == "+8613812345678"


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("0830-3112233", "+868303112233", "0830 311 2233"),
        ("(0830)3112233", "+868303112233", "0830 311 2233"),
        ("400-810-8888", "+864008108888", "400 810 8888"),
        ("+852 9123 4567", "+85291234567", "+852 9123 4567"),
        ("+1 650-253-0000", "+16502530000", "+1 650-253-0000"),
        ("19212345678", "+8619212345678", "192 1234 5678"),
    ],
)
def test_landlines_and_numbers_abroad(typed: str, stored: str, shown: str) -> None:
    assert check_phone(typed) == stored
    assert show_phone(stored) == shown


@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ("phone_missing", " "),
        ("phone_invalid", "1381234567"),
        ("phone_invalid", "138123456789"),
        ("phone_invalid", "10812345678"),
        ("phone_invalid", "打电话"),
        ("phone_invalid", "+999 123456789"),
        ("phone_extension", "0830-3112233 ext. 801"),
        ("phone_extension", "0830-3112233转801"),
        ("phone_not_mobile", "0830-3112233"),
        ("phone_not_mobile", "400-810-8888"),
    ],
)
def test_a_wrong_number_is_refused_with_what_to_do(code: str, typed: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_mobile(typed, field="phone")
    assert (caught.value.code, caught.value.field) == (code, "phone")


@given(st.text(max_size=20))
def test_nothing_typed_ends_in_anything_but_a_refusal(text: str) -> None:
    try:
        stored = check_phone(text)
    except Refusal:
        return
    assert check_phone(stored) == stored
