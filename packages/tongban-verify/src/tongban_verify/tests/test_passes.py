"""The format and the verdicts, held to golden vectors."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban_verify.passes import base45, code
from tongban_verify.passes.cose import plain, public_key_of
from tongban_verify.passes.status import open_status_list, unpack, write_status_list
from tongban_verify.passes.trust import Distrusted, open_trust_list
from tongban_verify.passes.verdicts import REASONS, Offline, judge
from tongban_verify.tests.make_passes import ROOT_SEED, SEED, claims, trust, trusted, vectors
from tongban_verify.tests.support_passes import GOLDEN, NOW, lists_of, vector, verdict_of

# Issued before there was a signed trust list: it must go on verifying.
NOVEMBER = (
    "TB1:PWGSLK/-4YS8-09R8L57BV%KK-C$96QW6736BF3U$U500BF370GF8GS49KB0*M0DY0 11100000V%KX504KG-R9F46GJ0.1T7BK$6T-.H*7D5W54W5QW"
    "6BK6IU0R68BAVZ2F1Y4E:DNUT18OO2I -BC-2$/NX%PRTP++CM714:JZX3AKM*8I+%OI-NQL9B+GUP0:N4CVES0TH03WAGN3T0ZMVIP20"
)
VALID = GOLDEN["vectors"][0]["code"]
HELD = Offline(trust(), lists_of(GOLDEN["lists"]["fresh"], trust(), NOW))


def _reason(text: str, now: datetime = NOW) -> str:
    return HELD.judge(text, now=now).reason


@pytest.mark.parametrize("one", GOLDEN["vectors"], ids=lambda v: v["name"])
def test_golden_vector(one: dict[str, Any]) -> None:
    verdict = verdict_of(one)
    assert (verdict.reason, verdict.is_amber) == (one["reason"], one["amber"])


def test_the_vectors_are_what_the_writer_makes() -> None:
    assert vectors() == GOLDEN


def test_every_reason_has_a_vector_or_a_test_of_its_own() -> None:
    assert {v["reason"] for v in GOLDEN["vectors"]} | {"not_recorded"} == set(REASONS)
    asked = judge(VALID, key_of=lambda _: trusted(), status_of=lambda *_: "not_recorded", now=NOW)
    assert asked.reason == "not_recorded"


def test_what_a_withdrawn_key_says_is_not_even_shown() -> None:
    verdict = verdict_of(vector("key_withdrawn"))
    assert (verdict.reason, verdict.claims) == ("key_withdrawn", None)


def test_codes_of_before_the_signed_trust_list_still_verify() -> None:
    reason = judge(NOVEMBER, key_of=lambda _: trusted(), status_of=lambda *_: "valid", now=NOW).reason
    assert reason == "valid"


def test_a_standard_pass_keeps_its_size() -> None:
    short = code.write(claims(issuer="510500"), SEED)
    assert len(base45.decode(short.removeprefix(code.PREFIX))) <= 165
    assert len(short) <= 252  # QR version 9 at level M, 11 at Q (credentials.md)
    assert len(VALID) <= 259  # with a community's twelve digits: still 9 at M (262) and 11 at Q (259)
    assert len(vector("valid_with_holder_key")["code"]) <= 366  # 11 at M
    assert len(vector("valid_phone_code")["code"]) <= 262  # 9 at M


def test_the_last_second_counts_and_the_next_does_not() -> None:
    begin, end = datetime(2026, 3, 1, 3, 30, tzinfo=UTC), datetime(2026, 3, 1, 5, tzinfo=UTC)
    text = code.write(claims(not_before=begin, expires=end), SEED)
    held = Offline(
        HELD.trust.__class__("510500", 7, begin - timedelta(hours=2), end + timedelta(days=1), HELD.trust.keys),
        HELD.lists,
    )
    lists = {
        address: one.__class__(address, begin - timedelta(hours=2), one.bits, one.kid)
        for address, one in HELD.lists.items()
    }
    held = Offline(held.trust, lists)
    for moment, reason in (
        (end - timedelta(seconds=1), "valid"), (end, "expired"),
        (begin - timedelta(seconds=60), "valid"), (begin - timedelta(seconds=61), "not_yet"),
    ):  # fmt: skip
        assert held.judge(text, now=moment).reason == reason


def test_a_phone_code_lives_ninety_seconds_and_a_minute_of_skew_each_way() -> None:
    begin = NOW - timedelta(seconds=30)
    shown = code.write(claims(not_before=begin, expires=begin + timedelta(seconds=90)), SEED)
    for seconds, reason in ((-61, "clock_wrong"), (-60, "valid"), (149, "valid"), (150, "stale_code")):
        assert _reason(shown, begin + timedelta(seconds=seconds)) == reason
    longer = code.write(claims(not_before=begin, expires=begin + timedelta(seconds=91)), SEED)
    assert _reason(longer, begin + timedelta(seconds=91)) == "expired"  # one second more, and it is no phone's code


def test_too_long_contents_are_not_written() -> None:
    with pytest.raises(ValueError, match="at most 600"):
        code.write(claims(content=code.Content("certificate", "泸" * 200)), SEED)


def test_the_bits_stand_as_the_ietf_draft_says() -> None:
    ietf = GOLDEN["ietf"]
    bits = bytearray(2)
    for index, bit in enumerate(ietf["bits"]):
        bits[index // 8] |= bit << index % 8
    assert bits.hex() == ietf["bytes"] == unpack(bytes.fromhex(ietf["lst"])).hex()
    assert zlib.compress(bytes(bits), 9).hex() == ietf["lst"]


@pytest.mark.parametrize(
    "packed", [b"", b"x", zlib.compress(b"ab") + b"c", zlib.compress(b"ab")[:-1], zlib.compress(bytes(2**21 + 1))]
)
def test_a_list_that_does_not_unpack_is_refused(packed: bytes) -> None:
    with pytest.raises(code.Malformed):
        unpack(packed)


def test_a_list_that_goes_back_is_refused() -> None:
    token = bytes.fromhex(GOLDEN["lists"]["two_days_old"][0])
    newest = open_status_list(token, trust(), now=NOW).issued
    assert open_status_list(token, trust(), now=NOW, seen=newest).issued == newest
    with pytest.raises(Distrusted, match="list_rolled_back"):
        open_status_list(token, trust(), now=NOW, seen=newest + timedelta(seconds=1))
    roots = [public_key_of(ROOT_SEED)]
    with pytest.raises(Distrusted, match="list_rolled_back"):
        open_trust_list(bytes.fromhex(GOLDEN["trust"]["current"]), roots, now=NOW, seen=8)


def test_a_list_is_believed_only_of_whoever_may_speak_for_the_credential() -> None:
    address = trusted().status_address("510502001003", 1076)
    other = trusted(bytes(32), types=frozenset({"certificate"}))
    both = trust(keys={trusted().kid: trusted(), other.kid: other})
    token = write_status_list(address, bytes(8192), issued=NOW, seed=bytes(32))
    held = Offline(both, {address: open_status_list(token, both, now=NOW)})
    assert held.judge(VALID, now=NOW).reason == "list_unknown"


def test_a_pass_cannot_pass_for_a_list_nor_a_list_for_a_pass() -> None:
    pass_token = base45.decode(VALID.removeprefix(code.PREFIX))
    with pytest.raises(Distrusted, match="list_malformed"):
        open_trust_list(pass_token, [public_key_of(SEED)], now=NOW)
    for token in (GOLDEN["trust"]["current"], GOLDEN["lists"]["fresh"][0][2:]):
        assert _reason(code.PREFIX + base45.encode(bytes.fromhex(token))) == "malformed"


@pytest.mark.parametrize(
    "content",
    [{1: 6, 2: [1, 2]}, {1: 99, 2: [1, 2], 3: "x"}, {1: 6, 2: [1], 3: "x"}, {1: 6, 2: [1, -1], 3: "x"},
     {1: 6, 2: [1, True], 3: "x"}, {1: 6, 2: [1, 2], 3: b"x"}, {1: 6, 2: [1, 2], 3: "x", 99: 1}, [], "x", None],
)  # fmt: skip
def test_content_of_the_wrong_shape_is_malformed(content: Any) -> None:
    said = {1: "510500", 4: 1_800_000_000, 5: 1_700_000_000, 7: b"12345678", -65537: content}
    with pytest.raises(code.Malformed):
        code.claims_of(said)


@pytest.mark.parametrize(
    "changes",
    [
        {4: 1.5},
        {4: -1},
        {4: 2**40},
        {5: True},
        {1: 510500},
        {7: b"short"},
        {8: "text"},
        {8: {1: {1: 1, -1: 6, -2: b"short"}}},
        {8: {1: {1: 1, -1: 6, -2: bytes(32), -3: 1}}},
        {99: 1},
    ],
)
def test_claims_of_the_wrong_shape_are_malformed(changes: dict[int, Any]) -> None:
    said: dict[int, Any] = {1: "510500", 4: 1_800_000_000, 5: 1_700_000_000, 7: b"12345678",
                              -65537: {1: 6, 2: [1, 2], 3: "x"}}  # fmt: skip
    with pytest.raises(code.Malformed):
        code.claims_of(said | changes)


@pytest.mark.parametrize("value", ["c2", "c482187b19ffff", "d81e820100", "9f01ff", "a201010102", "81" * 40, ""])
def test_tags_indefinite_lengths_double_keys_and_depth_are_malformed(value: str) -> None:
    with pytest.raises(code.Malformed):
        plain(bytes.fromhex(value))


def test_base45_of_rfc_9285() -> None:
    for raw, text in (
        (b"AB", "BB8"),
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),
    ):
        assert base45.encode(raw) == text
        assert base45.decode(text) == raw
    for wrong in ("A", "GGW", "::", "ab", "BB8~"):
        with pytest.raises(ValueError, match="base45"):
            base45.decode(wrong)


@given(st.binary(max_size=200))
def test_base45_there_and_back(plain: bytes) -> None:
    assert base45.decode(base45.encode(plain)) == plain


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
