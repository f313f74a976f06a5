"""What was judged at the gates, taken over from phones in batches; and passes looked up by a telephone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.applications.gates.actions.doubts import LetIn, note_doubts
from tongban.applications.gates.models import Community, Pass, Scan
from tongban.applications.gates.queries.guards import community_of_device, community_of_guard
from tongban.applications.gates.queries.passes import SUBJECT
from tongban.applications.gates.rules.scans import ADDED, BATCH, VERDICTS, believable
from tongban.foundation.credentials.queries import subjects_of_ctis
from tongban.lib.actors import Actor
from tongban.lib.copying import copy_rows
from tongban.lib.fields import blind_index_any
from tongban.lib.ids import uuid7
from tongban.lib.phones import phone_tail_key
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

SEEN = ("valid", "revoked", "expired", "not_yet", "stale_code", "wrong_gate", "online_only", "list_unknown", *ADDED)
"""Verdicts of codes whose signature was right: only they say whose pass it was."""
MOST_FOUND = 10


@dataclass(frozen=True, slots=True)
class Scanned:
    """One scan of a phone: which pass (``cti``, where its signature was right), what the phone found and the guard did."""

    nonce: UUID
    gate: int
    verdict: str
    was_let: bool
    is_entry: bool = True
    cti: bytes = b""
    type: str = ""
    at: datetime | None = None
    list_age: int | None = None
    was_offline: bool = False


def take_scans(many: Sequence[Scanned], *, by: Actor) -> int:
    """Keep scans of a phone as facts, with the verdict given then; how many were new. Sent again they add nothing."""
    community = community_of_device(by)
    if len(many) > BATCH:
        raise Refusal("too_many_scans", T("一次最多 {n} 条。", "At most {n} at a time.").format(n=BATCH), field="scans")
    return _keep(community, many, by)


def _keep(community: Community, many: Sequence[Scanned], by: Actor) -> int:
    """How many scans were not known yet. Nearly always none is: whether it is so, is asked only when the table says so."""
    known: set[UUID] = set()
    while True:
        new = {one.nonce: one for one in many if one.nonce not in known}
        try:
            with transaction.atomic():
                return _write(community, list(new.values()), by)
        except IntegrityError:
            # Sent before, or a phone sends its queue twice at once and the other call was quicker.
            nonces = [one.nonce for one in many]
            again = set(Scan.objects.filter(nonce__in=nonces).values_list("nonce", flat=True))
            if again == known:
                raise
            known = again


def _write(community: Community, new: Sequence[Scanned], by: Actor) -> int:
    """A few statements, however many they are."""
    held = subjects_of_ctis(community.code, {one.cti for one in new if one.cti and one.verdict in SEEN})
    passes = set(
        Pass.objects.filter(pk__in={id_ for kind, id_ in held.values() if kind == SUBJECT}).values_list("pk", flat=True)
    )
    whose, now = {cti: id_ for cti, (_, id_) in held.items() if id_ in passes}, timezone.now()
    rows = [_row(one, whose.get(one.cti), now) for one in new]
    ours = (community.pk, now, by.name[:120], False, None, None, "", b"")
    copy_rows(Scan, _COLUMNS, [row + ours for row in rows])
    note_doubts([LetIn(row[3], row[8]) for row in rows if row[3] and row[6]])
    return len(rows)


_COLUMNS = (
    "id", "nonce", "gate", "held", "type", "verdict", "was_let", "is_entry", "at", "list_age", "was_offline",
    "community", "received_at", "by_name", "is_anonymous", "before", "settled_at", "settled_by", "said",
)  # fmt: skip


def _row(one: Scanned, pass_id: UUID | None, now: datetime) -> tuple[Any, ...]:
    """The values of the columns that differ from scan to scan."""
    verdict = one.verdict if one.verdict in VERDICTS else "malformed"
    return (
        uuid7(), one.nonce, one.gate, pass_id, one.type[:12].replace("\0", ""), verdict, one.was_let, one.is_entry, believable(one.at, now),
        one.list_age, one.was_offline,
    )  # fmt: skip


@transaction.atomic
def look_up(tail: str, scanned: Scanned, *, by: Actor) -> list[Pass]:
    """Passes in force whose holder's telephone ends so: for a damaged code. Each is kept as a scan its holder sees."""
    community, now = community_of_guard(by), timezone.now()
    if len(tail) != 4 or not tail.isdecimal():
        raise Refusal("tail_wrong", T("请填手机号的后四位。", "Enter the last four digits."), field="tail")
    keys = blind_index_any("phone_tail", phone_tail_key(tail, community.code))
    found = list(Pass.objects.filter(phone_tail_index__in=keys, community=community, state="active", starts_at__lte=now,
                                     ends_at__gt=now).order_by("place")[:MOST_FOUND])  # fmt: skip
    Scan.objects.bulk_create(
        [Scan(nonce=_nonce(scanned.nonce, n), community=community, gate=scanned.gate, held=one, type=one.kind,
              verdict="looked_up", was_let=False, is_entry=scanned.is_entry, at=now, received_at=now, by_name=by.name[:120])
         for n, one in enumerate(found)],
        ignore_conflicts=True,
    )  # fmt: skip
    return found


def _nonce(first: UUID, number: int) -> UUID:
    """The nonces of what one look-up found."""
    return UUID(int=(first.int + number) % 2**128)
