"""A log of a few hundred leaves in a directory, honest until a test meddles with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from tongban_verify import merkle, tiles
from tongban_verify.checkpoints import Checkpoint, Policy, Receipt
from tongban_verify.leaves import sign_rotation
from tongban_verify.notes import SigningKey, sign

ORIGIN = "log.test/510500/2026"
START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def signer(name: str, origin: str = ORIGIN) -> SigningKey:
    return SigningKey(origin, sha256(name.encode()).digest())


OLD, NEW = signer("old"), signer("new")
POLICY = Policy((OLD.verifier,))


def leaf(number: int, **said: object) -> bytes:
    at = (START + timedelta(seconds=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return json.dumps({"at": at, "n": number, "type": "case.filed", "v": 1} | said, sort_keys=True).encode()


def handing_over(number: int, old: SigningKey = OLD, new: SigningKey = NEW) -> bytes:
    said = {
        "kind": "ledger", "old": str(old.verifier), "new": str(new.verifier), "size": number,
        "signature": sign_rotation(old, new.verifier, number),
    }  # fmt: skip
    return leaf(number, type="keys.rotated", open=said)


class Log:
    def __init__(self, root: Path, count: int, key: SigningKey = OLD) -> None:
        self.root, self.key = root, key
        self.entries = [leaf(number) for number in range(count)]

    def reader(self) -> merkle.Read:
        leaves = [merkle.leaf_hash(entry) for entry in self.entries]
        return lambda level, index: merkle.perfect_root(leaves[index << level : (index + 1) << level])

    def note(self) -> bytes:
        size = len(self.entries)
        return sign(Checkpoint(self.key.name, size, merkle.tree_root(self.reader(), size)).text(), self.key).encode()

    def receipt(self, index: int) -> Receipt:
        proof = merkle.inclusion_proof(self.reader(), index, len(self.entries))
        return Receipt(index, tuple(proof), self.note(), self.entries[index])

    def write(self) -> None:
        read, size = self.reader(), len(self.entries)
        for level, number, width in tiles.tiles_of(size):
            first = number * 256
            self._put(tiles.tile_path(level, number, width), b"".join(read(8 * level, first + n) for n in range(width)))
            if level == 0:
                bundle = tiles.join_entries(self.entries[first : first + width])
                self._put(tiles.tile_path("entries", number, width), bundle)
        self._put("checkpoint", self.note())

    def _put(self, path: str, content: bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
