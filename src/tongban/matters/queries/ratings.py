"""Reads of ratings: what waits for an answer, and what is said of a service; every score stands beside who really rated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.matters.models import Rating
from tongban.matters.queries.statistics import Group
from tongban.matters.rules.ratings import GOOD_FROM, LEVELS, RATED_STATES

_NOBODYS = UUID(int=0)
# As declared in hooks.py, which stands on the same layer and cannot be imported here.
_SETTLE = "matters.settle_rating"


@dataclass(frozen=True, slots=True)
class Score:
    """What applicants say of cases: ``rated`` of ``closed`` rated at all; ``excluded`` were found mistaken or malicious."""

    closed: int
    rated: int
    excluded: int
    good: int
    average: float | None
    by_level: dict[int, int]

    @property
    def rated_share(self) -> float | None:
        """主动评价率: the share that really rated, 0 to 1."""
        return self.rated / self.closed if self.closed else None

    @property
    def good_share(self) -> float | None:
        """好评率: the upper three levels among those that count, 0 to 1."""
        counted = self.rated - self.excluded
        return self.good / counted if counted else None


def score(groups: Sequence[Group]) -> Score:
    """The score of a service for the cases begun in a period; withdrawn ones are not asked."""
    asked = [one for one in groups if one.state in RATED_STATES]
    rated = [one for one in asked if one.level is not None]
    levels: Counter[int] = Counter()
    for one in rated:
        if one.level is not None and not one.is_excluded:
            levels[one.level] += one.n
    count = levels.total()
    return Score(
        sum(one.n for one in asked), sum(one.n for one in rated), sum(one.n for one in rated if one.is_excluded),
        sum(n for level, n in levels.items() if level >= GOOD_FROM),
        sum(level * n for level, n in levels.items()) / count if count else None,
        {level: levels[level] for level in LEVELS},
    )  # fmt: skip


def ratings_to_follow(by: Actor) -> QuerySet[Rating]:
    """Bad ratings that wait for something at the actor's unit, or appeals for whoever settles them; most urgent first."""
    found = Rating.objects.filter(region_code__startswith=by.region).select_related("case__definition", "unit")
    found = found.defer("case__answers", "text", "answer", "appeal", "appeal_answer", "callback")
    mine = Q(unit_id=by.unit_id or _NOBODYS, follow__in=("open", "answered", "appealed"))
    if _SETTLE in by.capabilities:
        mine |= Q(follow="appealed")
    return found.filter(mine).order_by("follow_due_on", "rated_at")


def rating_visible_to(by: Actor, rating_id: UUID) -> Rating:
    """One rating for the unit it concerns, or for whoever settles appeals; not found for others."""
    found = Rating.objects.select_related("case__definition", "unit").filter(pk=rating_id).first()
    may = found is not None and found.region_code.startswith(by.region)
    if found is None or not may or (found.unit_id != by.unit_id and _SETTLE not in by.capabilities):
        raise not_found(T("这条评价", "This rating"))
    return found
