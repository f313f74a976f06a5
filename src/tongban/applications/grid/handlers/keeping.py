"""How long grids keep what they note."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from tongban.applications.grid.models import Event, HomeVisit, Task
from tongban.foundation.ledger.hooks import Retention, retentions
from tongban.lib.words import T

A_YEAR = timedelta(days=366)


def _visits(now: datetime) -> QuerySet[Any]:
    """Visits of more than a year ago on which nothing waits any more; what was said on them goes with them."""
    waiting = HomeVisit.objects.filter(edits__state__in=("clash", "refused"))
    return HomeVisit.objects.filter(received_at__lt=now - A_YEAR).exclude(pk__in=waiting.values("pk"))


@retentions.answer
def kept_for_a_time() -> list[Retention]:
    """Visits and tasks a year, events two."""
    year, two = T("一年", "1 year"), T("办结后两年", "2 years after they were closed")
    return [
        Retention("grid.visits", T("网格走访", "Visits of grids"), year, HomeVisit, _visits),
        Retention("grid.tasks", T("网格任务", "Tasks of grids"), year, Task,
                  lambda now: Task.objects.filter(ended_at__lt=now - A_YEAR)),
        Retention("grid.events", T("网格事件", "Events of grids"), two, Event,
                  lambda now: Event.objects.filter(closed_at__lt=now - 2 * A_YEAR)),
    ]  # fmt: skip
