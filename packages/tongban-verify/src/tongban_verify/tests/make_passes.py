"""Write golden/passes.json: golden codes and lists shared by Python and the browser. Run by hand when the format changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cbor2

from tongban_verify.passes import base45, code
from tongban_verify.passes.cose import public_key_of, sign
from tongban_verify.passes.status import write_status_list
from tongban_verify.passes.trust import TRUST_TYPE, TrustedKey, TrustList, sign_trust_list

SEED, OTHER_SEED, WITHDRAWN_SEED = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
ROOT_SEED, OTHER_ROOT_SEED = bytes(range(96, 128)), bytes(range(128, 160))
NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HERE = "510502001003"
ADDRESS = "https://tongban.example/status/{issuer}/{list}"
PASSES = frozenset({"resident", "tenant", "visitor", "courier"})
REVOKED = 12346  # bit 2 of its byte: read from the other end it would be bit 5
GOLDEN = Path(__file__).with_name("golden") / "passes.json"


def claims(**changes: Any) -> code.Claims:
    """A resident's pass, as a guard sees it."""
    facts: dict[str, Any] = {
        "issuer": HERE, "cti": bytes.fromhex("0102030405060708"), "not_before": datetime(2026, 2, 1, tzinfo=UTC),
        "expires": datetime(2026, 5, 1, tzinfo=UTC), "status": (1076, 12345),
        "content": code.Content("resident", "张*明", place="7-2-1503", gates=5),
    }  # fmt: skip
    return code.Claims(**(facts | changes))


def trusted(seed: bytes = SEED, **changes: Any) -> TrustedKey:
    """A line of the trust list."""
    key = TrustedKey(public_key_of(seed), "5105", PASSES | {"certificate"}, datetime(2026, 1, 1, tzinfo=UTC),
                     datetime(2026, 6, 30, tzinfo=UTC), ADDRESS)  # fmt: skip
    return replace(key, **changes)


def trust(**changes: Any) -> TrustList:
    """Version 7 of the list, signed an hour ago."""
    issued = NOW - timedelta(hours=1)
    found = TrustList("510500", 7, issued, issued + 7 * DAY, {trusted().kid: trusted()},
                      frozenset({code.kid_of(public_key_of(WITHDRAWN_SEED))}), 5)  # fmt: skip
    return replace(found, **changes)


