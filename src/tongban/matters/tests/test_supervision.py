"""The figures of supervision and statistics: what they are, whatever the cases, and that they cost little."""

from __future__ import annotations

import random
import statistics
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Avg, Count, Q, QuerySet
from django.utils import timezone

from tongban.matters import queries
from tongban.matters.models import Case, Decision, Definition, Rating, Review
from tongban.matters.queries import figures, supervision
from tongban.matters.queries.statistics import (
    Period,
    groups_of,
    known_questions,
    screen_losses,
    step_durations,
    take_up,
)
from tongban.matters.queries.supervision import late_cases, standings
from tongban.matters.rules.cases import RECEIVED
from tongban.matters.rules.ratings import RATED_STATES
from tongban.matters.tests.arrange import County, staff
from tongban.matters.tests.small import CODE, publish_small, submitted

STATES = ("in_review", "ready", "received", "returned", "granted", "refused", "withdrawn")


@pytest.fixture
def varied(county: County, tmp_path: Path) -> County:
    """Thirty cases as an office has them: early and late, standing, ended, with and without acceptance, in two regions."""
    publish_small(tmp_path)
    dice, today, now = random.Random(7), timezone.localdate(), timezone.now()
    like = submitted(county)
    reviews = list(Review.objects.filter(case=like))
    for place in range(30):
        state = STATES[place % len(STATES)]
        is_open, region = state in STATES[:4], dice.choice(("510502", "510502003", "510503"))
        Case.objects.filter(pk=like.pk).update(state=state)
        case = Case.objects.get(pk=like.pk)
        case.pk, case.number, case._state.adding = None, f"V{place}", True
        case.region_code, case.acceptance_unit_id = region, dice.choice(reviews).unit_id
        case.accept_by = today + timedelta(dice.randint(-2, 2)) if state == RECEIVED else None
        case.accepted_at = None if state == RECEIVED else now
        case.due_on = None if state == RECEIVED else today + timedelta(dice.randint(-2, 2))
        case.clock_stopped_at = now if is_open and dice.random() < 0.3 else None
        case.closed_at = None if is_open else now
        case.id = Case._meta.pk.get_default()
        case.save(force_insert=True)
        for review in reviews:
            Review.objects.create(
                case=case, unit_id=review.unit_id, unit_code=review.unit_code, region_code=region, position=review.position,
                state="open" if is_open and dice.random() < 0.7 else "approved", opened_at=now,
                due_on=today + timedelta(dice.randint(-2, 2)),
            )  # fmt: skip
    return county


def counted_one_by_one(region: str) -> dict[str, tuple[int, int, int]]:
    """The same figures, looked at case by case."""
    today = timezone.localdate()
    found: dict[str, tuple[int, int, int]] = {}
    waits = [
        (review.unit.name, review.due_on)
        for review in Review.objects.select_related("unit", "case")
        if review.state == "open" and review.region_code.startswith(region)
        and not (review.case.clock_stopped_at and review.case.number and not review.case.closed_at)
    ]  # fmt: skip
    for case in Case.objects.select_related("decision_unit", "acceptance_unit").filter(region_code__startswith=region):
        if case.state == "ready" and case.clock_stopped_at is None:
            waits.append((case.decision_unit.name, case.due_on))
        elif case.state == RECEIVED:
            waits.append((case.acceptance_unit.name, case.accept_by))
    for unit, due in waits:
        waiting, on_day, late = found.get(unit, (0, 0, 0))
        found[unit] = (waiting + 1, on_day + (due == today), late + (due < today))
    return found


def late_one_by_one(region: str) -> set[Any]:
    """Of the cases under way those late, with a late department, or due today."""
    today, found = timezone.localdate(), set[Any]()
    for case in Case.objects.filter(region_code__startswith=region, closed_at=None, number__isnull=False):
        late_review = case.reviews.filter(state="open", due_on__lte=today).exists()
        is_unaccepted = case.state == RECEIVED and case.accept_by and case.accept_by <= today
        runs = case.accepted_at and not case.clock_stopped_at
        if is_unaccepted or (runs and (late_review or (case.due_on and case.due_on <= today))):
            found.add(case.pk)
    return found


