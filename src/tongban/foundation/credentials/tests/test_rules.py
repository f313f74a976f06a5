"""The format and the verdicts, held to golden vectors."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.foundation.credentials.rules import base45, code
from tongban.foundation.credentials.rules.verdicts import REASONS, TrustedKey, judge
from tongban.foundation.credentials.tests.make_vectors import SEED, vectors

GOLDEN: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))
NOW = datetime.fromisoformat(GOLDEN["now"])


def _key_of(kid: bytes) -> TrustedKey | None:
    line = GOLDEN["key"]
    if kid.hex() != line["kid"]:
        return None
    dates = (datetime.fromisoformat(line[name]) for name in ("signs_from", "signs_until"))
    return TrustedKey(bytes.fromhex(line["public_key"]), line["issuer"], frozenset(line["types"]), *dates)


def _status_of(claims: code.Claims) -> str:
    if claims.cti.hex() in GOLDEN["revoked"]:
        return "revoked"
    return "valid" if claims.cti.hex() in GOLDEN["recorded"] else "not_recorded"


def _reason(text: str, now: datetime = NOW) -> str:
    return judge(text, key_of=_key_of, status_of=_status_of, now=now).reason


@pytest.mark.parametrize("vector", GOLDEN["vectors"], ids=lambda v: v["name"])
def test_golden_vector(vector: dict[str, str]) -> None:
    assert _reason(vector["code"]) == vector["reason"]


def test_the_vectors_are_what_the_writer_makes() -> None:
    assert vectors() == GOLDEN


def test_every_reason_has_a_vector_or_a_test_of_its_own() -> None:
    assert {v["reason"] for v in GOLDEN["vectors"]} | {"key_withdrawn"} == set(REASONS)


def test_a_withdrawn_key_ends_everything_it_signed() -> None:
    key = _key_of(bytes.fromhex(GOLDEN["key"]["kid"]))
    assert key is not None
    gone = TrustedKey(key.public_key, key.issuer, key.types, key.signs_from, key.signs_until, is_withdrawn=True)
    valid = GOLDEN["vectors"][0]["code"]
    assert judge(valid, key_of=lambda _: gone, status_of=_status_of, now=NOW).reason == "key_withdrawn"


def test_a_standard_pass_keeps_its_size() -> None:
    valid = GOLDEN["vectors"][0]["code"]
    assert len(base45.decode(valid.removeprefix(code.PREFIX))) <= 165
    assert len(valid) <= 252  # QR version 9 at level M, 11 at Q (credentials.md)


def test_the_last_second_counts_and_the_next_does_not() -> None:
    valid = GOLDEN["vectors"][0]["code"]
    assert _reason(valid, datetime(2026, 4, 30, 23, 59, 59, tzinfo=UTC)) == "valid"
    assert _reason(valid, datetime(2026, 5, 1, tzinfo=UTC)) == "expired"
    assert _reason(valid, datetime(2026, 1, 31, 23, 59, 0, tzinfo=UTC)) == "valid"  # clock skew of 60 s
    assert _reason(valid, datetime(2026, 1, 31, 23, 58, 59, tzinfo=UTC)) == "not_yet"


def test_too_long_contents_are_not_written() -> None:
    claims = code.read(GOLDEN["vectors"][0]["code"]).claims
    long = code.Claims(claims.issuer, claims.cti, claims.not_before, claims.expires,
                       code.Content("certificate", "泸" * 200), claims.status)  # fmt: skip
    with pytest.raises(ValueError, match="at most 600"):
        code.write(long, SEED)


@pytest.mark.parametrize(
    "content",
    [{1: 6, 2: [1, 2]}, {1: 99, 2: [1, 2], 3: "x"}, {1: 6, 2: [1], 3: "x"}, {1: 6, 2: [1, -1], 3: "x"},
     {1: 6, 2: [1, True], 3: "x"}, {1: 6, 2: [1, 2], 3: b"x"}, {1: 6, 2: [1, 2], 3: "x", 99: 1}, [], "x", None],
)  # fmt: skip
def test_content_of_the_wrong_shape_is_malformed(content: Any) -> None:
    claims = {1: "510500", 4: 1_800_000_000, 5: 1_700_000_000, 7: b"12345678", -65537: content}
    with pytest.raises(code.Malformed):
        code._claims(claims)


@pytest.mark.parametrize(
    "changes", [{4: 1.5}, {4: -1}, {4: 2**40}, {5: True}, {1: 510500}, {7: b"short"}, {8: "text"}, {99: 1}]
)
def test_claims_of_the_wrong_shape_are_malformed(changes: dict[int, Any]) -> None:
    claims: dict[int, Any] = {1: "510500", 4: 1_800_000_000, 5: 1_700_000_000, 7: b"12345678",
                              -65537: {1: 6, 2: [1, 2], 3: "x"}}  # fmt: skip
    with pytest.raises(code.Malformed):
        code._claims(claims | changes)


@pytest.mark.parametrize("value", ["c2", "c482187b19ffff", "d81e820100", "9f01ff", "a201010102", "81" * 40, ""])
def test_tags_indefinite_lengths_double_keys_and_depth_are_malformed(value: str) -> None:
    with pytest.raises(code.Malformed):
        code._plain(bytes.fromhex(value))


def test_base45_of_rfc_9285() -> None:
    for plain, text in (
        (b"AB", "BB8"),
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),
    ):
        assert base45.encode(plain) == text
        assert base45.decode(text) == plain
    for wrong in ("A", "GGW", "::", "ab", "BB8~"):
        with pytest.raises(ValueError, match="base45"):
            base45.decode(wrong)


@given(st.binary(max_size=200))
def test_base45_there_and_back(plain: bytes) -> None:
    assert base45.decode(base45.encode(plain)) == plain


VALID = GOLDEN["vectors"][0]["code"]
RAW = base45.decode(VALID.removeprefix(code.PREFIX))


@settings(max_examples=400)
@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(place: int, change: int) -> None:
    changed = bytearray(RAW)
    changed[place] ^= change
    assert _reason(code.PREFIX + base45.encode(bytes(changed))) != "valid"


@settings(max_examples=400)
@given(st.data())
def test_no_character_can_be_changed_added_or_taken_away(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(VALID)))
    taken = data.draw(st.integers(0, 3))
    put = data.draw(st.text(alphabet=base45.ALPHABET, max_size=3))
    changed = VALID[:place] + put + VALID[place + taken :]
    if changed != VALID:
        assert _reason(changed) != "valid"


@settings(max_examples=200)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(lambda b: code.PREFIX + base45.encode(b))))
def test_any_text_gets_a_verdict(text: str) -> None:
    assert _reason(text) in REASONS


@settings(max_examples=100)
@given(st.recursive(st.one_of(st.integers(), st.binary(max_size=9), st.none(), st.floats(), st.text(max_size=5)),
                    lambda inner: st.lists(inner, max_size=5)))  # fmt: skip
def test_any_cbor_gets_a_verdict(value: Any) -> None:
    assert _reason(code.PREFIX + base45.encode(cbor2.dumps(value))) == "malformed"
