"""Tell when erasure is late: rows a day past their date are counted, noted, and raise an alarm until they are gone.

An erasure that fails, or that never ran because no worker did, would otherwise be noticed by nobody: what is kept too
long is missed by no one.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from tongban.foundation.ledger.actions.conditions import note_condition
from tongban.foundation.ledger.actions.erasing import every_retention
from tongban.foundation.ledger.hooks import overdue
from tongban.foundation.ledger.queries.overdue import ERASURE, OVERDUE, overdue_purposes
from tongban.lib.jobs import periodic
from tongban.lib.jurisdictions import require_current
from tongban.lib.words import T

LATE = timedelta(days=1)  # every night erases what became due the day before, however long it takes
MOST = 100_000  # counted of one purpose: beyond, the number is no news
log = structlog.get_logger(__name__)


@periodic("20 20 * * *")  # 04:20 in China, when the night's erasure has begun two hours ago
def watch_erasure() -> None:
    """Every night: whether everything that had its time is gone."""
    note_overdue()


def note_overdue() -> dict[str, int]:
    """Count, for each purpose, the rows that were past their date a day ago and are still there; only those that are late.

    What is late stands in /readyz, /metrics and on the operators' page until it is gone. A purpose that has just become
    late is told to the administrators.
    """
    moment, before = timezone.now() - LATE, overdue_purposes()
    found = every_retention()
    known = {one.purpose: one.title for one in found}
    late = {one.purpose: count for one in found if (count := one.due(moment).order_by()[:MOST].count())}
    for purpose in {*late, *before}:
        _note(f"{ERASURE} {purpose}", late.get(purpose, 0), known.get(purpose, T(purpose, purpose)))
    _note(ERASURE, sum(late.values()), _listed([(known[one], count) for one, count in late.items()]))
    fresh = [purpose for purpose in late if purpose not in before]
    if fresh:
        log.error("ledger.erasure_overdue", jurisdiction=require_current(), purposes=fresh)
        with transaction.atomic():
            overdue.call(
                what=_listed([(known[one], late[one]) for one in fresh]), count=sum(late[one] for one in fresh)
            )
    return late


def _note(part: str, count: int, what: T) -> None:
    note_condition(part, code=OVERDUE if count else "", why=what if count else None, count=count)


def _listed(late: list[tuple[T, int]]) -> T:
    """Each purpose and how many rows, in one line."""
    return T(
        "；".join(f"{title.zh} {_number(count)}" for title, count in late),
        "; ".join(f"{title.en} {_number(count)}" for title, count in late),
    )


def _number(count: int) -> str:
    return f"{count:,}+" if count == MOST else f"{count:,}"
