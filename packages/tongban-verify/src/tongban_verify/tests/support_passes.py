"""What a device does with a golden vector."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from tongban_verify.passes.status import StatusList, open_status_list
from tongban_verify.passes.trust import Distrusted, TrustList, open_trust_list
from tongban_verify.passes.verdicts import Offline, Verdict, Where
from tongban_verify.tests.make_passes import GOLDEN as PATH

GOLDEN: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
NOW = datetime.fromisoformat(GOLDEN["vectors"][0]["now"])


def lists_of(tokens: list[str], trust: TrustList, now: datetime) -> dict[str, StatusList]:
    """The status lists that may be used."""
    found = {}
    for token in tokens:
        try:
            opened = open_status_list(bytes.fromhex(token), trust, now=now)
        except Distrusted:
            continue
        found[opened.address] = opened
    return found


def verdict_of(vector: dict[str, Any]) -> Verdict:
    """The verdict on one vector."""
    now = datetime.fromisoformat(vector["now"])
    token, roots = bytes.fromhex(GOLDEN["trust"][vector["trust"]]), [bytes.fromhex(GOLDEN["root"])]
    try:
        trust = open_trust_list(token, roots, now=now, seen=vector["seen"])
    except Distrusted as refused:
        return Verdict(refused.reason)
    held = Offline(trust, lists_of(GOLDEN["lists"][vector["lists"]], trust, now))
    return held.judge(vector["code"], now=now, where=Where(vector["here"], vector["gate"]))


def vector(name: str, **changes: Any) -> dict[str, Any]:
    """The vector of a name, changed."""
    return next(one for one in GOLDEN["vectors"] if one["name"] == name) | changes
