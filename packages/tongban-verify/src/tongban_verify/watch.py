"""Look at a log again and again: each checkpoint must continue the one seen before."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tongban_verify.checkpoints import Checkpoint, Opened, Policy, open_checkpoint
from tongban_verify.cosigning import Request, ask, check_cosignature
from tongban_verify.errors import Unverified
from tongban_verify.merkle import consistency_proof
from tongban_verify.mirror import agree
from tongban_verify.notes import VerifierKey
from tongban_verify.policy import Witness
from tongban_verify.sources import Source
from tongban_verify.tiles import TileReader, tile_path

ATTEMPTS = 3  # another caller may advance the witness between two of ours
WITHHELD_SECONDS = 300.0


class Watch:
    """Remembers the newest checkpoint seen, in ``memory`` when one is given, so that a later run goes on from it.

    With ``witnesses`` it also shows each of them what the log shows us: a witness that saw another tree says so.
    ``silent`` names the witnesses that could not be compared with at the last look, and why.
    """

    def __init__(
        self, source: Source, policy: Policy, memory: Path | None = None, witnesses: Sequence[Witness] = ()
    ) -> None:
        self.source = source
        self.policy = policy
        self.memory = memory
        self.witnesses = [witness for witness in witnesses if witness.url]
        self.silent: dict[str, str] = {}
        self.seen: Opened | None = None
        self._known: dict[VerifierKey, int] = {}
        self._ahead: dict[VerifierKey, float] = {}
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
        self.silent = {}
        for witness in self.witnesses:
            if trouble := self._compare(witness, note, head):
                self.silent[witness.name] = trouble
        return opened

    def _compare(self, witness: Witness, note: bytes, head: Checkpoint) -> str:
        """Show the witness our checkpoint; why that was not possible. Unverified when it saw another tree."""
        reader = TileReader(self._tile, head.size)
        old = min(self._known.get(witness.key, 0), head.size)
        for _ in range(ATTEMPTS):
            proof = consistency_proof(reader, old, head.size) if 0 < old < head.size else []
            answer = ask(witness.url, Request(old, tuple(proof), note))
            if answer.status == 200:
                check_cosignature(note, answer.lines, witness.key)
                self._known[witness.key] = head.size
                self._ahead.pop(witness.key, None)
                return ""
            if answer.status == 422 or (answer.status == 409 and answer.size == old == head.size):
                raise Unverified(
                    "witness_disagrees",
                    f"见证方“{witness.name}”见过的树与日志给我们看的（{head.size} 条）不是同一棵：日志对不同的人说了不同的话。",
                    f"The witness {witness.name} saw another tree than the {head.size} leaves the log shows us: "
                    "the log tells different readers different things.",
                )  # fmt: skip
            if answer.status != 409 or answer.size is None:
                return answer.trouble
            if answer.size > head.size:
                return self._is_ahead(witness, answer.size, head.size)
            old = answer.size
        return "busy"

    def _is_ahead(self, witness: Witness, theirs: int, ours: int) -> str:
        """A witness cosigns a moment before the log publishes; for longer, something is kept from us."""
        since = self._ahead.setdefault(witness.key, time.monotonic())
        if time.monotonic() - since > WITHHELD_SECONDS:
            raise Unverified(
                "withheld", f"见证方“{witness.name}”已见到第 {theirs} 条，日志却只给我们看到第 {ours} 条。",
                f"The witness {witness.name} has seen {theirs} leaves, but the log shows us {ours} only.",
            )  # fmt: skip
        return f"{theirs} > {ours}"

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