def _bits() -> bytes:
    bits = bytearray(2**16 // 8)
    bits[REVOKED // 8] |= 1 << REVOKED % 8
    return bytes(bits)


def _lists(age: timedelta, min_version: int = 5, seed: bytes = SEED) -> list[str]:
    return [
        write_status_list(ADDRESS.replace("{issuer}", issuer).replace("{list}", str(number)), _bits(),
                          issued=NOW - age, seed=seed, min_version=min_version).hex()
        for issuer, number in ((HERE, 1076), ("510502001004", 1076), ("510500", 76))
    ]  # fmt: skip


def _trust_lists() -> dict[str, bytes]:
    good = sign_trust_list(trust().unsigned(), ROOT_SEED)
    parts = cbor2.loads(good)
    facts = cbor2.loads(parts[2])
    facts[-65538][2] = 6
    edited = cbor2.dumps([parts[0], {}, cbor2.dumps(facts, canonical=True), parts[3]], canonical=True)
    old = NOW - 8 * DAY
    return {
        "current": good,
        "version_8": sign_trust_list(trust(version=8).unsigned(), ROOT_SEED),
        "version_6": sign_trust_list(trust(version=6).unsigned(), ROOT_SEED),
        "too_old": sign_trust_list(trust(issued=old, expires=old + 7 * DAY).unsigned(), ROOT_SEED),
        "tomorrows": sign_trust_list(trust(issued=NOW + DAY, expires=NOW + 8 * DAY).unsigned(), ROOT_SEED),
        "below_its_minimum": sign_trust_list(trust(min_version=9).unsigned(), ROOT_SEED),
        "of_another_root": sign_trust_list(trust().unsigned(), OTHER_ROOT_SEED),
        "edited": edited,
        "trailing": good + b"\x00",
        "truncated": good[:-1],
        "another_media_type": sign(trust().payload(), ROOT_SEED, TRUST_TYPE + "x"),
        "lives_too_long": sign(trust(expires=NOW + 8 * DAY).payload(), ROOT_SEED, TRUST_TYPE),
    }


def _status_lists() -> dict[str, list[str]]:
    hour = timedelta(hours=1)
    broken = bytearray.fromhex(_lists(hour)[0])
    broken[-1] ^= 1
    return {
        "fresh": _lists(hour), "two_days_old": _lists(2 * DAY), "ten_days_old": _lists(10 * DAY), "none": [],
        "asks_for_version_8": _lists(hour, min_version=8), "of_an_unknown_key": _lists(hour, seed=OTHER_SEED),
        "of_a_withdrawn_key": _lists(hour, seed=WITHDRAWN_SEED), "edited": [bytes(broken).hex()],
        "trailing": [_lists(hour)[0] + "00"], "tomorrows": _lists(-DAY),
    }  # fmt: skip


def _parts(text: str) -> list[Any]:
    return list(cbor2.loads(base45.decode(text.removeprefix(code.PREFIX))))


def _join(parts: list[Any]) -> str:
    return code.PREFIX + base45.encode(cbor2.dumps(parts, canonical=True))


def _genuine() -> dict[str, str]:
    """Codes somebody really signed."""
    visitor = code.Content("visitor", "李*", place="7-2-1503")
    shown = {"not_before": NOW - timedelta(seconds=30), "expires": NOW + timedelta(seconds=60)}
    certificate = code.Content("certificate", "泸州样例商贸有限公司", number="FGFC202602170001")
    made = {
        "valid": claims(), "valid_visitor": claims(content=visitor), "valid_with_holder_key": claims(holder_key=public_key_of(OTHER_SEED)),
        "valid_phone_code": claims(**shown),
        "valid_certificate": claims(issuer="510500", content=certificate, status=(76, 12345)),
        "expired": claims(expires=datetime(2026, 2, 28, tzinfo=UTC)), "not_yet": claims(not_before=datetime(2026, 3, 2, tzinfo=UTC)),
        "wrong_scope_issuer": claims(issuer="510300"), "wrong_scope_type": claims(content=code.Content("vehicle", "川E*", plate="川E12345")),
        "wrong_scope_before": claims(not_before=datetime(2025, 12, 1, tzinfo=UTC)), "wrong_scope_after": claims(expires=datetime(2026, 7, 1, tzinfo=UTC)),
        "another_community": claims(issuer="510502001004"), "wrong_gate": claims(content=code.Content("resident", "张*明", gates=4)),
        "revoked": claims(status=(1076, REVOKED)), "next_bit": claims(status=(1076, REVOKED + 1)),
        "mirrored_bit": claims(status=(1076, REVOKED // 8 * 8 + 5)), "bit_outside": claims(status=(1076, 2**16)),
        "list_unknown": claims(status=(1077, 1)),
        "stale_code": claims(not_before=NOW - timedelta(seconds=240), expires=NOW - timedelta(seconds=150)),
        "last_second_code": claims(not_before=NOW - timedelta(seconds=149), expires=NOW - timedelta(seconds=59)),
        "tomorrows_code": claims(not_before=NOW + DAY, expires=NOW + DAY + timedelta(seconds=90)),
    }  # fmt: skip
    return {name: code.write(one, SEED) for name, one in made.items()} | {
        "unknown_key": code.write(claims(), OTHER_SEED), "key_withdrawn": code.write(claims(), WITHDRAWN_SEED),
    }  # fmt: skip


def _altered(valid: str, revoked: str) -> dict[str, str]:
    """Codes nobody signed like this."""
    protected, _, payload, signature = _parts(valid)
    facts = cbor2.loads(payload)
    header = cbor2.loads(protected)
    raw, raw_revoked = (base45.decode(one.removeprefix(code.PREFIX)) for one in (valid, revoked))

    def signed(**changes: Any) -> str:
        content = {int(key[1:]): value for key, value in changes.items()}
        return code.PREFIX + base45.encode(sign(facts | {code.CONTENT: facts[code.CONTENT] | content}, SEED))

    moved = {**facts, code.CONTENT: {**facts[code.CONTENT], code.PLACE: "7-2-1504"}}
    return {
        "edited_payload": _join([protected, {}, cbor2.dumps(moved, canonical=True), signature]),
        "edited_signature": _join([protected, {}, payload, signature[:-1] + bytes([signature[-1] ^ 1])]),
        "malformed_header_alg": _join([cbor2.dumps(header | {1: -7}, canonical=True), {}, payload, signature]),
        "malformed_header_extra": _join([cbor2.dumps(header | {3: 0}, canonical=True), {}, payload, signature]),
        "malformed_header_media_type": _join([cbor2.dumps(header | {16: TRUST_TYPE}, canonical=True), {}, payload, signature]),
        "malformed_unprotected": _join([protected, {4: b"abcd"}, payload, signature]),
        "malformed_trailing": code.PREFIX + base45.encode(raw + b"\x00"),
        "malformed_truncated": code.PREFIX + base45.encode(raw[:-1]),
        "malformed_revoked_with_bytes": code.PREFIX + base45.encode(raw_revoked + b"\x00\x00"),
        "malformed_revoked_with_text": revoked + "000",
        "malformed_not_canonical": code.PREFIX + base45.encode(b"\x98\x04" + raw[1:]),
        "malformed_lower_case": code.PREFIX + valid.removeprefix(code.PREFIX).lower(),
        "malformed_prefix": valid.replace("TB1:", "HC1:"),
        "malformed_too_long": valid + "0" * 600,
        "malformed_empty": code.PREFIX,
        "malformed_type": signed(_1=9), "malformed_photo": signed(_6=b"short"), "malformed_gates": signed(_5=-1),
        "malformed_gates_too_many": signed(_5=2**53), "malformed_unknown_fact": signed(_99=1),
        "malformed_status": signed(_2=[1076, -1]),
    }  # fmt: skip


def _case(name: str, text: str, reason: str, **how: Any) -> dict[str, Any]:
    return {"name": name, "code": text, "reason": reason, "amber": False, "trust": "current", "lists": "fresh", "seen": 0,
            "now": NOW.isoformat(), "here": HERE, "gate": 0} | how  # fmt: skip


def _cases() -> list[dict[str, Any]]:
    genuine = _genuine()
    valid, visitor, phone = genuine["valid"], genuine["valid_visitor"], genuine["valid_phone_code"]
    names = ("valid", "wrong_scope", "edited", "malformed")
    special = {
        "next_bit": "valid",
        "mirrored_bit": "valid",
        "bit_outside": "list_unknown",
        "last_second_code": "valid",
        "tomorrows_code": "clock_wrong",
    }
    found = [
        _case(name, text, special.get(name) or next((one for one in names if name.startswith(one)), name),
              here="" if name in ("valid_certificate", "wrong_scope_issuer") else HERE)
        for name, text in (genuine | _altered(valid, genuine["revoked"])).items()
    ]  # fmt: skip
    ahead, behind = ((NOW + shift).isoformat() for shift in (DAY, -DAY))
    return [
        *found,
        _case("list_too_old", valid, "list_expired", trust="too_old"),
        _case("trust_list_rolled_back", valid, "list_rolled_back", trust="version_6", seen=7),
        _case("same_version_again", valid, "valid", seen=7),
        _case("below_its_own_minimum", valid, "list_superseded", trust="below_its_minimum"),
        _case("below_the_status_lists_minimum", valid, "list_superseded", lists="asks_for_version_8"),
        _case("new_list_meets_the_minimum", valid, "valid", lists="asks_for_version_8", trust="version_8"),
        _case("unknown_root", valid, "unknown_root", trust="of_another_root"),
        _case("trust_list_edited", valid, "list_edited", trust="edited"),
        *(_case(f"trust_list_{name}", valid, "list_malformed", trust=name)
          for name in ("trailing", "truncated", "another_media_type", "lives_too_long")),
        _case("clock_behind_the_trust_list", valid, "clock_wrong", trust="tomorrows"),
        _case("clock_a_day_behind", valid, "clock_wrong", now=behind),
        _case("clock_a_day_ahead", valid, "valid", now=ahead, amber=True),
        _case("clock_a_day_ahead_phone_code", phone, "stale_code", now=ahead),
        _case("status_list_two_days_old", valid, "valid", lists="two_days_old", amber=True),
        _case("status_list_ten_days_old", valid, "valid", lists="ten_days_old", amber=True),
        _case("status_list_ten_days_old_visitor", visitor, "online_only", lists="ten_days_old", amber=True),
        _case("status_list_ten_days_old_revoked", genuine["revoked"], "revoked", lists="ten_days_old", amber=True),
        *(_case(f"status_list_{name}", valid, "list_unknown", lists=name)
          for name in ("none", "of_an_unknown_key", "of_a_withdrawn_key", "edited", "trailing", "tomorrows")),
        _case("no_gate_asked", genuine["wrong_gate"], "valid", gate=None),
        _case("anywhere", genuine["another_community"], "valid", here=""),
        _case("county", valid, "valid", here="510502"),
    ]  # fmt: skip


def vectors() -> dict[str, Any]:
    """Every golden code with the verdict expected; lists that may not be used count as not there."""
    return {
        "root": public_key_of(ROOT_SEED).hex(),
        "trust": {name: token.hex() for name, token in _trust_lists().items()},
        "lists": _status_lists(),
        # Token Status List, section 4.1: sixteen statuses of one bit, and their zlib stream.
        "ietf": {"bits": [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1], "bytes": "b9a3", "lst": "78dadbb918000217015d"},
        "vectors": _cases(),
    }  # fmt: skip


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n", "utf-8")
