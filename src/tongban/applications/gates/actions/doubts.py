"""One pass at two gates within too short a time: noted, judged by a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.applications.gates.models import Scan
from tongban.applications.gates.queries.doubts import doubts_seen_by
from tongban.applications.gates.rules.scans import TOO_SOON, too_soon
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T


class LetIn(NamedTuple):
    """Whose pass was let in when."""

    held_id: UUID
    at: datetime


class _Seen(NamedTuple):
    pk: UUID
    held_id: UUID
    gate: int
    at: datetime
    before_id: UUID | None


def note_doubts(let: Sequence[LetIn]) -> int:
    """Compare what has just come in with what other phones saw of the same passes, whichever of them came first."""
    if not let:
        return 0
    window = timedelta(minutes=1) + TOO_SOON
    rows = Scan.objects.filter(
        held_id__in={one.held_id for one in let}, was_let=True,
        at__gte=min(one.at for one in let) - window, at__lte=max(one.at for one in let) + window,
    )  # fmt: skip
    by_pass: dict[UUID, list[_Seen]] = {}
    for row in map(_Seen._make, rows.values_list("pk", "held_id", "gate", "at", "before_id")):
        by_pass.setdefault(row.held_id, []).append(row)
    found = [pair for scans in by_pass.values() if len(scans) > 1 for pair in too_soon(scans)]
    new = [Scan(pk=second.pk, before_id=first.pk) for first, second in found if second.before_id is None]
    if new:
        Scan.objects.bulk_update(new, ["before"])
    return len(found)


@transaction.atomic
def settle_doubt(scan_id: UUID, *, said: str, by: Actor) -> Scan:
    """Somebody of the community asked: what it was."""
    row = doubts_seen_by(by).select_for_update(of=("self",)).filter(pk=scan_id).first()
    if row is None:
        raise not_found(T("这条提醒", "This note"))
    text = " ".join(said.split())[:500]
    if not text:
        raise Refusal("said_missing", T("请写明核实的情况。", "Say what it was."), field="said")
    row.settled_at, row.settled_by, row.said = timezone.now(), by.name[:120], text
    row.save(update_fields=["settled_at", "settled_by", "said"])
    return row
