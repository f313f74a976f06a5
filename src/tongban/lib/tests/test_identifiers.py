"""Identity numbers and credit codes against the standards' own properties."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.lib.identifiers import (
    DOCUMENT_TYPES,
    EARLIEST_BIRTH,
    USCC_DEPARTMENTS,
    PersonalFacts,
    check_citizen_id,
    check_document,
    check_uscc,
    id_check_digit,
    is_synthetic,
    organisation_check_character,
    personal_facts,
    synthetic_id_number,
    synthetic_uscc,
    uscc_check_character,
)
from tongban.lib.refusals import Refusal

TODAY = date(2026, 11, 22)
STANDARD_EXAMPLE = "11010519491231002X"  # GB 11643-1999, its own example
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

births = st.dates(EARLIEST_BIRTH, TODAY)
citizens = st.builds(synthetic_id_number, births, st.integers(1, 999))
organisations = st.builds(
    synthetic_uscc,
    st.sampled_from([d + k for d in USCC_DEPARTMENTS for k in "1239"]),
    st.integers(0, 999_999),
)


def refused(code: str, document_type: str, number: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_document(document_type, number, field="number", today=TODAY)
    assert (caught.value.code, caught.value.field) == (code, "number")
    for text in (caught.value.message.zh, caught.value.message.en):
        assert text
        assert not number.strip() or number.strip() not in text, "a message must not repeat the number"


@pytest.mark.parametrize(
    "typed",
    [STANDARD_EXAMPLE, "11010519491231002x", "１１０１０５１９４９１２３１００２Ｘ", " 110105 19491231 002X ",
     "110105-19491231-002x", "\ufeff11010519491231002X\u200b", "110105491231002"],
)  # fmt: skip
def test_a_citizen_number_has_one_form_however_it_is_typed(typed: str) -> None:
    assert check_citizen_id(typed, today=TODAY) == STANDARD_EXAMPLE


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("id_number_missing", "  "),
        ("id_number_length", "1101051949123100"),
        ("id_number_characters", "1101051949123100X2"),
        ("id_number_characters", "١١٠١٠٥١٩٤٩١٢٣١٠٠٢٩"),
        ("id_number_region", "00010519491231002X"),
        ("id_number_region", "55010519491231002X"),
        ("id_number_birth", "11010519490230002X"),
        ("id_number_birth", "11010519000229002X"),
        ("id_number_birth", "11010518591231002X"),
        ("id_number_birth", "11010520261123002X"),
        ("id_number_birth", "110105490230002"),
        ("id_number_checksum", "110105194912310021"),
        ("id_number_other_document", "810000199408230021"),
    ],
)
def test_a_wrong_citizen_number_is_refused_with_what_to_do(code: str, number: str) -> None:
    refused(code, "resident_id", number)


def test_a_number_keeps_the_code_of_an_abolished_county() -> None:
    # 512000 宜宾地区 gave way to 511500 in 1997; numbers given there before are in daily use.
    body = "51253019680101001"
    assert check_citizen_id(body + id_check_digit(body), today=TODAY).startswith("512530")


def test_somebody_born_today_has_a_number_today() -> None:
    assert check_citizen_id(synthetic_id_number(TODAY, 1), today=TODAY)
    with pytest.raises(Refusal, match="id_number_birth"):
        check_citizen_id(synthetic_id_number(TODAY + timedelta(days=1), 1), today=TODAY)


@given(births, st.integers(1, 999))
def test_a_number_tells_birth_and_sex(birth: date, sequence: int) -> None:
    number = check_citizen_id(synthetic_id_number(birth, sequence), today=TODAY)
    assert personal_facts(number) == PersonalFacts("999999", birth, "1" if sequence % 2 else "2")
    assert is_synthetic(number)


@given(births.filter(lambda day: day.year // 100 == 19), st.integers(1, 999))
def test_an_old_number_becomes_the_new_one_of_the_same_person(birth: date, sequence: int) -> None:
    new = synthetic_id_number(birth, sequence)
    assert check_citizen_id(new[:6] + new[8:17], today=TODAY) == new
    assert check_citizen_id(new, today=TODAY) == new


@given(citizens, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_single_wrong_digit_of_a_citizen_number_is_noticed(number: str, place: int, digit: str) -> None:
    wrong = number[:place] + digit + number[place + 1 :]
    if wrong != number:
        with pytest.raises(Refusal):
            check_citizen_id(wrong, today=TODAY)


@given(citizens, st.integers(0, 16))
def test_every_swap_of_neighbours_in_a_citizen_number_is_noticed(number: str, place: int) -> None:
    wrong = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if wrong != number:
        with pytest.raises(Refusal):
            check_citizen_id(wrong, today=TODAY)


@pytest.mark.parametrize("number", ["810000199408230021", "830000199201300022"])
def test_residence_permits_of_hong_kong_macao_and_taiwan_residents(number: str) -> None:
    assert check_document("hmt_residence_permit", number, today=TODAY) == number
    assert personal_facts(number).sex == "2"


def test_a_residence_permit_has_one_of_three_regions() -> None:
    body = "81010119940823002"
    refused("id_number_region", "hmt_residence_permit", body + id_check_digit(body))
    refused("id_number_other_document", "hmt_residence_permit", STANDARD_EXAMPLE)
    refused("id_number_length", "hmt_residence_permit", "8100001994082300")


def test_permanent_residents_of_other_nationalities() -> None:
    # 国家移民管理局, card of 2023-12-01: 9, place, nationality, birth, sequence, MOD 11-2 as in GB 11643.
    body = "93112419810128001"
    number = body + id_check_digit(body)
    assert check_document("permanent_resident_id", number, today=TODAY) == number
    assert personal_facts(number) == PersonalFacts("931124", date(1981, 1, 28), "")
    assert check_document("permanent_resident_id", "can 310081012801", today=TODAY) == "CAN310081012801"
    refused("id_number_checksum", "permanent_resident_id", body + ("1" if number[17] != "1" else "2"))
    refused("id_number_other_document", "permanent_resident_id", STANDARD_EXAMPLE)
    refused("id_number_other_document", "resident_id", number)


@pytest.mark.parametrize(
    ("document_type", "typed", "stored"),
    [
        ("passport", "e 1234 5678", "E12345678"),
        ("passport", "EA1234567", "EA1234567"),
        ("passport", "C01X00T47", "C01X00T47"),
        ("hk_macao_permit", "h12345678", "H12345678"),
        ("hk_macao_permit", "M1234567801", "M1234567801"),
        ("taiwan_permit", "01234567", "01234567"),
        ("taiwan_permit", "0123456789(B)", "0123456789B"),
        ("birth_certificate", "p510123456", "P510123456"),
    ],
)
def test_other_documents_are_checked_by_their_shape(document_type: str, typed: str, stored: str) -> None:
    assert check_document(document_type, typed) == stored


@pytest.mark.parametrize(
    ("document_type", "number"),
    [("passport", "ABCDEFGH"), ("passport", "E123"), ("hk_macao_permit", "K12345678"),
     ("taiwan_permit", "1234567"), ("birth_certificate", "5101234567")],
)  # fmt: skip
def test_a_document_of_another_shape_is_refused(document_type: str, number: str) -> None:
    refused(f"{document_type}_shape", document_type, number)
    refused("id_number_missing", document_type, "")


def test_only_listed_documents_are_taken() -> None:
    refused("document_type_unknown", "library_card", "1")
    with pytest.raises(Refusal, match="one of resident_id, ") as found:
        check_document("library_card", "1", field="document_number")
    assert found.value.field == "document_type"
    assert all(label.zh and label.en for label in DOCUMENT_TYPES.values())


def test_facts_need_a_checked_number() -> None:
    for number in ("E12345678", "11010519490230002X", ""):
        with pytest.raises(ValueError, match="checked"):
            personal_facts(number)


def test_a_synthetic_number_needs_a_sequence_the_standard_has() -> None:
    for sequence in (0, 1000):
        with pytest.raises(ValueError, match="sequence"):
            synthetic_id_number(TODAY, sequence)
    for department, sequence in (("91", 1_000_000), ("Z1", 1), ("9", 1)):
        with pytest.raises(ValueError, match="department"):
            synthetic_uscc(department, sequence)
    assert not is_synthetic(STANDARD_EXAMPLE)


@pytest.mark.parametrize(
    "code",
    [
        "91110000600037341L",
        "12441500196720244T",
        "91110000802100433B",
        "914403001922038216",
        "11100000000013338W",
    ],
)
def test_credit_codes_in_public_use_pass(code: str) -> None:
    assert check_uscc(code) == code
    assert check_uscc(f" {code[:2].lower()} {code[2:8]}-{code[8:].lower()} ") == code


@pytest.mark.parametrize("department", ["N1", "N2", "N3", "A1", "Y1"])
def test_codes_of_village_collectives_and_other_late_departments_pass(department: str) -> None:
    code = synthetic_uscc(department, 42)
    assert check_uscc(code) == code
    assert is_synthetic(code)


@given(organisations)
def test_a_code_is_its_own_normal_form(code: str) -> None:
    assert check_uscc(check_uscc(code).lower()) == code


@given(organisations, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_of_a_code_is_noticed(code: str, place: int, char: str) -> None:
    wrong = code[:place] + char + code[place + 1 :]
    if wrong != code:
        with pytest.raises(Refusal):
            check_uscc(wrong)


@given(organisations, st.integers(0, 16))
def test_every_swap_of_neighbours_in_a_code_is_noticed(code: str, place: int) -> None:
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if wrong != code:
        with pytest.raises(Refusal):
            check_uscc(wrong)


def test_the_outer_check_alone_is_not_enough() -> None:
    body = "91510502MA6000004"
    assert organisation_check_character("MA600000") != "4"
    with pytest.raises(Refusal, match="uscc_checksum"):
        check_uscc(body + uscc_check_character(body))


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("uscc_missing", ""),
        ("uscc_length", "510502000012345"),
        ("uscc_characters", "9111000060003734IL"),
        ("uscc_characters", "91110000O00037341L"),
        ("uscc_characters", "9111A000600037341L"),
        ("uscc_department", "B1110000600037341L"),
        ("uscc_checksum", "91110000600037341M"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_what_to_do(code: str, number: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_uscc(number, field="uscc")
    assert (caught.value.code, caught.value.field) == (code, "uscc")


@given(st.text(max_size=30))
def test_nothing_typed_ends_in_anything_but_a_refusal(text: str) -> None:
    for document_type in DOCUMENT_TYPES:
        try:
            stored = check_document(document_type, text, today=TODAY)
        except Refusal:
            continue
        assert check_document(document_type, stored, today=TODAY) == stored
    with pytest.raises(Refusal):
        check_uscc(text[:17])
