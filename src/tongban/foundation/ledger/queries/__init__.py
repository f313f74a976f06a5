"""Reads of the ledger. All of it is public: none takes a viewer."""

from tongban.foundation.ledger.queries.counts import counts_of, recent_days
from tongban.foundation.ledger.queries.receipts import Found, receipt_of
from tongban.foundation.ledger.queries.tree import (
    bundle,
    current_shard,
    every_key,
    key_in_force,
    keys_of,
    least_log_key_number,
    newest_checkpoint,
    newest_key,
    reader_of,
    shard_named,
    shards,
    size_of,
    tile,
    waiting,
)

__all__ = [
    "Found",
    "bundle",
    "counts_of",
    "current_shard",
    "every_key",
    "key_in_force",
    "keys_of",
    "least_log_key_number",
    "newest_checkpoint",
    "newest_key",
    "reader_of",
    "receipt_of",
    "recent_days",
    "shard_named",
    "shards",
    "size_of",
    "tile",
    "waiting",
]
