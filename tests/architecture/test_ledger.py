"""What carries legal weight is written to the public log, and what is not yet says why."""

from __future__ import annotations

import ast
from pathlib import Path

from tongban.foundation.ledger.rules import LEAF_TYPES

SOURCE = Path(__file__).parents[2] / "src" / "tongban"

# Leaf types nobody writes yet, each with the reason; whoever adds the action takes its line away.
UNWRITTEN = {
    "disclosure.opened": "the two-person disclosure comes with the halls' tracing",
    "rule.changed": "no rules are kept in tables yet; those of a service are versions of its definition",
    "data.erased": "scheduled erasure still deletes without a leaf: see docs/issue-3-plan.md",
}

# Leaves of the log about itself, written by the ledger when it opens and closes shards and meets a late row.
OF_THE_LOG = {"shard.opened", "shard.closed", "leaf.late"}


def written() -> dict[str, set[str]]:
    """Leaf types by the modules that record them."""
    found: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("record", "build_leaf") and node.args[0].value in LEAF_TYPES:
                found.setdefault(str(node.args[0].value), set()).add(str(path.relative_to(SOURCE)))
    return found


def test_every_leaf_type_is_written_or_says_why_not() -> None:
    assert set(LEAF_TYPES) - set(written()) - OF_THE_LOG == set(UNWRITTEN), written()


def test_actions_of_legal_weight_write_their_leaves() -> None:
    found = written()
    assert found["case.filed"] == {"matters/actions/submission.py"}
    assert found["case.reviewed"] == {"matters/actions/reviews.py"}
    assert found["case.decided"] == {"matters/actions/decisions.py"}
    assert found["definition.published"] == {"matters/actions/definitions.py"}
    assert found["certificate.issued"] == found["certificate.revoked"] == {"foundation/credentials/actions.py"}
    assert found["membership.granted"] == found["membership.withdrawn"] == {"foundation/parties/actions/memberships.py"}
    assert found["mandate.granted"] == found["mandate.withdrawn"] == {"foundation/parties/actions/mandates.py"}
