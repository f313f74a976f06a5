"""Give each entry its place. Any number of sequencers may run: the unique indexes let one win each batch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tongban.foundation.ledger.actions.recording import add_entry
from tongban.foundation.ledger.actions.signing import check_not_forked, sign_checkpoint, signing_key
from tongban.foundation.ledger.actions.turns import is_alone
from tongban.foundation.ledger.adapters import remembered
from tongban.foundation.ledger.models import DayCount, Entry, LogKey, Position, Shard, Subtree
from tongban.foundation.ledger.queries import current_shard, newest_checkpoint, size_of, tile
from tongban.foundation.ledger.rules import build_leaf, earliest_date, leaf_text, next_name, origin_of, year_of
from tongban.lib import keys
from tongban.lib.jurisdictions import require_current
from tongban.lib.witnesses import policy
from tongban_verify.checkpoints import Checkpoint as Head
from tongban_verify.merkle import HASH_SIZE, perfect_root
from tongban_verify.tiles import WIDTH, split_tile

BATCH = 5000
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
            taken = _take(shard, limit)
            if taken.late:
                _append(shard, [_own_leaf("leaf.late", values) for values in taken.late])
            return taken.count
    except IntegrityError:
        log.info("ledger.batch_lost", jurisdiction=require_current())  # another sequencer took these places
        return 0


@dataclass(frozen=True, slots=True)
class _Taken:
    """A batch that got its places; ``late`` are the values of a ``leaf.late`` for each that is dated too early."""

    count: int
    late: list[dict[str, str]]


# The whole batch in one statement, and one row as its answer: the hashes in their order, and the few that are late.
# Rows are named by ctid and entries looked up one by one (OFFSET 0), so that no plan ever reads a whole table: while a
# backlog is worked off, statistics lag behind. A row of Pending is never updated, so its ctid stays.
_TAKE = """
WITH taken AS (
  DELETE FROM ledger_pending
  WHERE ctid = ANY(ARRAY(SELECT ctid FROM ledger_pending ORDER BY entry_id LIMIT %s FOR UPDATE))
  RETURNING entry_id
), placed AS (
  INSERT INTO ledger_position (entry_id, shard_id, index)
  SELECT entry_id, %s, %s + row_number() OVER (ORDER BY entry_id) - 1 FROM taken RETURNING entry_id, index
), found AS MATERIALIZED (
  SELECT p.index, e.hash, e.at, e.type FROM placed p
  CROSS JOIN LATERAL (SELECT hash, at, type FROM ledger_entry WHERE id = p.entry_id OFFSET 0) AS e
)
SELECT string_agg(hash, ''::bytea ORDER BY index), array_agg(encode(hash, 'hex') ORDER BY index) FILTER (WHERE at < %s),
       array_agg(at ORDER BY index) FILTER (WHERE at < %s),
       (SELECT jsonb_agg(jsonb_build_array(day, type, count)) FROM (
         SELECT (at AT TIME ZONE 'Asia/Shanghai')::date::text AS day, type, count(*) FROM found GROUP BY 1, 2
       ) AS counted)
FROM found
"""


def _take(shard: Shard, limit: int) -> _Taken:
    """Give the oldest waiting entries the next places of a shard. None is lost or held back for being late."""
    last, begin = newest_checkpoint(shard), size_of(shard)
    earliest = earliest_date(last.signed_at if last else None)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [limit, shard.id, begin, earliest, earliest])
        hashes, late, dates, counted = cursor.fetchone()
    if hashes is None:
        return _Taken(0, [])
    _count([(date.fromisoformat(day), leaf_type, count) for day, leaf_type, count in json.loads(counted)])
    _grow_subtrees(shard, begin, bytes(hashes))
    for leaf, at in zip(late or (), dates or (), strict=True):
        log.error("ledger.back_dated", jurisdiction=require_current(), leaf=leaf, at=str(at))
    said = [{"leaf": leaf, "dated": leaf_text(at)} for leaf, at in zip(late or (), dates or (), strict=True)]
    return _Taken(len(hashes) // HASH_SIZE, said)


def _own_leaf(leaf_type: str, values: dict[str, Any]) -> Entry:
    """A leaf of the log about itself."""
    leaf = build_leaf(
        leaf_type, at=timezone.now(), values=values, actor={"kind": "job", "name": "sequencer"}, channel="job"
    )
    return add_entry(leaf)


def _append(shard: Shard, entries: Sequence[Entry]) -> None:
    """Put leaves of the log itself at the end of a shard."""
    begin = size_of(shard)
    Position.objects.bulk_create([Position(entry=each, shard=shard, index=begin + n) for n, each in enumerate(entries)])
    _grow_subtrees(shard, begin, b"".join(bytes(each.hash) for each in entries))
    _count((timezone.localtime(each.at).date(), each.type, 1) for each in entries)


def _grow_subtrees(shard: Shard, begin: int, fresh: bytes) -> None:
    """Note the root over each tile that the ``fresh`` hashes from ``begin`` on made full, level by level."""
    level = 0
    while True:
        first = begin - begin % WIDTH  # a tile that had begun is completed with what it held
        row = (tile(shard, level, first // WIDTH, begin % WIDTH) if begin % WIDTH else b"") + fresh
        full = len(row) // (WIDTH * HASH_SIZE)
        roots = [
            Subtree(shard=shard, level=level, number=first // WIDTH + n, root=perfect_root(split_tile(each, WIDTH)))
            for n in range(full)
            if (each := row[n * WIDTH * HASH_SIZE : (n + 1) * WIDTH * HASH_SIZE])
        ]
        if not roots:
            return
        Subtree.objects.bulk_create(roots)
        begin, fresh, level = first // WIDTH, b"".join(root.root for root in roots), level + 1


def _count(counted: Iterable[tuple[date, str, int]]) -> None:
    for day, leaf_type, count in sorted(counted):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_daycount AS known (id, day, type, count) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT (day, type) DO UPDATE SET count = known.count + excluded.count",
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
    _append(shard, [_own_leaf("shard.closed", {"size": size_of(shard) + 1})])
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
    _append(shard, [_own_leaf("shard.opened", {"origin": origin, "previous": before, "lost": lost})])
    return shard
