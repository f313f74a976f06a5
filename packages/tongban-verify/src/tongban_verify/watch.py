"""Look at a log again and again: each checkpoint must continue the one seen before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from tongban_verify.checkpoints import Opened, Policy, open_checkpoint
from tongban_verify.errors import Unverified
from tongban_verify.mirror import agree
from tongban_verify.sources import Source
from tongban_verify.tiles import TileReader, tile_path


class Watch:
    """Remembers the newest checkpoint seen, in ``memory`` when one is given, so that a later run goes on from it."""

    def __init__(self, source: Source, policy: Policy, memory: Path | None = None) -> None:
        self.source = source
        self.policy = policy
        self.memory = memory
        self.seen: Opened | None = None
        if memory is not None and memory.exists():
            self.seen = open_checkpoint(memory.read_bytes(), policy)

    def look(self) -> Opened:
        """Fetch the checkpoint and check that it continues the last one; Unverified when it does not."""
        note = self.source.get("checkpoint")
        opened = open_checkpoint(note, self.policy)
        head = opened.checkpoint
        if self.seen is not None:
            agree(self.seen.checkpoint, head, TileReader(self._tile, head.size))
        self.seen = opened
        if self.memory is not None:
            fresh = self.memory.with_name(f".{self.memory.name}")
            fresh.write_bytes(note)
            fresh.replace(self.memory)
        return opened

    def _tile(self, level: int, number: int, width: int) -> bytes:
        return self.source.get(tile_path(level, number, width))

    def looks(self, every: float) -> Iterator[Opened | Unverified]:
        """What each look finds, for ever; a log that cannot be reached is told and tried again."""
        while True:
            try:
                yield self.look()
            except Unverified as refused:
                if refused.code != "unreachable":
                    raise
                yield refused
            time.sleep(every)
