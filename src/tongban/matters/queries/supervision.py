"""Electronic supervision: what is late or due today, department by department."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from tongban.foundation.parties.queries import require, units_by_id
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.matters.models import Case, Review
from tongban.matters.queries.cases import cases_visible_to
from tongban.matters.queries.history import unit_title
from tongban.matters.rules.cases import OPEN, READY, RECEIVED

# As declared in hooks.py, which stands on the same layer and cannot be imported here.
_SUPERVISE, _VIEW = "matters.supervise", "matters.view_cases"


@dataclass(frozen=True, slots=True)
class Standing:
    """What waits for one department: all of it, due today, overdue."""

    unit: T
    waiting: int
    today: int
    late: int


def standings(by: Actor) -> list[Standing]:
    """Every department of the region with something waiting, the latest first. A clock that stands makes nobody late.

    Counted from the partial indexes of the desks: what was ever closed costs nothing.
    """
    require(by, _SUPERVISE)
    found: dict[Any, list[int]] = {}
    for rows, path, due in desks_counted(by.region):
        for unit, *counts in count_by_unit(rows, path, due):
            kept = found.setdefault(unit, [0, 0, 0])
            found[unit] = [one + more for one, more in zip(kept, counts, strict=True)]
    units = units_by_id(found)
    standing = [Standing(unit_title(units[unit]), *counts) for unit, counts in found.items()]
    return sorted(standing, key=lambda row: (-row.late, -row.today, -row.waiting, row.unit.zh))


def desks_counted(region: str) -> list[tuple[QuerySet[Any], str, str]]:
    """What waits: with reviewers, with deciders, with those who accept; each with its department and last day."""
    here = {"region_code__startswith": region}
    return [
        (Review.objects.filter(state=OPEN, **here).exclude(case_id__in=_standing_still()), "unit_id", "due_on"),
        (Case.objects.filter(state=READY, clock_stopped_at=None, **here), "decision_unit_id", "due_on"),
        (Case.objects.filter(state=RECEIVED, **here), "acceptance_unit_id", "accept_by"),
    ]


def _standing_still() -> QuerySet[Case, Any]:
    """The few cases whose clock stands, of those under way."""
    return Case.objects.filter(number__isnull=False, closed_at=None, clock_stopped_at__isnull=False).values("pk")


def count_by_unit(rows: QuerySet[Any], path: str, due: str) -> QuerySet[Any, Any]:
    """A department's figures from the index of its desk alone, so that no row is opened: count no other column, join no name."""
    today = timezone.localdate()
    grouped: QuerySet[Any, Any] = rows.values_list(path).annotate(
        waiting=Count("*"),
        today=Count(due, filter=Q(**{due: today})),
        late=Count(due, filter=Q(**{f"{due}__lt": today})),
    )  # fmt: skip
    return grouped.order_by()


def late_cases(by: Actor) -> QuerySet[Case]:
    """Open cases within the actor's sight that are late, or with a department that is, or due today."""
    require(by, _SUPERVISE)
    if _VIEW not in by.capabilities:  # an administrator sees how many, not whose
        return Case.objects.none()
    today, seen = timezone.localdate(), cases_visible_to(by).filter(closed_at=None)
    late_reviews = Review.objects.filter(state=OPEN, due_on__lte=today).order_by()
    unaccepted = Q(state=RECEIVED, accept_by__lte=today)
    few = _few_of(
        late_reviews.values_list("case_id"),
        Case.objects.filter(number__isnull=False, closed_at=None, due_on__lte=today).order_by().values_list("pk"),
        Case.objects.filter(unaccepted).order_by().values_list("pk"),
    )
    late = Q(due_on__lte=today) | Q(pk__in=late_reviews.values("case_id"))
    found = seen.filter(unaccepted | Q(clock_stopped_at=None, accepted_at__isnull=False) & late)
    return found if few is None else found.filter(pk__in=few)


_FEW = 1_000


def _few_of(first: QuerySet[Any, Any], *more: QuerySet[Any, Any]) -> set[UUID] | None:
    """The ids of several questions when they are few; None for many, which an index in the order of the list finds sooner.

    Where few of many cases are late, that index would be walked to its end to fill one page.
    """
    found = first[: _FEW + 1].union(*(one[: _FEW + 1] for one in more), all=True)
    ids = {case_id for (case_id,) in found}
    return ids if len(ids) <= _FEW else None
