"""The numbers of cases: a service's prefix, the day, and the place of the case on that day, without gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from tongban.lib.ids import uuid7
from tongban.lib.repeated import ask
from tongban.matters.models import Case
from tongban.matters.queries import content_of
from tongban.matters.rules.cases import DRAFT, WITHDRAWN


def give_numbers(cases: Iterable[Case]) -> None:
    """Number what was handed in and has no number yet, in the order given.

    Until the transaction ends, others who need a number of the same service wait: call it as late as possible.
    """
    waiting = defaultdict(list)
    for case in cases:
        if case.number is None and case.state not in (DRAFT, WITHDRAWN):
            assert case.submitted_at is not None
            waiting[content_of(case).definition.number_prefix, timezone.localdate(case.submitted_at)].append(case)
    for (prefix, day), several in sorted(waiting.items()):  # in one order for all, so that none waits in a circle
        first = _moved_on(prefix, day, by=len(several)) - len(several) + 1
        for place, case in enumerate(several, start=first):
            case.number = f"{prefix}{day:%Y%m%d}{place:04d}"


def _moved_on(prefix: str, day: date, *, by: int) -> int:
    """The last number of the day after ``by`` more, in one statement, so that two submissions never share one."""
    ((last,),) = ask(_MOVE_ON, [uuid7(), prefix, day, by])
    return int(last)


_MOVE_ON = """
INSERT INTO matters_casecounter AS c (id, prefix, day, last) VALUES (%s, %s, %s, %s)
ON CONFLICT (prefix, day) DO UPDATE SET last = c.last + excluded.last RETURNING last
"""
