"""What happened, by type and day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils import timezone

from tongban.foundation.ledger.models import DayCount


def recent_days(count: int) -> list[date]:
    """The last days in Shanghai, today first."""
    today = timezone.localdate()
    return [today - timedelta(days=back) for back in range(count)]


def counts_of(days: Sequence[date]) -> dict[tuple[date, str], int]:
    """How many leaves of each type are dated on these days."""
    rows = DayCount.objects.filter(day__in=days).values_list("day", "type", "count")
    return {(day, leaf_type): count for day, leaf_type, count in rows}
