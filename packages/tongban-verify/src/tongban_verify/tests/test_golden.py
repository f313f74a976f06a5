"""Vectors made and checked with an independent implementation (Go's x/mod/sumdb v0.7.0); see golden/README.md."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from tongban_verify import merkle, tiles
from tongban_verify.checkpoints import Checkpoint, Policy, Receipt, open_checkpoint
from tongban_verify.mirror import Mirror
from tongban_verify.notes import COSIGNATURE, SigningKey, VerifierKey, sign
from tongban_verify.sources import Directory
from tongban_verify.tiles import TileReader

GOLDEN = Path(__file__).parent / "golden"
KEY = VerifierKey.parse((GOLDEN / "vkey").read_text())
WITNESS = VerifierKey.parse((GOLDEN / "wvkey").read_text())
POLICY = Policy((KEY,), (WITNESS,), quorum=1)
PROOFS = json.loads((GOLDEN / "proofs.json").read_text())
SIZE = 600
LOG = SigningKey(KEY.name, sha256(b"test log key").digest())


def entry(index: int) -> bytes:
    return f'{{"n":{index},"type":"card.filed"}}'.encode()


LEAVES = [merkle.leaf_hash(entry(index)) for index in range(SIZE)]


def read(level: int, index: int) -> bytes:
    return merkle.perfect_root(LEAVES[index << level : (index + 1) << level])


def hashes(row: list[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in row]


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 600])
def test_checkpoints_open_and_hold_our_roots(size: int) -> None:
    opened = open_checkpoint((GOLDEN / "cp" / str(size)).read_bytes(), POLICY)
    assert opened.checkpoint == Checkpoint(KEY.name, size, merkle.tree_root(read, size))
    assert [signed.at for signed in opened.witnesses] == [1_790_000_000]


@pytest.mark.parametrize("vector", PROOFS["incl"], ids=lambda v: f"{v['i']}-{v['n']}")
def test_inclusion_proofs(vector: dict[str, object]) -> None:
    index, size, proof = int(str(vector["i"])), int(str(vector["n"])), hashes(vector["p"])  # type: ignore[arg-type]
    assert merkle.inclusion_proof(read, index, size) == proof
    merkle.check_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(str(vector["root"])))


@pytest.mark.parametrize("vector", PROOFS["cons"], ids=lambda v: f"{v['m']}-{v['n']}")
def test_consistency_proofs(vector: dict[str, object]) -> None:
    old, size, proof = int(str(vector["m"])), int(str(vector["n"])), hashes(vector["p"])  # type: ignore[arg-type]
    assert merkle.consistency_proof(read, old, size) == proof
    merkle.check_consistency(old, size, proof, merkle.tree_root(read, old), merkle.tree_root(read, size))


def test_tiles_are_byte_for_byte_the_same() -> None:
    def get(level: int, number: int, width: int) -> bytes:
        return (GOLDEN / tiles.tile_path(level, number, width)).read_bytes()

    reader = TileReader(get, SIZE)
    assert merkle.tree_root(reader, SIZE) == merkle.tree_root(read, SIZE)
    for level, number, width in tiles.tiles_of(SIZE):
        ours = b"".join(read(8 * level, number * 256 + place) for place in range(width))
        assert get(level, number, width) == ours
        if level == 0:
            bundle = (GOLDEN / tiles.tile_path("entries", number, width)).read_bytes()
            assert bundle == tiles.join_entries(entry(number * 256 + place) for place in range(width))


def test_keys_and_signatures_are_byte_for_byte_the_same() -> None:
    assert str(LOG.verifier) == (GOLDEN / "vkey").read_text().strip()
    witness = SigningKey(WITNESS.name, sha256(b"test witness key").digest(), COSIGNATURE)
    assert str(witness.verifier) == (GOLDEN / "wvkey").read_text().strip()
    text = Checkpoint(KEY.name, SIZE, merkle.tree_root(read, SIZE)).text()
    assert sign(text, LOG) + witness.line(text, at=1_790_000_000) == (GOLDEN / "cp" / "600").read_text()


def test_the_receipt_holds_and_is_written_the_same() -> None:
    content = (GOLDEN / "entry345.tlog-proof").read_bytes()
    receipt = Receipt.parse(content)
    assert receipt.check(POLICY, entry(345)).checkpoint.size == SIZE
    assert receipt.dump() == content


def test_the_whole_log_is_mirrored(tmp_path: Path) -> None:
    for path in (GOLDEN / "tile").rglob("*"):
        if path.is_file():
            target = tmp_path / path.relative_to(GOLDEN)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    (tmp_path / "checkpoint").write_bytes((GOLDEN / "cp" / "600").read_bytes())
    found = Mirror(Directory(tmp_path), POLICY).run()
    assert found.opened.checkpoint.size == SIZE
    assert sum(found.days.values()) == SIZE
