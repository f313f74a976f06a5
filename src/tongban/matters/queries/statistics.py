"""How a service runs: who takes it up, where they give up, how long each step takes, what was asked although known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from tongban.lib.words import T
from tongban.matters.models import Case, Definition, Review
from tongban.matters.queries.definitions import content_of
from tongban.matters.queries.history import unit_title
from tongban.matters.rules.cases import CORRECTION, OPEN_STATES, STATES


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True, slots=True)
class Period:
    """Which cases count: those begun between two days (both included) in a region."""

    since: date
    until: date
    region: str = ""

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """From midnight of the first day to midnight after the last, in China."""
        return _midnight(self.since), _midnight(self.until + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class TakeUp:
    """How many began, and what became of them."""

    started: int
    submitted: int
    corrected: int  # sent back at least once
    late: int
    decided: int
    by_state: list[tuple[str, T, int]]

    @property
    def submitted_share(self) -> float | None:
        """The share of those begun that were handed in, 0 to 1."""
        return self.submitted / self.started if self.started else None


@dataclass(frozen=True, slots=True)
class ScreenLoss:
    """How many came as far as a screen, and how many of them stopped there."""

    code: str
    title: T
    reached: int
    stopped: int


@dataclass(frozen=True, slots=True)
class Duration:
    """A step's time in days: the median, and what nine of ten stay under; None without a case."""

    title: T
    count: int
    median: float | None
    ninth: float | None
    late: int = 0
    corrections: int = 0


def cases_begun(definition: Definition, period: Period) -> QuerySet[Case]:
    """The applications for a service begun in a period."""
    first, end = period.bounds
    return Case.objects.filter(
        definition=definition, region_code__startswith=period.region, started_at__gte=first, started_at__lt=end
    )


def take_up(definition: Definition, period: Period) -> TakeUp:
    """What became of the applications begun in a period."""
    cases = cases_begun(definition, period)
    states = dict(cases.values_list("state").annotate(n=Count("pk")))
    counts = cases.aggregate(
        submitted=Count("pk", filter=Q(number__isnull=False)),
        corrected=Count("pk", filter=Q(was_returned=True)),
        decided=Count("decision"),
        late=Count("decision", filter=Q(decision__is_late=True)),
    )
    return TakeUp(
        sum(states.values()), counts["submitted"], counts["corrected"], counts["late"], counts["decided"],
        [(code, title, states[code]) for code, title in STATES.items() if code in states],
    )  # fmt: skip


def screen_losses(definition: Definition, period: Period) -> list[ScreenLoss]:
    """Screen by screen: how many came that far, and where those stopped who never handed in."""
    content = content_of(definition)
    codes = [screen.code for screen in content.form.screens]
    rows = (
        cases_begun(definition, period).annotate(is_left=Q(submitted_at__isnull=True)).values_list("reached", "is_left")
    )
    counted: Counter[tuple[str, bool]] = Counter()
    for reached, unsubmitted, n in rows.annotate(n=Count("pk")):
        counted[(reached, unsubmitted)] += n
    handed_in = sum(n for (_, unsubmitted), n in counted.items() if not unsubmitted)
    stopped = {code: counted[(code, True)] for code in codes}
    stopped[codes[0]] += counted[("", True)]  # begun and never saved
    losses = []
    for place, screen in enumerate(content.form.screens):
        came = handed_in + sum(stopped[code] for code in codes[place:])
        losses.append(ScreenLoss(screen.code, screen.title, came, stopped[screen.code]))
    return losses


def known_questions(definition: Definition, period: Period, most: int = 10) -> list[tuple[T, int]]:
    """Questions people had to answer although a register knew: each with how often, the most frequent first."""
    content = content_of(definition)
    counted: Counter[str] = Counter()
    for asked in (
        cases_begun(definition, period).exclude(asked_known=[]).values_list("asked_known", flat=True).iterator()
    ):
        counted.update(asked)
    return [
        (content.elements[name].label if name in content.elements else T(name, name), n)
        for name, n in counted.most_common(most)
    ]


_STEPS = """
SELECT count(d), percentile_cont(0.5) WITHIN GROUP (ORDER BY d), percentile_cont(0.9) WITHIN GROUP (ORDER BY d)
FROM (SELECT extract(epoch FROM {until} - {since}) / 86400.0 AS d FROM matters_case
      WHERE definition_id = %s AND region_code LIKE %s AND started_at >= %s AND started_at < %s
        AND {until} IS NOT NULL AND {since} IS NOT NULL) AS steps
"""
_REVIEWS = """
SELECT r.unit_id, min(r.id::text), count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY d), percentile_cont(0.9) WITHIN GROUP (ORDER BY d),
       count(*) FILTER (WHERE late), count(*) FILTER (WHERE r.state = %s)
FROM (SELECT r.id, r.unit_id, r.state, extract(epoch FROM r.closed_at - r.opened_at) / 86400.0 AS d,
             (r.closed_at AT TIME ZONE 'Asia/Shanghai')::date > r.due_on AS late
      FROM matters_review r JOIN matters_case c ON c.id = r.case_id
      WHERE c.definition_id = %s AND c.region_code LIKE %s AND c.started_at >= %s AND c.started_at < %s
        AND r.closed_at IS NOT NULL AND r.state <> 'not_needed') AS r
GROUP BY r.unit_id
"""


def step_durations(definition: Definition, period: Period) -> list[Duration]:
    """How long filling in, acceptance and everything from acceptance to the end took, in calendar days."""
    steps = ((T("填写", "Filling in"), "started_at", "submitted_at"), (T("受理", "Acceptance"), "submitted_at", "accepted_at"),
             (T("审查和决定", "Review and decision"), "accepted_at", "closed_at"))  # fmt: skip
    found = []
    with connection.cursor() as cursor:
        for title, since, until in steps:
            cursor.execute(_STEPS.format(since=since, until=until), _arguments(definition, period))
            count, median, ninth = cursor.fetchone()
            found.append(Duration(title, count, median, ninth))
    return found


def review_durations(definition: Definition, period: Period) -> list[Duration]:
    """How long each department took, how often late, how often it asked for corrections; the slowest first."""
    with connection.cursor() as cursor:
        cursor.execute(_REVIEWS, [CORRECTION, *_arguments(definition, period)])
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    one_each = Review.objects.filter(pk__in=[row[0] for row in rows.values()]).select_related("unit")
    units = {review.unit_id: review.unit for review in one_each}
    found = [Duration(unit_title(units[key]), *row[1:]) for key, row in rows.items()]
    return sorted(found, key=lambda one: -(one.median or 0))


def _arguments(definition: Definition, period: Period) -> list[Any]:
    first, end = period.bounds
    return [definition.pk, period.region.replace("%", "") + "%", first, end]


def running_now(definition_ids: list[UUID], region: str) -> dict[UUID, int]:
    """How many cases of each service are under way."""
    found = Case.objects.filter(
        definition_id__in=definition_ids, state__in=OPEN_STATES, number__isnull=False, closed_at=None,
        region_code__startswith=region,
    )  # fmt: skip
    return dict(found.values_list("definition_id").annotate(n=Count("pk")))
