"""Download a whole log, recompute everything in it, and keep it as a mirror."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tongban_verify.checkpoints import Checkpoint, Opened, Policy, open_checkpoint, roots_agree
from tongban_verify.errors import Unverified
from tongban_verify.leaves import Reading
from tongban_verify.merkle import check_consistency, consistency_proof, leaf_hash, perfect_root, tree_root
from tongban_verify.notes import VerifierKey, open_note, text_of
from tongban_verify.sources import Directory, Source
from tongban_verify.tiles import WIDTH, TileReader, split_entries, split_tile, tile_path, tile_width, tiles_of

INCOMING = ".incoming"  # what is not checked yet: emptied into its place only at the end
Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What a whole log was found to be."""

    opened: Opened
    days: Counter[tuple[str, str]]
    findings: list[tuple[int, str, str]]
    keys: list[tuple[int, VerifierKey]]


class Mirror:
    """One pass over a log; with ``into`` its files are kept there and used again the next time."""

    def __init__(self, source: Source, policy: Policy, into: Path | None = None) -> None:
        self.source = source
        self.policy = policy
        self.into = into

    def run(self, report: Report = lambda _done, _size: None) -> Mirrored:
        """Check everything; Unverified at the first thing that does not hold. Nothing unchecked is kept."""
        note = self.source.get("checkpoint")
        head = Checkpoint.parse(text_of(note))  # its signature is checked below: the leaves say which key is due
        known = [key for key in self.policy.keys if key.name == head.origin]
        if not known:
            names = ", ".join(sorted({key.name for key in self.policy.keys})) or "-"
            raise Unverified(
                "other_log", f"这是“{head.origin}”，不是“{names}”。", f"This is {head.origin}, not {names}."
            )
        # With several keys of the log given the first one is believed from the beginning.
        reading = Reading([(-1, known[0])])
        tiles = _Tiles(self, head.size)
        for index, entry in tiles.entries(report):
            reading.read(index, entry)
        tiles.check_upper_levels()
        if tree_root(tiles.reader, head.size) != head.root:
            raise Unverified("root_differs", "由全部条目算出的根与检查点不符：有条目被改动、删除或换了位置。",
                             "The root over all entries is not the checkpoint's: an entry was changed, dropped or moved.")  # fmt: skip
        opened = self._open(note, reading, head.size)
        self._agree_with_last_time(tiles.reader, head)
        self._keep(tiles, note)
        return Mirrored(opened, reading.days, reading.findings, reading.keys)

    def _open(self, note: bytes, reading: Reading, size: int) -> Opened:
        due = reading.key_at(size)
        policy = replace(self.policy, keys=(due,))
        try:
            return open_checkpoint(note, policy)
        except Unverified as refused:
            older = [key for _, key in reading.keys if key != due]
            if refused.code != "key_unknown" or not older:
                raise
            open_note(note, older)  # says that nobody we know signed, when that is so
            raise Unverified("key_retired", "检查点由已停用的旧密钥签名。",
                             "The checkpoint is signed by a key that was retired.") from None  # fmt: skip

    def _agree_with_last_time(self, reader: TileReader, head: Checkpoint) -> None:
        if self.into is None or not (self.into / "checkpoint").exists():
            return
        kept = Checkpoint.parse(text_of((self.into / "checkpoint").read_bytes()))
        agree(kept, head, reader)

    def _keep(self, tiles: _Tiles, note: bytes) -> None:
        if self.into is None:
            return
        for path in tiles.fresh:
            target = self.into / path
            target.parent.mkdir(parents=True, exist_ok=True)
            (self.into / INCOMING / path).replace(target)
        fresh = self.into / INCOMING / "checkpoint"
        fresh.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(note)
        fresh.replace(self.into / "checkpoint")


def agree(kept: Checkpoint, head: Checkpoint, reader: TileReader) -> None:
    """Unverified unless ``head`` continues the checkpoint seen before; ``reader`` reads the tree of ``head``."""
    if kept.origin != head.origin:
        raise Unverified("other_log", f"先前看到的是“{kept.origin}”。", f"What was seen before is {kept.origin}.")
    if head.size < kept.size:
        raise Unverified(
            "rolled_back", f"日志从 {kept.size} 条退回到 {head.size} 条：有记录被收回。",
            f"The log went back from {kept.size} leaves to {head.size}: something was taken back.",
        )  # fmt: skip
    roots_agree(kept, head)
    if kept.size:
        proof = consistency_proof(reader, kept.size, head.size)
        check_consistency(kept.size, head.size, proof, kept.root, head.root)


class _Tiles:
    """The files of a tree of one size: kept ones from the mirror, others from the source."""

    def __init__(self, mirror: Mirror, size: int) -> None:
        self.size = size
        self.fresh: list[str] = []
        self._mirror = mirror
        self._rows: dict[tuple[int, int], bytes] = {}
        self.reader = TileReader(self._recomputed, size)

    def entries(self, report: Report) -> Iterator[tuple[int, bytes]]:
        """Every entry with its index, each bundle compared with the tile of its hashes."""
        for number in range(-(-self.size // WIDTH)):
            width = tile_width(0, number, self.size)
            bundle = split_entries(self._get(tile_path("entries", number, width)), width)
            row = b"".join(leaf_hash(entry) for entry in bundle)
            self._compare(0, number, width, row)
            for place, entry in enumerate(bundle):
                yield number * WIDTH + place, entry
            report(number * WIDTH + width, self.size)

    def check_upper_levels(self) -> None:
        """Recompute each tile above the lowest level from those beneath it."""
        for level, number, width in tiles_of(self.size):
            if level:
                first = number * WIDTH
                below = (self._rows[level - 1, index] for index in range(first, first + width))
                self._compare(level, number, width, b"".join(perfect_root(split_tile(row, WIDTH)) for row in below))

    def _compare(self, level: int, number: int, width: int, row: bytes) -> None:
        path = tile_path(level, number, width)
        served = b"".join(split_tile(self._get(path), width))
        if served != row:
            place = next(i for i in range(width) if served[32 * i : 32 * i + 32] != row[32 * i : 32 * i + 32])
            raise Unverified(
                "tile_differs", f"{path} 第 {place} 项与其下的内容不符：有内容被改动。",
                f"Hash {place} of {path} is not that of what lies beneath it: something was changed.",
            )  # fmt: skip
        self._rows[level, number] = row

    def _recomputed(self, level: int, number: int, _width: int) -> bytes:
        return self._rows[level, number]

    def _get(self, path: str) -> bytes:
        into = self._mirror.into
        if into is not None and (into / path).exists():
            return Directory(into).get(path)
        content = self._mirror.source.get(path)
        if into is not None:
            fresh = into / INCOMING / path
            fresh.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(content)
            self.fresh.append(path)
        return content
