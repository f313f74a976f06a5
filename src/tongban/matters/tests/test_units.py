"""Which desks a case is on: the row itself tells, whatever became of it."""

from __future__ import annotations

from typing import Any

import pytest

from tongban.lib.asked import AskedBy
from tongban.lib.refusals import Refusal
from tongban.matters import actions, queries
from tongban.matters.models import Case
from tongban.matters.queries import cases
from tongban.matters.tests.arrange import County, staff


def test_every_department_sees_a_case_and_nobody_else(county: County) -> None:
    case = county.submitted()
    reviewing = set(case.reviews.values_list("unit_id", flat=True))
    assert set(Case.objects.get(pk=case.pk).units) == reviewing | {case.decision_unit_id}
    for unit in county.units.values():
        seen = queries.cases_visible_to(staff(unit, "reviewer")).filter(pk=case.pk).exists()
        assert seen == (unit.pk in case.units)


def test_a_draft_is_on_no_desk(county: County) -> None:
    case = county.draft()
    assert Case.objects.get(pk=case.pk).units == []
    decider = county.decider
    assert case not in queries.cases_visible_to(decider)
    with pytest.raises(Refusal):
        actions.open_case(case.pk, by=decider)


def test_a_decided_case_stays_with_those_who_handled_it(county: County) -> None:
    case = county.granted()
    before = set(Case.objects.get(pk=case.pk).units)
    assert before >= set(case.reviews.values_list("unit_id", flat=True))
    assert case in queries.cases_visible_to(county.decider)


def test_a_unit_with_few_cases_finds_its_own_and_one_with_many_all(county: County, monkeypatch: Any) -> None:
    first, second = county.submitted(), county.submitted()
    health = staff(county.units["health"], "reviewer")
    for few in (0, 1, 2_000):
        monkeypatch.setattr(cases, "_FEW", few)
        monkeypatch.setattr(cases, "_BEFORE", AskedBy(cases._before))  # the statement made once has the limit in it
        assert set(queries.cases_listed_for(health)) == {first, second}
        assert list(queries.cases_listed_for(staff(county.units["health"], "reviewer", region="510503"))) == []
