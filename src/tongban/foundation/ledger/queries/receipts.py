"""Receipts: the proof a holder keeps."""

from __future__ import annotations

from dataclasses import dataclass

from tongban.foundation.ledger.models import Entry, Position
from tongban.foundation.ledger.queries.tree import reader_of
from tongban.foundation.ledger.queries.witnesses import best_checkpoint, note_of
from tongban_verify.checkpoints import Receipt
from tongban_verify.merkle import inclusion_proof


@dataclass(frozen=True, slots=True)
class Found:
    """An entry, and its receipt once a signed head holds it."""

    entry: Entry
    receipt: Receipt | None


def receipt_of(leaf: bytes) -> Found | None:
    """The receipt of the leaf with this hash, under the newest head that has its quorum, else under the newest.

    None for a leaf that is not in the log.
    """
    entry = Entry.objects.filter(hash=leaf).first()
    if entry is None:
        return None
    position = Position.objects.filter(entry=entry).select_related("shard").first()
    head = best_checkpoint(position.shard, position.index) if position else None
    if position is None or head is None:
        return Found(entry, None)
    proof = inclusion_proof(reader_of(position.shard, head.size), position.index, head.size)
    return Found(entry, Receipt(position.index, tuple(proof), note_of(head), bytes(entry.body)))
