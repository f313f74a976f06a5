"""Write vectors.json: golden codes shared by Python and the browser. Run by hand when the format gains a field."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tongban.foundation.credentials.rules import base45, code

SEED = bytes(range(32))
OTHER_SEED = bytes(range(32, 64))
NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)


def _claims(**changes: Any) -> code.Claims:
    facts: dict[str, Any] = {
        "issuer": "510500",
        "cti": bytes.fromhex("0102030405060708"),
        "not_before": datetime(2026, 2, 1, tzinfo=UTC),
        "expires": datetime(2026, 5, 1, tzinfo=UTC),
        "content": code.Content("resident", "张*明", place="7-2-1503", gates=5),
        "status": (76, 12345),
    }
    return code.Claims(**(facts | changes))


def _parts(text: str) -> list[Any]:
    return list(cbor2.loads(base45.decode(text.removeprefix(code.PREFIX))))


def _join(parts: list[Any]) -> str:
    return code.PREFIX + base45.encode(cbor2.dumps(parts, canonical=True))


def vectors() -> dict[str, Any]:
    """Every golden code with the reason expected at ``now``."""
    valid = code.write(_claims(), SEED)
    protected, _, payload, signature = _parts(valid)
    facts = cbor2.loads(payload)
    facts[code.CONTENT][code.PLACE] = "7-2-1504"
    edited = [protected, {}, cbor2.dumps(facts, canonical=True), signature]
    header = cbor2.loads(protected)
    raw = base45.decode(valid.removeprefix(code.PREFIX))
    loose = bytearray(raw)
    long_form = bytes([0x98, 0x04]) + bytes(loose[1:])  # the array's length in two bytes instead of one
    items = {
        "valid": valid,
        "expired": code.write(_claims(expires=datetime(2026, 2, 28, tzinfo=UTC)), SEED),
        "not_yet": code.write(_claims(not_before=datetime(2026, 3, 2, tzinfo=UTC)), SEED),
        "wrong_scope_issuer": code.write(_claims(issuer="510300"), SEED),
        "wrong_scope_type": code.write(_claims(content=code.Content("vehicle", "川E*", plate="川E12345")), SEED),
        "wrong_scope_period": code.write(_claims(not_before=datetime(2025, 12, 1, tzinfo=UTC)), SEED),
        "unknown_key": code.write(_claims(), OTHER_SEED),
        "revoked": code.write(_claims(cti=bytes.fromhex("ffffffffffffffff")), SEED),
        "not_recorded": code.write(_claims(cti=bytes.fromhex("eeeeeeeeeeeeeeee")), SEED),
        "edited_payload": _join(edited),
        "edited_signature": _join([protected, {}, payload, signature[:-1] + bytes([signature[-1] ^ 1])]),
        "malformed_header_alg": _join([cbor2.dumps(header | {1: -7}, canonical=True), {}, payload, signature]),
        "malformed_header_extra": _join([cbor2.dumps(header | {3: 0}, canonical=True), {}, payload, signature]),
        "malformed_unprotected": _join([protected, {4: b"abcd"}, payload, signature]),
        "malformed_trailing": code.PREFIX + base45.encode(raw + b"\x00"),
        "malformed_truncated": code.PREFIX + base45.encode(raw[:-1]),
        "malformed_not_canonical": code.PREFIX + base45.encode(long_form),
        "malformed_lower_case": code.PREFIX + valid.removeprefix(code.PREFIX).lower(),
        "malformed_prefix": valid.replace("TB1:", "HC1:"),
        "malformed_too_long": valid + "0" * 600,
        "malformed_empty": code.PREFIX,
    }
    key = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()
    names = ("not_yet", "wrong_scope", "unknown_key", "not_recorded", "edited", "malformed")
    reasons = {name: next((r for r in names if name.startswith(r)), name) for name in items}
    return {
        "now": NOW.isoformat(),
        "key": {
            "kid": code.kid_of(key).hex(), "public_key": key.hex(), "issuer": "510500",
            "types": ["certificate", "courier", "resident", "tenant", "visitor"],
            "signs_from": "2026-01-01T00:00:00+00:00", "signs_until": "2026-04-01T00:00:00+00:00",
        },
        "revoked": ["ffffffffffffffff"], "recorded": ["0102030405060708", "ffffffffffffffff"],
        "vectors": [{"name": name, "code": text, "reason": reasons[name]} for name, text in items.items()],
    }  # fmt: skip


if __name__ == "__main__":
    path = Path(__file__).with_name("vectors.json")
    path.write_text(json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n", "utf-8")
