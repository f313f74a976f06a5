"""How a service runs: who takes it up, where they give up, how long each step takes, what was asked although known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from tongban.foundation.parties.queries import units_by_id
from tongban.lib.words import T
from tongban.matters.models import Case, Definition
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


class Group(NamedTuple):
    """Cases that are alike in all that is counted, and how many."""

    state: str
    reached: str
    has_number: bool
    is_left: bool  # never handed in
    was_returned: bool
    asked_known: list[str]
    is_late: bool | None  # None without a decision
    level: int | None  # None without a rating
    is_excluded: bool | None
    n: int


def groups_of(definitions: Collection[Definition], period: Period) -> dict[UUID, list[Group]]:
    """Everything that is counted of services' cases begun in a period, in one reading of them; all figures come from it."""
    first, end = period.bounds
    rows = (
        Case.objects.filter(definition__in=definitions, region_code__startswith=period.region,
                            started_at__gte=first, started_at__lt=end)
        .order_by().annotate(has_number=Q(number__isnull=False), is_left=Q(submitted_at__isnull=True))
        .values_list("definition_id", "state", "reached", "has_number", "is_left", "was_returned", "asked_known",
                     "decision__is_late", "rating__level", "rating__is_excluded")
        .annotate(n=Count("pk"))
    )  # fmt: skip
    found: dict[UUID, list[Group]] = {one.pk: [] for one in definitions}
    for key, *counted in rows:
        found[key].append(Group(*counted))
    return found


def take_up(groups: Sequence[Group]) -> TakeUp:
    """What became of the applications begun in a period."""
    states: Counter[str] = Counter()
    for one in groups:
        states[one.state] += one.n
    return TakeUp(
        states.total(), sum(one.n for one in groups if one.has_number), sum(one.n for one in groups if one.was_returned),
        sum(one.n for one in groups if one.is_late), sum(one.n for one in groups if one.is_late is not None),
        [(code, title, states[code]) for code, title in STATES.items() if code in states],
    )  # fmt: skip


def screen_losses(definition: Definition, groups: Sequence[Group]) -> list[ScreenLoss]:
    """Screen by screen: how many came that far, and where those stopped who never handed in."""
    content = content_of(definition)
    codes = [screen.code for screen in content.form.screens]
    left: Counter[str] = Counter()
    for one in groups:
        if one.is_left:
            left[one.reached or codes[0]] += one.n  # begun and never saved
    handed_in = sum(one.n for one in groups if not one.is_left)
    losses = []
    for place, screen in enumerate(content.form.screens):
        came = handed_in + sum(left[code] for code in codes[place:])
        losses.append(ScreenLoss(screen.code, screen.title, came, left[screen.code]))
    return losses


def known_questions(definition: Definition, groups: Sequence[Group], most: int = 10) -> list[tuple[T, int]]:
    """Questions people had to answer although a register knew: each with how often, the most frequent first."""
    content = content_of(definition)
    counted: Counter[str] = Counter()
    for one in groups:
        for name in one.asked_known:
            counted[name] += one.n
    often = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:most]
    return [(content.elements[name].label if name in content.elements else T(name, name), n) for name, n in often]


# Numbers are sorted as floating point: as decimals they take twice the time.
_STEPS = """
SELECT count(a), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY a),
       count(b), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY b),
       count(c), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY c)
FROM (SELECT extract(epoch FROM submitted_at - started_at)::float8 / 86400 AS a,
             extract(epoch FROM accepted_at - submitted_at)::float8 / 86400 AS b,
             extract(epoch FROM closed_at - accepted_at)::float8 / 86400 AS c FROM matters_case
      WHERE definition_id = %s AND region_code LIKE %s AND started_at >= %s AND started_at < %s) AS steps
"""
_REVIEWS = """
SELECT r.unit_id, count(*), percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY d),
       count(*) FILTER (WHERE late), count(*) FILTER (WHERE r.state = %s)
FROM (SELECT r.unit_id, r.state, extract(epoch FROM r.closed_at - r.opened_at)::float8 / 86400 AS d,
             (r.closed_at AT TIME ZONE 'Asia/Shanghai')::date > r.due_on AS late
      FROM matters_review r JOIN matters_case c ON c.id = r.case_id
      WHERE c.definition_id = %s AND c.region_code LIKE %s AND c.started_at >= %s AND c.started_at < %s
        AND r.closed_at IS NOT NULL AND r.state <> 'not_needed') AS r
GROUP BY r.unit_id
"""


def step_durations(definition: Definition, period: Period) -> list[Duration]:
    """How long filling in, acceptance and everything from acceptance to the end took, in calendar days."""
    steps = (T("填写", "Filling in"), T("受理", "Acceptance"), T("审查和决定", "Review and decision"))
    with connection.cursor() as cursor:
        cursor.execute(_STEPS, _arguments(definition, period))
        row = cursor.fetchone()
    counted = zip(steps, row[::2], row[1::2], strict=True)
    return [Duration(title, count, *(parts or (None, None))) for title, count, parts in counted]


def review_durations(definition: Definition, period: Period) -> list[Duration]:
    """How long each department took, how often late, how often it asked for corrections; the slowest first."""
    with connection.cursor() as cursor:
        cursor.execute(_REVIEWS, [CORRECTION, *_arguments(definition, period)])
        rows = {row[0]: row[1:] for row in cursor.fetchall()}
    units = units_by_id(rows)
    found = [Duration(unit_title(units[key]), count, *parts, *more) for key, (count, parts, *more) in rows.items()]
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
