"""Figures of services with very many cases, counted once an hour; those of all others are counted when they are asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from datetime import datetime
from typing import TypeVar

from django.core.cache import cache
from django.utils import timezone

from tongban.lib.jurisdictions import current
from tongban.matters.models import Case, Definition
from tongban.matters.queries.statistics import Period

COUNTED_AT_ONCE = 20_000  # more cases than this take seconds rather than a blink
_KEPT_SECONDS = 3600
Found = TypeVar("Found")


def counted(
    name: str, definitions: Collection[Definition], period: Period, count: Callable[[], Found]
) -> tuple[Found, datetime | None]:
    """What ``count`` counts of services' cases begun in a period; with it the hour it is of, when it was kept.

    Nothing is kept of few cases: their figures are those of this moment.
    """
    if not _is_large(definitions, period):
        return count(), None
    of = f"{current()}|{period.region}|{period.since}|{period.until}|{sorted(str(one.pk) for one in definitions)}"
    key = f"matters-{name}|{hashlib.sha256(of.encode()).hexdigest()}"
    kept: tuple[Found, datetime] | None = cache.get(key)
    if kept is None:
        kept = count(), timezone.now()
        cache.set(key, kept, _KEPT_SECONDS)
    return kept


def _is_large(definitions: Collection[Definition], period: Period) -> bool:
    """Whether there are very many, as the index of services' cases alone tells."""
    first, end = period.bounds
    begun = Case.objects.filter(definition__in=definitions, started_at__gte=first, started_at__lt=end).order_by()
    return begun.values("definition_id")[: COUNTED_AT_ONCE + 1].count() > COUNTED_AT_ONCE
