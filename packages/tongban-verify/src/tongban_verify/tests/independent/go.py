"""The same log, checked by Go's golang.org/x/mod/sumdb (Debian: golang-go, golang-golang-x-mod-dev)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

SOURCES = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb")
MISSING = "Go's sumdb is not installed (apt install golang-go golang-golang-x-mod-dev): not checked independently"


def checker(into: Path) -> Path:
    """The Go program, built; the test is skipped, and says so, where Go or its package is not installed."""
    if shutil.which("go") is None or not SOURCES.is_dir():
        pytest.skip(MISSING)
    program = into / "check"
    environment = os.environ | {
        "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(into / "cache"), "GOFLAGS": "",
        "GOTOOLCHAIN": "local",
    }  # fmt: skip
    source = Path(__file__).with_name("main.go")
    done = subprocess.run(
        ["go", "build", "-o", str(program), str(source)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return program


def check(program: Path, directory: Path, key: str, receipts: Sequence[Path] = ()) -> subprocess.CompletedProcess[str]:
    """What the Go program says of a log's directory."""
    return subprocess.run(
        [str(program), str(directory), key, *map(str, receipts)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
