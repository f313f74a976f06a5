"""docs/ledger.md is true."""

from __future__ import annotations

from pathlib import Path

from tongban.foundation.ledger.rules import LEAF_TYPES

PAGE = (Path(__file__).parents[5] / "docs" / "ledger.md").read_text("utf-8")


def test_the_list_of_leaf_types_is_the_codes() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `") and line.split("`")[1] in LEAF_TYPES]
    due = [
        f"| `{found.name}` | {found.title.zh} | {', '.join(found.open)} | {', '.join(found.sealed)} |"
        for found in LEAF_TYPES.values()
    ]
    assert rows == due
