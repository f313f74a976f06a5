"""A log of ten thousand entries, recorded as business records them: checked by our verifier and by Go's packages."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from tongban.foundation.ledger import queries
from tongban.foundation.ledger.models import Entry
from tongban.foundation.ledger.tests.support import Served, file_case
from tongban.foundation.ledger.tests.witnesses import Circle
from tongban.lib.ids import uuid7
from tongban_verify.cli import main
from tongban_verify.tests.independent.go import check, checker

COUNT = 10_000


@pytest.fixture
def kept(tmp_path: Path, settings: Any, db: None) -> tuple[Path, str, list[Path]]:
    """The log's files as a mirror keeps them, its key, and some receipts, the first of an earlier head."""
    circle = Circle(tmp_path, settings, "a", "quorum a")
    rounds = circle.rounds()
    affairs = [uuid7() for _ in range(2_000)]
    receipts = []
    for turn in range(4):
        for _ in range(COUNT // 4):
            file_case(random.choice(affairs))
        circle.turn(rounds)
        found = queries.receipt_of(bytes(Entry.objects.order_by("?")[:1].get().hash))
        assert found
        assert found.receipt
        path = tmp_path / f"{turn}.tlog-proof"
        path.write_bytes(found.receipt.dump())
        receipts.append(path)
    circle.close()
    shard = queries.current_shard()
    assert shard
    key = queries.keys_of(shard)[0].verifier
    assert Served().mirror(key, tmp_path / "mirror").opened.checkpoint.size == COUNT + 1
    return tmp_path / "mirror", key, receipts


@pytest.mark.slow
def test_ten_thousand_entries_are_checked_by_two_programs(
    kept: tuple[Path, str, list[Path]], capsys: pytest.CaptureFixture[str]
) -> None:
    mirror, key, receipts = kept
    assert main(["mirror", str(mirror), "--key", key]) == 0
    for receipt in receipts:
        assert main(["receipt", str(receipt), "--key", key, "--mirror", str(mirror)]) == 0
    assert f"{COUNT}  case.filed" in capsys.readouterr().out
    done = check(checker(mirror.parent), mirror, key, receipts)
    assert done.stdout.split()[1] == str(COUNT + 1), done.stderr
