"""Compare leaves with the rows they tell of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tongban.foundation.ledger.rules.leaves import canonical, commit, leaf_text


@dataclass(frozen=True, slots=True)
class Due:
    """A leaf that a row asks for: the fields the row can tell, and when it was recorded, if the row knows.

    ``is_last``: the row was overwritten since, as rows about a present state are; it asks for the newest leaf of the
    type only, and the earlier ones are history.
    """

    type: str
    values: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A leaf that is in the log, with the salts that are still there."""

    hash: bytes
    said: Mapping[str, Any]
    salts: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that no business of the house can have caused; ``kind`` is one of rules/faults.py."""

    kind: str
    about: str
    detail: str = ""


def compare(about: str, due: Sequence[Due], held: Sequence[Held]) -> Iterator[Fault]:
    """What of one affair's rows and leaves does not fit; ``held`` in the order of their chain."""
    rest = list(held)
    for one in due:
        found = _partner(one, rest)
        if found is None:
            yield Fault("row_unrecorded", about, one.type)
            continue
        rest.remove(found)
        if one.is_last:
            rest = [leaf for leaf in rest if leaf.said["type"] != one.type]
        wrong = sorted(_differing(one, found))
        if wrong:
            yield Fault("row_changed", about, f"{one.type}: {', '.join(wrong)}")
    for leaf in rest:
        yield Fault("row_missing", about, f"{leaf.said['type']} {leaf.hash.hex()}")


def _partner(due: Due, held: Sequence[Held]) -> Held | None:
    at = leaf_text(due.at) if due.at else None
    fitting = [leaf for leaf in held if leaf.said["type"] == due.type and at in (None, leaf.said["at"])]
    if not fitting:
        return None
    if due.is_last:
        return fitting[-1]
    # Two acts of one second: the one whose fields fit, so that neither is blamed for the other.
    return next((leaf for leaf in fitting if not any(_differing(due, leaf))), fitting[0])


def _differing(due: Due, leaf: Held) -> Iterator[str]:
    """Fields whose value in the row is not the one the leaf holds; a field whose salt is gone cannot tell."""
    for name, value in due.values.items():
        if name in leaf.said["open"]:
            if canonical(leaf.said["open"][name]) != canonical(value):
                yield name
        elif name in leaf.salts and commit(due.type, name, leaf.salts[name], value) != leaf.said["commit"].get(name):
            yield name


def in_order(about: str, held: Sequence[Held], last: bytes) -> tuple[list[Held], list[Fault]]:
    """The leaves of one affair as they follow one another, the oldest first, and what is wrong with their chain.

    Each names the one before, ``last`` is the newest. What the chain does not reach comes first.
    """
    known = {leaf.hash: leaf for leaf in held}
    chain: list[Held] = []
    at = last
    while at and at in known:
        leaf = known.pop(at)
        chain.insert(0, leaf)
        at = bytes.fromhex(str(leaf.said.get("prev", "")))
    faults = [Fault("leaf_missing", about, at.hex())] if at else []
    faults += [Fault("leaf_missing", about, f"unchained {digest.hex()}") for digest in known]
    return [*known.values(), *chain], faults
