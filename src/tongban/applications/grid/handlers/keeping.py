"""How long grids keep what they note."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from tongban.applications.grid.models import Event, HomeVisit, Proposal, Task, Tenancy
from tongban.applications.grid.queries import proposal_leaf, tenancy_leaf
from tongban.foundation.ledger.hooks import Affairs, Due, Retention, affairs, retentions
from tongban.lib.words import T

A_YEAR = timedelta(days=366)
_SETTLED = ("accepted", "refused")


def _visits(now: datetime) -> QuerySet[Any]:
    """Visits of more than a year ago on which nothing waits any more; what was said on them goes with them."""
    waiting = HomeVisit.objects.filter(edits__state__in=("clash", "refused"))
    return HomeVisit.objects.filter(received_at__lt=now - A_YEAR).exclude(pk__in=waiting.values("pk"))


@affairs.answer
def rows_and_leaves() -> list[Affairs]:
    """Proposals a grid worker settled, and leases both sides confirmed."""

    def proposals(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
        rows = Proposal.objects.filter(pk__in=ids)
        return {
            row.pk: [Due("correction.settled", proposal_leaf(row))] if row.state in _SETTLED else [] for row in rows
        }

    def tenancies(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
        rows = Tenancy.objects.filter(pk__in=ids)
        return {
            row.pk: [Due("tenancy.confirmed", tenancy_leaf(row))] if row.state == "confirmed" else [] for row in rows
        }

    return [
        Affairs("grid.proposal", lambda: Proposal.objects.filter(state__in=_SETTLED), proposals),
        Affairs("grid.tenancy", lambda: Tenancy.objects.filter(state="confirmed"), tenancies),
    ]


@retentions.answer
def kept_for_a_time() -> list[Retention]:
    """Visits, tasks, proposals and tenancies a year, events two."""
    year, two = T("一年", "1 year"), T("办结后两年", "2 years after they were closed")
    return [
        Retention("grid.visits", T("网格走访", "Visits of grids"), year, HomeVisit, _visits),
        Retention("grid.tasks", T("网格任务", "Tasks of grids"), year, Task,
                  lambda now: Task.objects.filter(ended_at__lt=now - A_YEAR)),
        Retention("grid.events", T("网格事件", "Events of grids"), two, Event,
                  lambda now: Event.objects.filter(closed_at__lt=now - 2 * A_YEAR)),
        Retention("grid.proposals", T("居民的更正建议", "Proposals of residents"), T("办结后一年", "1 year after they were settled"), Proposal,
                  lambda now: Proposal.objects.filter(settled_at__lt=now - A_YEAR), kind="grid.proposal"),
        Retention("grid.tenancies", T("待对方确认的租约", "Leases to be confirmed by both sides"), year, Tenancy,
                  lambda now: Tenancy.objects.filter(asked_at__lt=now - A_YEAR), kind="grid.tenancy"),
    ]  # fmt: skip
