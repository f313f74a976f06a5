"""How clocks look: green, yellow, red, stopped, in words and tones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.utils import timezone

from tongban.lib.words import T
from tongban.lib.working_days import legal_date
from tongban.matters.models import Case, Review
from tongban.matters.rules.cases import RECEIVED, RETURNED, signal

SIGNALS: dict[str, tuple[str, T]] = {
    "green": ("progress", T("时限内", "In time")),
    "yellow": ("action", T("即将到期", "Due soon")),
    "red": ("bad", T("已超期", "Overdue")),
    "stopped": ("plain", T("暂停计时", "Clock stopped")),
    "": ("plain", T("—", "—")),
}
_DUE_TODAY = T("今天到期", "Due today")


def own_clock(due: date | None, warn_on: date | None = None, stopped_at: datetime | None = None) -> tuple[str, T]:
    """Tone and words of a clock by its last day, the day it turns yellow, and the moment it stands still since."""
    return _shown(due, warn_on, legal_date(stopped_at) if stopped_at else None, legal_date(datetime.now(UTC)))


@lru_cache(maxsize=1024)  # the rows of a list share a few days
def _shown(due: date | None, warn_on: date | None, stopped_on: date | None, today: date) -> tuple[str, T]:
    found = signal(due, today, warn_on=warn_on, stopped_on=stopped_on)
    tone, label = SIGNALS[found]
    return tone, _DUE_TODAY if found == "yellow" and due == today else label


def clock_of(case: Case) -> tuple[str, T]:
    """Tone and words of the clock that runs for a case; none once it is closed."""
    if case.closed_at is not None:
        return SIGNALS[""]
    if case.state == RECEIVED:
        return own_clock(case.accept_by)
    if case.state == RETURNED and case.accepted_at is None:
        return SIGNALS[""]
    return own_clock(case.due_on, case.warn_on, case.clock_stopped_at)


def clock_of_review(review: Review) -> tuple[str, T]:
    """Tone and words of a department's own clock, which stands still with its case's."""
    return own_clock(review.due_on, review.warn_on, review.case.clock_stopped_at)


def shown_clocks(clocks: list[Any]) -> list[dict[str, Any]]:
    """The clocks of a case with tone and words, as ``parts/why.html`` shows them."""
    today = timezone.localdate()
    found = []
    for clock in clocks:
        tone, label = SIGNALS[clock.signal]
        is_today = clock.signal == "yellow" and clock.due == today
        found.append({"clock": clock, "tone": tone, "label": _DUE_TODAY if is_today else label})
    return found
