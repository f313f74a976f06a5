"""Whether erasure is late, for probes, the operators' page and the monitoring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from tongban.foundation.ledger.models import Condition
from tongban.lib.words import T

ERASURE = "erasure"
"""The part of the house that erases; ``erasure PURPOSE`` is how it stands with one purpose that was late once."""
OVERDUE = "erasure_overdue"
UNWATCHED = timedelta(hours=50)  # it is looked at every night; two nights without are told of


@dataclass(frozen=True, slots=True)
class ErasureState:
    """When somebody last looked, since when rows are late, how many of which purpose, and the same in words."""

    looked_at: datetime | None
    since: datetime | None
    late: dict[str, int]
    what: T

    @property
    def is_unwatched(self) -> bool:
        """Whether the nightly look did not take place: then the nightly erasure hardly did."""
        return self.looked_at is not None and timezone.now() - self.looked_at > UNWATCHED

    @property
    def trouble(self) -> str:
        """What is wrong, in one line with the remedy; empty when nothing is."""
        if self.late:
            return f"{OVERDUE}: {self.what.en} (see failed jobs at /operations/jobs/, then docs/ledger.md)"
        if self.is_unwatched:
            return f"erasure was last looked at on {self.looked_at:%Y-%m-%d} (run: tongban worker)"
        return ""


def overdue_purposes() -> dict[str, int]:
    """How many rows of which purposes were late at the last look."""
    rows = Condition.objects.filter(part__startswith=f"{ERASURE} ", code=OVERDUE)
    return {row.part.removeprefix(f"{ERASURE} "): row.count for row in rows}


def erasure_state() -> ErasureState:
    """How erasure stands in the current jurisdiction."""
    found = Condition.objects.filter(part=ERASURE).first()
    if found is None:
        return ErasureState(None, None, {}, T("", ""))
    late = overdue_purposes()
    return ErasureState(found.at, found.since if late else None, late, T(found.zh, found.en))
