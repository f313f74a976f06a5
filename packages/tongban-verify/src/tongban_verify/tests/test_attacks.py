"""What a dishonest log, or a damaged copy, looks like to a verifier."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tongban_verify import Unverified, merkle, tiles
from tongban_verify.checkpoints import Checkpoint, Policy, Receipt, open_checkpoint, roots_agree
from tongban_verify.cli import main
from tongban_verify.mirror import Mirror
from tongban_verify.notes import COSIGNATURE, SigningKey, VerifierKey, sign
from tongban_verify.sources import Directory
from tongban_verify.watch import Watch

from .support import NEW, OLD, ORIGIN, POLICY, Log, handing_over, leaf, signer


@pytest.fixture
def log(tmp_path: Path) -> Log:
    made = Log(tmp_path / "log", 600)
    made.write()
    return made


def refusal(function: Callable[[], object]) -> str:
    with pytest.raises(Unverified) as caught:
        function()
    assert caught.value.zh.endswith("。")
    assert caught.value.en.endswith(".")
    return caught.value.code


def mirror(log: Log, into: Path | None = None, policy: Policy = POLICY) -> Mirror:
    return Mirror(Directory(log.root), policy, into)


def test_an_honest_log_holds(log: Log) -> None:
    found = mirror(log).run()
    assert found.days == {("2026-11-22", "case.filed"): 600}
    assert found.findings == []


def changed_byte(log: Log) -> None:
    bundle = log.root / "tile/entries/001"
    content = bytearray(bundle.read_bytes())
    content[5000] ^= 1
    bundle.write_bytes(bytes(content))


def changed_byte_with_its_tile(log: Log) -> None:
    checkpoint = (log.root / "checkpoint").read_bytes()
    log.entries[300] = log.entries[300].replace(b"case.filed", b"case.fired")
    log.write()
    (log.root / "checkpoint").write_bytes(checkpoint)


def dropped_leaf(log: Log) -> None:
    checkpoint = (log.root / "checkpoint").read_bytes()
    del log.entries[300]
    log.entries.append(leaf(600))
    log.write()
    (log.root / "checkpoint").write_bytes(checkpoint)


def swapped_order(log: Log) -> None:
    checkpoint = (log.root / "checkpoint").read_bytes()
    log.entries[300], log.entries[301] = log.entries[301], log.entries[300]
    log.write()
    (log.root / "checkpoint").write_bytes(checkpoint)


def truncated_tile(log: Log) -> None:
    tile = log.root / "tile/0/001"
    tile.write_bytes(tile.read_bytes()[:-32])


def truncated_bundle(log: Log) -> None:
    bundle = log.root / "tile/entries/001"
    bundle.write_bytes(bundle.read_bytes()[:-1])


def changed_upper_tile(log: Log) -> None:
    tile = log.root / "tile/1/000.p/2"
    tile.write_bytes(tile.read_bytes()[:32] + bytes(32))


def missing_tile(log: Log) -> None:
    (log.root / "tile/0/001").unlink()


@pytest.mark.parametrize(
    ("meddle", "code"),
    [
        (changed_byte, "tile_differs"),
        (changed_byte_with_its_tile, "root_differs"),
        (dropped_leaf, "root_differs"),
        (swapped_order, "root_differs"),
        (truncated_tile, "tile_truncated"),
        (truncated_bundle, "bundle_truncated"),
        (changed_upper_tile, "tile_differs"),
        (missing_tile, "unreachable"),
    ],
)
def test_meddling_is_seen(log: Log, meddle: Callable[[Log], None], code: str) -> None:
    meddle(log)
    assert refusal(mirror(log).run) == code


def test_nothing_unchecked_is_kept_and_the_mirror_mends_itself(log: Log, tmp_path: Path) -> None:
    into = tmp_path / "mirror"
    truncated_tile(log)
    assert refusal(mirror(log, into).run) == "tile_truncated"
    assert not (into / "checkpoint").exists()
    assert not (into / "tile").exists()
    log.write()
    mirror(log, into).run()
    assert Mirror(Directory(into), POLICY).run().opened.checkpoint.size == 600


def test_a_mirror_grows_and_refuses_a_log_that_went_back(log: Log, tmp_path: Path) -> None:
    into = tmp_path / "mirror"
    mirror(log, into).run()
    log.entries += [leaf(number) for number in range(600, 700)]
    log.write()
    shutil.rmtree(log.root / "tile/0/001", ignore_errors=True)
    (log.root / "tile/entries/000").unlink()  # full tiles are not asked for twice
    assert mirror(log, into).run().opened.checkpoint.size == 700
    del log.entries[650:]
    log.write()
    assert refusal(mirror(log, into).run) == "rolled_back"


def test_a_rewritten_history_is_refused_by_a_mirror_and_by_a_watch(log: Log, tmp_path: Path) -> None:
    into, memory = tmp_path / "mirror", tmp_path / "seen"
    mirror(log, into).run()
    Watch(Directory(log.root), POLICY, memory).look()
    log.entries[10] = leaf(10, n=11)
    log.entries += [leaf(600)]
    log.write()
    shutil.rmtree(into / "tile")  # even a mirror that lost its tiles remembers the root
    assert refusal(mirror(log, into).run) == "inconsistent"
    assert refusal(Watch(Directory(log.root), POLICY, memory).look) == "inconsistent"


def test_a_watch_refuses_a_log_that_went_back(log: Log, tmp_path: Path) -> None:
    watching = Watch(Directory(log.root), POLICY)
    watching.look()
    del log.entries[500:]
    log.write()
    assert refusal(watching.look) == "rolled_back"


def test_two_trees_of_one_size_are_seen_when_readers_compare(log: Log) -> None:
    other = Log(log.root, 600)
    other.entries[0] = leaf(0, n=7)
    one, two = (open_checkpoint(each.note(), POLICY).checkpoint for each in (log, other))
    assert refusal(lambda: roots_agree(one, two)) == "two_trees"


def test_a_back_dated_leaf_is_named(log: Log) -> None:
    log.entries.append(leaf(-3600, n=600))
    log.write()
    [(index, _, en)] = mirror(log).run().findings
    assert index == 600
    assert "back-dated" in en


def test_a_key_is_followed_through_its_rotation(log: Log) -> None:
    log.entries += [handing_over(600), leaf(601)]
    log.key = NEW
    log.write()
    found = mirror(log).run()
    assert [key for _, key in found.keys] == [OLD.verifier, NEW.verifier]
    assert found.findings == []


def test_a_retired_key_no_longer_signs(log: Log) -> None:
    log.entries += [handing_over(600), leaf(601)]
    log.write()
    assert refusal(mirror(log).run) == "key_retired"


def test_a_rotation_without_the_word_of_the_old_key_changes_nothing(log: Log) -> None:
    thief = signer("thief")
    log.entries += [handing_over(600, old=thief, new=NEW), leaf(601)]
    log.write()
    assert [index for index, _, _ in mirror(log).run().findings] == [600]
    log.key = NEW
    log.write()
    assert refusal(mirror(log).run) == "key_unknown"


def test_receipts(log: Log) -> None:
    receipt = log.receipt(345)
    assert Receipt.parse(receipt.dump()) == receipt
    receipt.check(POLICY)
    other = Log(log.root, 400, signer("other", "log.test/510300/2026")).receipt(345)
    assert refusal(lambda: other.check(POLICY)) == "key_unknown"
    assert refusal(lambda: replace(receipt, index=344).check(POLICY)) == "not_included"
    assert refusal(lambda: replace(receipt, extra=leaf(1)).check(POLICY)) == "not_included"
    assert refusal(lambda: replace(receipt, hashes=receipt.hashes[:-1]).check(POLICY)) == "proof_shape"
    assert refusal(lambda: replace(receipt, extra=None).check(POLICY)) == "entry_missing"
    assert refusal(lambda: receipt.check(Policy((NEW.verifier,)))) == "key_unknown"


@pytest.mark.parametrize("cut", [0, 10, 40, 120, 400])
def test_a_receipt_cut_short_is_refused(log: Log, cut: int) -> None:
    content = log.receipt(345).dump()
    assert refusal(lambda: Receipt.parse(content[:cut]).check(POLICY)) in {"receipt_unreadable", "note_unreadable"}


def test_a_checkpoint_of_another_log_under_our_key_is_refused() -> None:
    head = Checkpoint("log.test/elsewhere", 1, bytes(32))
    assert refusal(lambda: open_checkpoint(sign(head.text(), OLD).encode(), POLICY)) == "other_log"


def test_a_changed_checkpoint_is_refused(log: Log) -> None:
    assert refusal(lambda: open_checkpoint(log.note().replace(b"\n600\n", b"\n601\n"), POLICY)) == "signature_wrong"


def test_witnesses_are_counted_by_name(log: Log) -> None:
    witness = SigningKey("w.test", bytes(range(32)), COSIGNATURE)
    asking = Policy(POLICY.keys, (witness.verifier,), quorum=1)
    assert refusal(lambda: open_checkpoint(log.note(), asking)) == "quorum"
    text = log.note().decode().rpartition("\n\n")[0] + "\n"
    cosigned = log.note() + witness.line(text, at=1_790_000_000).encode()
    assert [s.at for s in open_checkpoint(cosigned, asking).witnesses] == [1_790_000_000]
    moved = cosigned.replace(
        witness.line(text, at=1_790_000_000).encode(), witness.line(text, at=5).encode()[:-9] + b"AAAAAAA=\n"
    )
    assert refusal(lambda: open_checkpoint(moved, asking)) == "signature_wrong"


@pytest.mark.parametrize("text", ["", "a", "a+b+c", "name+00000000+AT8D", str(OLD.verifier)[:-4], f"x{OLD.verifier}"])
def test_a_misspelt_key_is_refused(text: str) -> None:
    assert refusal(lambda: VerifierKey.parse(text)) == "key_unreadable"


@pytest.mark.parametrize(
    "text", ["", "1", "0001", "x000/001", "001/002", "x1/002", "abc", "x001/x002/x003/x004/x005/006"]
)
def test_a_tile_number_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        tiles.parse_number(text)


@pytest.mark.parametrize("number", [0, 7, 999, 1000, 1234067])
def test_a_tile_number_comes_back(number: int) -> None:
    assert tiles.parse_number(tiles.number_path(number)) == number


def test_every_proof_of_small_trees_holds_and_no_other() -> None:
    log = Log(Path(), 40)
    read = log.reader()
    for size in range(1, 41):
        root = merkle.tree_root(read, size)
        for at in range(size):
            proof = merkle.inclusion_proof(read, at, size)
            merkle.check_inclusion(read(0, at), at, size, proof, root)
            with pytest.raises(Unverified):
                merkle.check_inclusion(read(0, at), at, size, [*proof, bytes(32)], root)
        for old in range(1, size + 1):
            proof = merkle.consistency_proof(read, old, size)
            merkle.check_consistency(old, size, proof, merkle.tree_root(read, old), root)
            with pytest.raises(Unverified):
                merkle.check_consistency(old, size, proof, bytes(32), root)


def test_the_command_says_what_holds_and_what_does_not(
    log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, where = ["--key", str(OLD.verifier)], str(log.root)
    receipt = tmp_path / "mine.tlog-proof"
    receipt.write_bytes(log.receipt(345).dump())
    assert main(["checkpoint", where, *key]) == 0
    assert main(["checkpoint", f"{where}/checkpoint", *key]) == 0
    assert main(["receipt", str(receipt), "--mirror", where, *key]) == 0
    assert main(["mirror", where, *key]) == 0
    assert main(["watch", where, "--times", "1", "--every", "0", *key]) == 0
    assert f"{ORIGIN}\t600" in capsys.readouterr().out
    log.entries[3] = leaf(3, n=9)
    log.write()
    assert main(["receipt", str(receipt), "--mirror", where, *key]) == 1
    assert main(["receipt", str(tmp_path / "none"), *key]) == 1
    assert main(["checkpoint", "ftp://x", *key]) == 1
    assert main(["mirror", where, "--key", "nonsense"]) == 1
    assert "NOT VERIFIED" in capsys.readouterr().err
