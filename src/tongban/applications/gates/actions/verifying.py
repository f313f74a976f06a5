"""Codes judged here, for turnstiles and for phones that have a network: four statements, the token's look-up among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from tongban.applications.gates.actions.doubts import LetIn, note_doubts
from tongban.applications.gates.actions.scans import SEEN, Scanned
from tongban.applications.gates.models import Pass, Scan
from tongban.applications.gates.queries.communities import AtGates, at_gates, at_gates_of_device
from tongban.applications.gates.queries.guards import no_gate_here
from tongban.applications.gates.queries.passes import SUBJECT
from tongban.applications.gates.rules.kinds import known_as, ruled_as
from tongban.applications.gates.rules.rights import VERIFY
from tongban.applications.gates.rules.scans import TOO_SOON, Shown, by_rules
from tongban.foundation.credentials.queries import verdict_and_record
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.inserting import insert_statement, insert_values
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban_verify.passes.code import Claims


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict of the house on a code at a gate."""

    verdict: str
    claims: Claims | None

    @property
    def is_let(self) -> bool:
        """Only a valid one."""
        return self.verdict == "valid"


def verify_at_gate(text: str, scanned: Scanned, *, community_code: str = "", by: Actor) -> Judged:
    """Judge a code by the house's own tables and keep that it was; the same nonce again is kept once."""
    now = timezone.now()
    community = _judged_for(by, community_code, now)
    found, row = verdict_and_record(text, now=now)
    claims, reason = found.claims, found.reason
    if claims is not None and reason != "wrong_scope":
        reason = _place(claims, community, scanned.gate) or reason
        if reason == "valid":
            shown = Shown(ruled_as(claims.content.type, claims.content.number), scanned.gate, now)
            reason = by_rules(shown, community.rules) or "valid"
    judged = Judged(reason, claims)
    scan = Scan(
        nonce=scanned.nonce, community_id=community.pk, gate=scanned.gate, verdict=reason, was_let=judged.is_let, is_entry=scanned.is_entry,
        at=now, received_at=now, by_name=by.name[:120], type=known_as(claims.content.type, claims.content.number) if claims else "",
    )  # fmt: skip
    if row and claims and reason in SEEN and row.subject_kind == SUBJECT and claims.issuer == community.code:
        scan.held_id = row.subject_id
    _keep(scan)
    return judged


def _judged_for(by: Actor, community_code: str, now: datetime) -> AtGates:
    """The community a caller may judge for: a guard's phone its own, a turnstile those of its region."""
    today = timezone.localdate(now)
    if by.kind == "device" and by.device_id:
        own = at_gates_of_device(by.device_id, since=today)
        if own is None:
            raise no_gate_here()
        return own
    require(by, VERIFY, region=community_code)
    found = at_gates(community_code, since=today)
    if found is None:
        raise not_found(T("这个社区的门岗", "The gates of this community"))
    return found


def _place(claims: Claims, community: AtGates, gate: int) -> str:
    if not claims.issuer.startswith(community.code):
        return "another_community"
    return "" if claims.content.opens(gate) else "wrong_gate"


_SCANS, _PASSES = Scan._meta.db_table, Pass._meta.db_table
_OF_PASS = f'FROM "{_SCANS}" WHERE held_id = %s AND was_let AND at '
_HELD = ("held_id", f'(SELECT id FROM "{_PASSES}" WHERE id = %s)')  # noqa: S608  # a pass that was erased is nobody's
_BEFORE = (
    "before_id",
    f"(SELECT id FROM (SELECT id, gate {_OF_PASS}BETWEEN %s AND %s ORDER BY at DESC LIMIT 1) AS last WHERE gate <> %s)",  # noqa: S608
)


def _keep(scan: Scan) -> None:
    """Write a scan in one statement, with the one before it at another gate; a known nonce writes nothing.

    A scan of the same pass with a later time is another call that was quicker: then both are compared as a queue's are.
    """
    held, at = scan.held_id if scan.was_let else None, scan.at
    given: dict[str, list[Any]] = {"held_id": [scan.held_id], "before_id": [held, at - TOO_SOON, at, scan.gate]}
    with connection.cursor() as cursor:
        cursor.execute(
            f"{insert_statement(Scan, _HELD, _BEFORE)} ON CONFLICT (nonce) DO NOTHING RETURNING EXISTS (SELECT 1 {_OF_PASS}> %s)",
            [*insert_values(scan, given), held, at],
        )
        written = cursor.fetchone()
    if held and written and written[0]:
        note_doubts([LetIn(held, at)])
