"""What a leaf is, what it may say, and how a shard is named."""

from tongban.foundation.ledger.rules.leaves import (
    Chain,
    Leaf,
    address_of,
    build_leaf,
    canonical,
    check_size,
    commit,
    leaf_text,
)
from tongban.foundation.ledger.rules.shards import (
    CLOCK_SLACK,
    check_moment,
    earliest_date,
    next_name,
    origin_of,
    year_of,
)
from tongban.foundation.ledger.rules.types import LEAF_TYPES, LeafType

__all__ = [
    "CLOCK_SLACK",
    "LEAF_TYPES",
    "Chain",
    "Leaf",
    "LeafType",
    "address_of",
    "build_leaf",
    "canonical",
    "check_moment",
    "check_size",
    "commit",
    "earliest_date",
    "leaf_text",
    "next_name",
    "origin_of",
    "year_of",
]
