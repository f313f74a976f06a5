"""Electronic supervision: what is late or due today, department by department."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.matters.models import Case, Review
from tongban.matters.queries.cases import cases_visible_to
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
    """Every department of the region with something waiting, the latest first. A clock that stands makes nobody late."""
    require(by, _SUPERVISE)
    found: dict[Any, list[int]] = {}
    names: dict[Any, T] = {}
    for rows, path, due in (
        (Review.objects.filter(state=OPEN, region_code__startswith=by.region).exclude(case_id__in=_standing_still()), "unit", "due_on"),
        (Case.objects.filter(state=READY, region_code__startswith=by.region, clock_stopped_at=None), "decision_unit", "due_on"),
        (Case.objects.filter(state=RECEIVED, region_code__startswith=by.region), "acceptance_unit", "accept_by"),
    ):  # fmt: skip
        for unit, name, name_en, *counts in _counted(rows, path, due):
            names[unit] = T(name, name_en or name)
            kept = found.setdefault(unit, [0, 0, 0])
            found[unit] = [one + more for one, more in zip(kept, counts, strict=True)]
    rows_ = [Standing(names[unit], *counts) for unit, counts in found.items()]
    return sorted(rows_, key=lambda row: (-row.late, -row.today, -row.waiting, row.unit.zh))


def _standing_still() -> QuerySet[Case, Any]:
    """The few cases whose clock stands, of those under way."""
    return Case.objects.filter(number__isnull=False, closed_at=None, clock_stopped_at__isnull=False).values("pk")


def _counted(rows: QuerySet[Any], path: str, due: str) -> list[tuple[Any, ...]]:
    today = timezone.localdate()
    grouped = rows.values_list(path, f"{path}__name", f"{path}__name_en").annotate(
        waiting=Count("pk"),
        today=Count("pk", filter=Q(**{due: today})),
        late=Count("pk", filter=Q(**{f"{due}__lt": today})),
    )  # fmt: skip
    return list(grouped.order_by())


def late_cases(by: Actor) -> QuerySet[Case]:
    """Open cases within the actor's sight that are late, or with a department that is, or due today."""
    require(by, _SUPERVISE)
    if _VIEW not in by.capabilities:  # an administrator sees how many, not whose
        return Case.objects.none()
    today = timezone.localdate()
    late_reviews = Review.objects.filter(state=OPEN, due_on__lte=today).values("case_id")
    return cases_visible_to(by).filter(
        Q(state=RECEIVED, accept_by__lte=today)
        | Q(clock_stopped_at=None, accepted_at__isnull=False) & (Q(due_on__lte=today) | Q(pk__in=late_reviews)),
        closed_at=None,
    )  # fmt: skip
