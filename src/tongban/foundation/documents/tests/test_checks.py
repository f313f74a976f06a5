"""What an operator can get wrong about files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tongban.foundation.documents.checks import files_can_be_kept


def codes() -> list[str | None]:
    return [found.id for found in files_can_be_kept()]


def test_a_directory_yet_to_be_made_is_fine(disk_of_its_own: Path) -> None:
    assert not disk_of_its_own.exists()
    assert codes() == []


def test_a_file_where_the_directory_should_be(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.DOCUMENTS_DIR = tmp_path / "file" / "documents"
    assert codes() == ["documents.E001"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("unix:/run/clamd.sock", []), ("127.0.0.1:3310", []), ("[::1]:3310", []), ("clamd", ["documents.E002"]),
        ("unix:run/clamd", ["documents.E002"]), ("http://clamd", ["documents.E002"]),
    ],
)  # fmt: skip
def test_addresses_of_the_scanner(address: str, expected: list[str], limits: Callable[..., None]) -> None:
    limits(clamd=address)
    assert codes() == expected
