"""Reads of the ledger. All of it is public: none takes a viewer."""

from tongban.foundation.ledger.queries.counts import counts_of, recent_days
from tongban.foundation.ledger.queries.findings import finding, findings, newest_check, open_findings
from tongban.foundation.ledger.queries.overdue import ErasureState, erasure_state
from tongban.foundation.ledger.queries.receipts import Found, receipt_of
from tongban.foundation.ledger.queries.state import SEQUENCER, LogState, log_state
from tongban.foundation.ledger.queries.trails import Step, trail_of
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
from tongban.foundation.ledger.queries.witnesses import (
    WitnessState,
    conditions,
    mirrors,
    note_of,
    published_policy,
    witness_states,
    witnessed_size,
)

__all__ = [
    "SEQUENCER",
    "ErasureState",
    "Found",
    "LogState",
    "Step",
    "WitnessState",
    "bundle",
    "conditions",
    "counts_of",
    "current_shard",
    "erasure_state",
    "every_key",
    "finding",
    "findings",
    "key_in_force",
    "keys_of",
    "least_log_key_number",
    "log_state",
    "mirrors",
    "newest_check",
    "newest_checkpoint",
    "newest_key",
    "note_of",
    "open_findings",
    "published_policy",
    "reader_of",
    "receipt_of",
    "recent_days",
    "shard_named",
    "shards",
    "size_of",
    "tile",
    "trail_of",
    "waiting",
    "witness_states",
    "witnessed_size",
]
