"""Shards, keys, tiles and checkpoints."""

from __future__ import annotations

from django.db import connection
from django.db.models import Max, Q

from tongban.foundation.ledger.models import Checkpoint, LogKey, Pending, Position, Shard
from tongban_verify.tiles import WIDTH, TileReader, join_entries


def current_shard() -> Shard | None:
    """The shard that is written to; None before the first leaf."""
    return Shard.objects.order_by("-opened_at", "-id").first()


def shard_named(name: str) -> Shard | None:
    """The shard of a name such as 2026."""
    return Shard.objects.filter(name=name).first()


def size_of(shard: Shard) -> int:
    """How many leaves a shard holds, signed for or not."""
    last: int | None = Position.objects.filter(shard=shard).aggregate(last=Max("index"))["last"]
    return 0 if last is None else last + 1


def newest_checkpoint(shard: Shard) -> Checkpoint | None:
    """The head signed last."""
    return Checkpoint.objects.filter(shard=shard).order_by("-size").first()


def newest_key(shard: Shard) -> LogKey:
    """The key a shard was given last, be its leaf in the tree already or not."""
    return LogKey.objects.filter(shard=shard).latest("ring_number")


def key_in_force(shard: Shard, size: int) -> LogKey:
    """The key that signs for ``size`` leaves: the last one whose leaf is among them."""
    begun = Q(entry=None) | Q(entry__position__shard=shard, entry__position__index__lt=size)
    return LogKey.objects.filter(begun, shard=shard).latest("ring_number")


def waiting() -> int:
    """How many entries have no place yet."""
    return Pending.objects.count()


def least_log_key_number() -> int | None:
    """The ring number of the oldest key a head may still have to be signed with; None before the first leaf."""
    shard = current_shard()
    return key_in_force(shard, size_of(shard)).ring_number if shard else None


def tile(shard: Shard, level: int, number: int, width: int) -> bytes:
    """The hashes of a tile; fewer than ``width`` when the shard does not hold as many."""
    # One row of joined bytes: most of the time of 256 rows would go into carrying them over.
    with connection.cursor() as cursor:
        cursor.execute(
            _LEAVES if level == 0 else _SUBTREES, [shard.id, number * WIDTH, number * WIDTH + width, level - 1]
        )
        row = cursor.fetchone()
    return bytes(row[0]) if row and row[0] is not None else b""


# The look-up of each entry is written as one: a planner whose statistics lag behind would read the whole log for a join.
_LEAVES = """
SELECT string_agg((SELECT e.hash FROM ledger_entry e WHERE e.id = p.entry_id), ''::bytea ORDER BY p.index)
FROM ledger_position p WHERE p.shard_id = %s AND p.index >= %s AND p.index < %s AND %s = -1
"""
_BODIES = """
SELECT (SELECT e.body FROM ledger_entry e WHERE e.id = p.entry_id)
FROM ledger_position p WHERE p.shard_id = %s AND p.index >= %s AND p.index < %s ORDER BY p.index
"""
_SUBTREES = """
SELECT string_agg(root, ''::bytea ORDER BY number) FROM ledger_subtree
WHERE shard_id = %s AND number >= %s AND number < %s AND level = %s
"""


def bundle(shard: Shard, number: int, width: int) -> bytes:
    """The entries beneath a tile of level 0, each after its length."""
    with connection.cursor() as cursor:
        cursor.execute(_BODIES, [shard.id, number * WIDTH, number * WIDTH + width])
        return join_entries(bytes(body) for (body,) in cursor.fetchall())


def reader_of(shard: Shard, size: int) -> TileReader:
    """The tree of a shard's first ``size`` leaves, to compute roots and proofs from."""
    return TileReader(lambda level, number, width: tile(shard, level, number, width), size)


def shards() -> list[Shard]:
    """Every shard, the newest first."""
    return list(Shard.objects.order_by("-opened_at", "-id"))


def keys_of(shard: Shard) -> list[LogKey]:
    """The keys of a shard in their order: the first one is what to hand to a verifier."""
    return list(LogKey.objects.filter(shard=shard).order_by("ring_number"))


def every_key() -> list[LogKey]:
    """The keys of all shards."""
    return list(LogKey.objects.select_related("shard").order_by("shard__opened_at", "ring_number"))
