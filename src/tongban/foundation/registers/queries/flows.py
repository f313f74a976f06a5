"""Who came and who left an area, month by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from tongban.foundation.registers.models import Residence
from tongban.foundation.registers.queries.scopes import scope_of, within
from tongban.lib.actors import Actor

VIEW = "registers.view_residents"


@dataclass(frozen=True, slots=True)
class Flow:
    """How many came to live in an area in a month, and how many left; ``month`` is its first day."""

    month: date
    came: int
    left: int


def first_months(count: int) -> list[date]:
    """The first days of this month and the ones before it, the oldest first."""
    months = [timezone.localdate().replace(day=1)]
    while len(months) < count:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months[::-1]


def flows_of(by: Actor, *, area: str = "", months: int = 12) -> list[Flow]:
    """Who came and left in the last months: two statements over the residences of the area."""
    scope = scope_of(by, VIEW, area)
    firsts = first_months(months)
    came, left = (_by_month(scope, field, firsts[0]) for field in ("since", "until"))
    return [Flow(month, came.get(month, 0), left.get(month, 0)) for month in firsts]


def _by_month(scope: str, field: str, start: date) -> dict[date, int]:
    found = Residence.objects.filter(**{f"{field}__gte": start}, **within(scope))
    rows = found.annotate(month=TruncMonth(field)).values_list("month").order_by()
    return dict(rows.annotate(count=Count("pk")))


def moved_in_month(by: Actor, month: date, *, left: bool, area: str = "") -> QuerySet[Residence]:
    """Whoever came to live in an area in a month, or left it; those who left are history and still listed."""
    scope = scope_of(by, VIEW, area)
    first = month.replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    field = "until" if left else "since"
    found = Residence.objects.filter(**{f"{field}__gte": first, f"{field}__lt": after}, **within(scope))
    return found.select_related("dwelling").order_by("name_pinyin", "name", "pk")
