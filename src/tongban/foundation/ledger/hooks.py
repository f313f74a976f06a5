"""Moments and rights the ledger offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tongban.foundation.ledger.rules.comparing import Due
from tongban.lib.capabilities import declare
from tongban.lib.hooks import Hook
from tongban.lib.words import T

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

__all__ = ["EXPLAIN", "Affairs", "Due", "Retention", "affairs", "alarm", "overdue", "retentions"]

EXPLAIN = declare(
    "ledger.explain_finding",
    T("查看和说明公开日志的异常", "See and explain findings of the public log"),
    roles=("operator", "administrator", "auditor"),
)


@dataclass(frozen=True, slots=True)
class Affairs:
    """How rows of one kind and their leaves are compared: which rows must have leaves, and which leaves those are.

    ``kind`` is that of ``record``'s subject. ``leaves`` takes ids, and leaves out those whose row is gone.
    """

    kind: str
    rows: Callable[[], QuerySet[Any]]
    leaves: Callable[[Sequence[UUID]], Mapping[UUID, list[Due]]]


@dataclass(frozen=True, slots=True)
class Retention:
    """Rows kept for one purpose, and when they go.

    ``due`` finds rows past their date at a moment. ``kind`` is the subject under which such rows have leaves, if they have any.
    ``remove`` deletes rows by their ids (Django's delete when None) and tells what else went: (kind, id) of affairs.
    """

    purpose: str
    title: T
    kept: T
    model: type[Model]
    due: Callable[[datetime], QuerySet[Any]]
    kind: str = ""
    remove: Callable[[list[UUID]], Sequence[tuple[str, UUID]]] | None = None
    is_hourly: bool = False


affairs = Hook(
    "ledger.affairs",
    "How an app's rows and their leaves are compared at night. No arguments; answers a list of Affairs.",
)
retentions = Hook(
    "ledger.retentions",
    "What an app keeps for a time only, and how its rows past their date are erased. No arguments; answers a list of "
    "Retention. Nothing of the house is deleted by schedule in another way.",
)
alarm = Hook(
    "ledger.alarm",
    "A recomputation found what no business can have caused. Arguments: count (of new findings). Answered by "
    "notifications, which tells the administrators.",
)
overdue = Hook(
    "ledger.overdue",
    "Rows of a purpose are a day past their date and still there. Arguments: what (the purposes with their counts, as a T), "
    "count (of rows). Answered by notifications, which tells the administrators.",
)
