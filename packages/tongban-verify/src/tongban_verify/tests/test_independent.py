"""Go's own packages agree about logs and receipts written by ours, and disagree about meddled ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from .independent.go import check, checker
from .support import OLD, ORIGIN, Log


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checker(tmp_path_factory.mktemp("go"))


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600])
def test_go_agrees(program: Path, tmp_path: Path, size: int) -> None:
    log = Log(tmp_path / "log", size)
    log.write()
    receipt = tmp_path / "mine.tlog-proof"
    short = Log(tmp_path / "log", max(1, size // 2))
    receipt.write_bytes(short.receipt(len(short.entries) - 1).dump())
    done = check(program, log.root, str(OLD.verifier), [receipt])
    assert done.stdout.split() == [ORIGIN, str(size)], done.stderr


def test_go_disagrees(program: Path, tmp_path: Path) -> None:
    log = Log(tmp_path / "log", 600)
    log.write()
    (log.root / "tile/entries/001").write_bytes(
        (log.root / "tile/entries/001").read_bytes().replace(b"filed", b"fired", 1)
    )
    assert check(program, log.root, str(OLD.verifier)).stderr.startswith("root:")
    log.write()
    log.entries[3] += b" "
    other = tmp_path / "other.tlog-proof"
    other.write_bytes(log.receipt(3).dump())
    assert check(program, log.root, str(OLD.verifier), [other]).stderr.startswith("consistency:")
