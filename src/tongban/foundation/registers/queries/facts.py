"""What a residence says, as plain text: what a page shows, a phone keeps and a correction is compared with."""

from __future__ import annotations

from tongban.foundation.registers.models import Residence

_PRESENCE = {True: "yes", False: "no", None: ""}


def residence_facts(row: Residence) -> dict[str, str]:
    """The facts of a residence that a grid worker may correct, "" for what is not known."""
    return {
        "kind": row.kind, "relation": row.relation, "since": row.since.isoformat() if row.since else "",
        "is_present": _PRESENCE[row.is_present], "until": row.until.isoformat() if row.until else "",
    }  # fmt: skip
