"""Erase by schedule and by purpose, and say so in the log. Nothing else of the house deletes what has had its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tongban.foundation.ledger.actions.recording import record
from tongban.foundation.ledger.actions.signing import check_not_forked
from tongban.foundation.ledger.actions.turns import is_alone
from tongban.foundation.ledger.hooks import Retention, retentions
from tongban.foundation.ledger.models import Entry, Erased, Handle, Salt
from tongban.lib.actors import Actor, system
from tongban.lib.jobs import periodic
from tongban.lib.jurisdictions import require_current
from tongban.lib.refusals import Refusal

ROWS = 5_000  # erased in one transaction, with one leaf
AFFAIRS = 250  # of those with leaves: each is named in the leaf, which holds 64 KiB
log = structlog.get_logger(__name__)


@periodic("30 18 * * *")  # 02:30 in China
def erase_nightly() -> None:
    """Every night: what is past its date, of every purpose."""
    erase_due()


@periodic("10 * * * *")
def erase_hourly() -> None:
    """Every hour: what is kept for hours only."""
    for retention in every_retention():
        if retention.is_hourly:
            erase_due(retention.purpose)


def erase_due(purpose: str | None = None) -> int:
    """Erase what is past its date, of one purpose or all; how many rows. Safe to repeat and to interrupt."""
    wanted = [one for one in every_retention() if purpose in (None, one.purpose)]
    failed: dict[str, Exception] = {}
    total = count = sum(_erase_all(one, failed) for one in wanted)
    while count and purpose is None:  # what went may have been all that others were still needed for
        total += (count := sum(_erase_all(one, failed) for one in wanted))
    if failed:
        raise next(iter(failed.values()))
    return total


def _erase_all(retention: Retention, failed: dict[str, Exception]) -> int:
    """Batch after batch of one purpose; one that fails keeps no other from its erasure."""
    by, total = system("erasure", channel="job"), 0
    if retention.purpose in failed:
        return 0
    try:
        while count := erase(retention, by=by):
            total += count
    except Exception as error:  # told of when the others are done: the job fails, and rows that stay raise an alarm
        log.exception("ledger.erasure_failed", jurisdiction=require_current(), purpose=retention.purpose)
        failed[retention.purpose] = error
    return total


def erase_again() -> int | None:
    """After a restored backup: erase anew what it brought back; how many rows, None when nothing was restored.

    What was erased by schedule is past its date now, too. Whether a backup was restored is known from the heads this
    machine remembers, outside the database.
    """
    try:
        check_not_forked()
    except Refusal:
        return erase_due()
    return None


def every_retention() -> list[Retention]:
    """Everything that is kept for a time only, whichever app says so."""
    return [one for answer in retentions.call() for one in answer]


@transaction.atomic
def erase(retention: Retention, *, by: Actor) -> int:
    """Erase one batch of rows past their date, with the salts and the names of their affairs; how many rows.

    One leaf tells of them in the same transaction: purpose, table, count, the days on which they were made, and the
    random names of the affairs, so that every leaf whose row is gone can be told from one whose row was taken away.
    """
    due = retention.due(timezone.now()).order_by("pk")
    if not getattr(retention.model, "append_only", False):  # whose rows nobody changes, so nobody may lock them
        due = due.select_for_update(skip_locked=True, of=("self",))
    if not is_alone(f"erasure of {retention.purpose}"):
        return 0
    ids = list(due.values_list("pk", flat=True)[: AFFAIRS if retention.kind else ROWS])
    if not ids:
        return 0
    gone = [(retention.kind, one) for one in ids] if retention.kind else []
    if retention.remove is None:
        retention.model._default_manager.filter(pk__in=ids).delete()
    else:
        gone += retention.remove(ids)
    handles = _cut_loose(gone)
    entry = record("data.erased", by=by, values={
        "purpose": retention.purpose, "what": retention.model._meta.label_lower, "count": len(ids),
        "from": _day_of(min(ids)), "to": _day_of(max(ids)), "subjects": sorted(one.hex() for one in handles),
    })  # fmt: skip
    Erased.objects.bulk_create([Erased(handle=one, entry=entry) for one in handles])
    log.info("ledger.erased", jurisdiction=require_current(), purpose=retention.purpose, count=len(ids))
    return len(ids)


def _cut_loose(subjects: Sequence[tuple[str, UUID]]) -> list[bytes]:
    """Delete the names of affairs and the salts of their leaves; the names, for the leaf that tells of it."""
    chosen = Q(pk__in=())
    for kind in {kind for kind, _ in subjects}:
        chosen |= Q(subject_kind=kind, subject_id__in=[one for other, one in subjects if other == kind])
    rows = list(Handle.objects.select_for_update().filter(chosen))
    handles = [bytes(row.handle) for row in rows]
    Salt.objects.filter(entry__in=Entry.objects.filter(subject__in=handles).values("pk")).delete()
    Handle.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return handles


def _day_of(row_id: object) -> str:
    """The day on which a row was made, told by its UUIDv7; empty for another kind of key."""
    if not isinstance(row_id, UUID) or row_id.version != 7:
        return ""
    made = datetime.fromtimestamp((row_id.int >> 80) / 1000, UTC)
    return timezone.localtime(made).date().isoformat()
