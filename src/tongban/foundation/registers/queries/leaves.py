"""What the leaves of registers say, from the rows they are about."""

from __future__ import annotations

from typing import Any

from tongban.foundation.registers.models import ResidentList


def taken_leaf(found: ResidentList) -> dict[str, Any]:
    """A list of residents was taken over: how many rows, of which area, from which file, confirmed by whom."""
    return {
        "count": found.taken_count, "area": found.area_code, "title": found.title, "digest": found.digest,
        "taken_by": found.taken_by,
    }  # fmt: skip


def undone_leaf(found: ResidentList) -> dict[str, Any]:
    """It was undone: how many rows, why, by whom."""
    return {"count": found.undone_count, "reason": found.undo_reason, "undone_by": found.undone_by}
