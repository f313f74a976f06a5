"""The figures of supervision and statistics: what they are, whatever the cases, and that they cost little."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tongban.matters.models import Case, Review
from tongban.matters.queries import supervision
from tongban.matters.queries.supervision import late_cases, standings
from tongban.matters.rules.cases import RECEIVED
from tongban.matters.tests.arrange import County, staff
from tongban.matters.tests.small import publish_small, submitted

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
