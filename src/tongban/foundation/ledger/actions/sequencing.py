"""Give each entry its place. Any number of sequencers may run: the unique indexes let one win each batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tongban.foundation.ledger.actions.recording import add_entry
from tongban.foundation.ledger.actions.signing import check_not_forked, sign_checkpoint, signing_key
from tongban.foundation.ledger.actions.turns import is_alone
from tongban.foundation.ledger.adapters import remembered
from tongban.foundation.ledger.models import DayCount, Entry, LogKey, Pending, Position, Shard, Subtree
from tongban.foundation.ledger.queries import current_shard, newest_checkpoint, size_of, tile
from tongban.foundation.ledger.rules import build_leaf, is_back_dated, leaf_text, next_name, origin_of, year_of
from tongban.lib import keys
from tongban.lib.jurisdictions import require_current
from tongban.lib.witnesses import policy
from tongban_verify.checkpoints import Checkpoint as Head
from tongban_verify.merkle import perfect_root
from tongban_verify.tiles import WIDTH, split_tile

BATCH = 2_000
log = structlog.get_logger(__name__)


def sequence_all() -> int:
    """Give every waiting entry its place and sign the new head; the number sequenced.

    Where witnesses are asked first, the head is left to the sequencer's rounds (``Rounds``).
    """
    check_not_forked()
    total = 0
    while True:
        count = sequence()
        total += count
        if count < BATCH:
            break
    shard = current_shard()
    if shard and not policy().witnesses:
        sign_checkpoint(shard)
    return total


def sequence(limit: int = BATCH) -> int:
    """Give the oldest waiting entries their places, in one transaction; how many.

    Rows are chosen by having no place yet, never by an id past the last one: a lower id may commit later.
    """
    try:
        with transaction.atomic():
            if not is_alone("ledger"):  # a hint; order rests on the unique index
                return 0
            shard = _shard_of_the_year()
            waiting = Pending.objects.select_for_update().order_by("entry_id").values_list("entry_id", flat=True)
            ids = list(waiting[:limit])
            if ids:
                _append(shard, [*ids, *_late(shard, ids)])
                Pending.objects.filter(entry_id__in=ids).delete()
            return len(ids)
    except IntegrityError:
        log.info("ledger.batch_lost", jurisdiction=require_current())  # another sequencer took these places
        return 0


def _late(shard: Shard, ids: Sequence[UUID]) -> list[UUID]:
    """A leaf for each entry dated before the previous checkpoint: it is neither lost nor let pass silently."""
    last = newest_checkpoint(shard)
    entries = Entry.objects.filter(id__in=ids).only("at", "hash") if last else []
    late = [entry for entry in entries if is_back_dated(entry.at, last.signed_at if last else None)]
    for entry in late:
        log.error("ledger.back_dated", jurisdiction=require_current(), leaf=bytes(entry.hash).hex(), at=str(entry.at))
    return [_own_leaf("leaf.late", {"leaf": bytes(e.hash).hex(), "dated": leaf_text(e.at)}).id for e in late]


def _own_leaf(leaf_type: str, values: dict[str, Any]) -> Entry:
    """A leaf of the log about itself."""
    leaf = build_leaf(
        leaf_type, at=timezone.now(), values=values, actor={"kind": "job", "name": "sequencer"}, channel="job"
    )
    return add_entry(leaf)


def _append(shard: Shard, ids: Sequence[UUID]) -> None:
    """Put entries at the end of a shard."""
    begin = size_of(shard)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Position._meta.db_table} (entry_id, shard_id, index) "  # noqa: S608 - a table of ours
            "SELECT id, %s, %s + place - 1 FROM unnest(%s::uuid[]) WITH ORDINALITY AS given (id, place)",
            [shard.id, begin, list(ids)],
        )
    _grow_subtrees(shard, begin, begin + len(ids))
    _count(ids)


def _grow_subtrees(shard: Shard, begin: int, end: int) -> None:
    """Note the root over each tile that became full, level by level."""
    level = 0
    while end // WIDTH:
        roots = []
        for number in range(begin // WIDTH, end // WIDTH):
            hashes = split_tile(tile(shard, level, number, WIDTH), WIDTH)
            roots.append(Subtree(shard=shard, level=level, number=number, root=perfect_root(hashes)))
        Subtree.objects.bulk_create(roots)
        begin, end, level = begin // WIDTH, end // WIDTH, level + 1


def _count(ids: Sequence[UUID]) -> None:
    rows = Entry.objects.filter(id__in=ids).values_list("at", "type")
    counts = Counter((timezone.localtime(at).date(), leaf_type) for at, leaf_type in rows)
    for (day, leaf_type), count in sorted(counts.items()):
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {DayCount._meta.db_table} AS known (id, day, type, count) "  # noqa: S608 - a table of ours
                "VALUES (%s, %s, %s, %s) ON CONFLICT (day, type) DO UPDATE SET count = known.count + excluded.count",
                [DayCount().id, day, leaf_type, count],
            )


def _shard_of_the_year() -> Shard:
    """The shard to write to: opened when there is none, and again when a legal year has ended."""
    now = timezone.now()
    shard = current_shard()
    if shard is None:
        return open_shard(now, None)
    if year_of(shard.opened_at) == year_of(now):
        return shard
    _append(shard, [_own_leaf("shard.closed", {"size": size_of(shard) + 1}).id])
    last = sign_checkpoint(shard) or newest_checkpoint(shard)
    return open_shard(now, Head(shard.origin, last.size, bytes(last.root)) if last else None)


def open_shard(now: datetime, last: Head | None, lost: dict[str, int] | None = None) -> Shard:
    """Open a shard whose first leaf names the last head of the one before, and leaves ``lost`` there, if any."""
    taken = {*Shard.objects.values_list("name", flat=True), *remembered()}
    name = next_name(year_of(now), taken)
    origin = origin_of(settings.LEDGER_NAME, require_current(), name)
    shard = Shard.objects.create(name=name, origin=origin, opened_at=now)
    number = keys.ring().current("ledger").number
    LogKey.objects.create(shard=shard, ring_number=number, verifier=str(signing_key(shard, number).verifier))
    before = {"origin": last.origin, "size": last.size, "root": last.root.hex()} if last else None
    _append(shard, [_own_leaf("shard.opened", {"origin": origin, "previous": before, "lost": lost}).id])
    return shard