@pytest.mark.parametrize("region", ["", "510502", "510502003", "5106"])
def test_the_figures_are_those_of_the_cases(varied: County, region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    auditor = staff(varied.units["approval"], "auditor", region=region)
    found = {row.unit.zh: (row.waiting, row.today, row.late) for row in standings(auditor)}
    assert found == counted_one_by_one(region)
    wanted = late_one_by_one(region)
    assert set(late_cases(auditor).values_list("pk", flat=True)) == wanted
    monkeypatch.setattr(supervision, "_FEW", 0)  # as where very many are late
    assert set(late_cases(auditor).values_list("pk", flat=True)) == wanted
    assert bool(wanted) == (region != "5106")


def test_the_board_is_counted_in_four_statements(
    varied: County, django_assert_num_queries: Callable[[int], Any]
) -> None:
    auditor = staff(varied.units["approval"], "auditor")
    with django_assert_num_queries(4):  # reviews, decisions, acceptances; the names of the departments
        standings(auditor)


def test_the_board_opens_no_row(varied: County) -> None:
    """Planned as beside very many cases: each count is answered by the index of the desk alone."""
    plans = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        for rows, path, due in supervision.desks_counted(""):
            sql, params = supervision.count_by_unit(rows, path, due).query.sql_with_params()
            cursor.execute(f"EXPLAIN {sql}", params)
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    for plan, index in zip(plans, ("review_open_desk", "case_ready", "case_acceptance_desk"), strict=True):
        assert f"Index Only Scan using {index}" in plan


# ---- how services run ---------------------------------------------------------------------------------------------


@pytest.fixture
def ended(varied: County) -> County:
    """The same cases with decisions and ratings, some in time; some were given up while they were filled in."""
    dice, now = random.Random(11), timezone.now()
    unit = varied.units["approval"]
    for place, case in enumerate(Case.objects.order_by("number")):
        case.reached, case.was_returned = dice.choice(("only", "", "gone")), dice.random() < 0.3
        case.asked_known = dice.choice(([], ["workforce.total"], ["workforce.total", "workforce.screened"]))
        case.submitted_at = now - timedelta(hours=dice.randint(1, 400))
        if place % 6 == 0:
            case.state, case.number, case.submitted_at, case.closed_at = "draft", None, None, None
        case.save()
        if case.state in ("granted", "refused"):
            Decision.objects.create(case=case, outcome="granted", reason="", unit=unit, by_name="x", decided_at=now,
                                    is_late=dice.random() < 0.5, seen_hash="", opinions_hash="")  # fmt: skip
        if case.closed_at and dice.random() < 0.8:
            Rating.objects.create(case=case, definition=case.definition, unit=unit, region_code=case.region_code,
                                  channel="web", rated_through="web", level=dice.randint(1, 5), text="", rated_at=now,
                                  is_excluded=dice.random() < 0.3)  # fmt: skip
    return varied


def whole(region: str) -> Period:
    today = timezone.localdate()
    return Period(today - timedelta(1), today + timedelta(1), region)


def asked_one_by_one(cases: QuerySet[Case]) -> dict[str, Any]:
    """The figures by a statement each, as the database counts them."""
    asked = cases.filter(state__in=RATED_STATES)
    counting = Q(rating__is_excluded=False)
    return {
        "started": cases.count(), "submitted": cases.filter(number__isnull=False).count(),
        "corrected": cases.filter(was_returned=True).count(), "decided": cases.filter(decision__isnull=False).count(),
        "late": cases.filter(decision__is_late=True).count(),
        "states": dict(cases.order_by().values_list("state").annotate(n=Count("pk"))),
        "closed": asked.count(), "rated": asked.filter(rating__isnull=False).count(),
        "excluded": asked.filter(rating__is_excluded=True).count(),
        "good": asked.filter(counting, rating__level__gte=3).count(),
        "average": asked.aggregate(average=Avg("rating__level", filter=counting))["average"],
        "levels": {level: asked.filter(counting, rating__level=level).count() for level in range(1, 6)},
        "gave_up": cases.filter(submitted_at=None, reached__in=("only", "")).count(),
        "handed_in": cases.filter(submitted_at__isnull=False).count(),
        "known": Counter(name for known in cases.values_list("asked_known", flat=True) for name in known),
    }  # fmt: skip


@pytest.mark.parametrize("region", ["", "510502", "5106"])
def test_one_reading_counts_what_many_would(
    ended: County, region: str, django_assert_num_queries: Callable[[int], Any]
) -> None:
    definition = Definition.objects.get(code=CODE)
    with django_assert_num_queries(1):
        groups = groups_of([definition], whole(region))[definition.pk]
    up, score = take_up(groups), queries.score(groups)
    (loss,) = screen_losses(definition, groups)
    found = {
        "started": up.started, "submitted": up.submitted, "corrected": up.corrected, "decided": up.decided,
        "late": up.late, "states": {code: n for code, _, n in up.by_state}, "closed": score.closed, "rated": score.rated,
        "excluded": score.excluded, "good": score.good, "average": score.average, "levels": score.by_level,
        "gave_up": loss.stopped, "handed_in": loss.reached - loss.stopped,
    }  # fmt: skip
    wanted = asked_one_by_one(Case.objects.filter(definition=definition, region_code__startswith=region))
    known = wanted.pop("known")
    assert found == {**wanted, "average": pytest.approx(wanted["average"]) if wanted["average"] else None}
    assert sorted(n for _, n in known_questions(definition, groups)) == sorted(known.values())
    assert bool(up.started) == (region != "5106")


def test_steps_are_the_medians_of_the_cases(ended: County, django_assert_num_queries: Callable[[int], Any]) -> None:
    definition = Definition.objects.get(code=CODE)
    with django_assert_num_queries(1):
        steps = step_durations(definition, whole(""))
    cases = list(Case.objects.filter(definition=definition))
    for step, (since, until) in zip(
        steps,
        (("started_at", "submitted_at"), ("submitted_at", "accepted_at"), ("accepted_at", "closed_at")),
        strict=True,
    ):
        ends = [(getattr(case, since), getattr(case, until)) for case in cases]
        days = [(end - start).total_seconds() / 86400 for start, end in ends if start and end]
        assert (step.count, step.median) == (len(days), pytest.approx(statistics.median(days)))


def test_figures_of_very_many_cases_are_kept_for_an_hour(
    ended: County, monkeypatch: pytest.MonkeyPatch, sign_in: Callable[..., Any]
) -> None:
    definition, said = Definition.objects.get(code=CODE), iter((1, 2, 3))

    def ask(region: str = "") -> Any:
        return figures.counted("test", [definition], whole(region), lambda: next(said))

    assert ask() == (1, None)  # few: counted when asked for
    monkeypatch.setattr(figures, "COUNTED_AT_ONCE", 5)
    value, at = ask()
    assert value == 2
    assert ask() == (2, at)
    assert ask("510502")[0] == 3  # of another region
    desk = sign_in(ended.stranger, "approval", "auditor")
    for address in ("/desk/services/", f"/desk/services/{CODE}/"):
        for _ in range(2):
            assert "每小时统计一次" in desk.get(address).content.decode()
