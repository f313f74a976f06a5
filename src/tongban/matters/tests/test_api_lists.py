"""Lists for programs: the same cases as on the pages, narrowed as they are, in parts, and refused where they would mislead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tongban.foundation.parties.models import Membership
from tongban.lib.ids import uuid7
from tongban.matters import actions, queries
from tongban.matters.models import Case, Review
from tongban.matters.queries import cases as case_queries
from tongban.matters.tests.arrange import County, person_actor, staff
from tongban.matters.tests.small import BY_OFFICE, CODE, publish_small, reviewed, submitted
from tongban.matters.tests.test_agents import Family
from tongban.matters.tests.test_api import Caller, desk, program

SignIn = Callable[..., Client]
__all__ = ["program"]  # a fixture of theirs


@pytest.fixture
def small(county: County, tmp_path: Path) -> County:
    publish_small(tmp_path)
    return county


def numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content.decode()
    return [one["number"] for one in answer.json()]


def copies(case: Case, count: int) -> list[str]:
    """As many cases like one, each a day older; their numbers, newest first."""
    rows, reviews = [], []
    for days in range(1, count + 1):
        row = Case.objects.get(pk=case.pk)
        row.pk, row.number = uuid7(), f"{case.number}-{days:03d}"
        row.started_at -= timedelta(days=days)
        assert row.submitted_at is not None
        row.submitted_at -= timedelta(days=days)
        rows.append(row)
        for review in Review.objects.filter(case=case):
            review.pk, review.case_id, review.due_on = uuid7(), row.pk, review.due_on - timedelta(days=days)
            reviews.append(review)
    Case.objects.bulk_create(rows)
    Review.objects.bulk_create(reviews)
    return [str(row.number) for row in rows]


def test_ones_own_cases_come_in_parts_and_narrowed(small: County, program: Caller) -> None:
    case = submitted(small)
    expected = [case.number, *copies(case, 104)]
    assert numbers(program.get("/cases")) == expected[:100]
    assert numbers(program.get("/cases?offset=100")) == expected[100:]
    assert numbers(program.get("/cases?limit=2&offset=1")) == expected[1:3]
    assert numbers(program.get("/cases?state=in_review&limit=99")) == expected[:99]
    assert numbers(program.get("/cases?state=granted")) == []
    assert numbers(program.get("/cases?service=social-card")) == []
    assert numbers(program.get(f"/cases?service={CODE}&q={expected[3]}")) == [expected[3]]
    day = (timezone.localtime() - timedelta(days=2)).date()
    assert numbers(program.get(f"/cases?first={day}")) == expected[:3]
    assert numbers(program.get(f"/cases?first={day}&last={day}")) == [expected[2]]
    assert numbers(program.get("/cases?signal=red")) == []
    (first,) = program.get("/cases?limit=1").json()
    case.refresh_from_db()
    assert (first["id"], first["service"], first["service_name"]) == (str(case.pk), CODE, case.definition.title.zh)
    assert (first["applicant"], first["state_name"], first["due_on"]) == (case.name, "审查中", str(case.due_on))


@pytest.mark.parametrize("asked", ["offset=-1", "offset=10001", "limit=0", "limit=101", "offset=x", "state=lost",
                                   "signal=pink", "first=2026-02-30", "q=" + "x" * 61])  # fmt: skip
def test_a_part_that_cannot_be_is_refused_by_name(county: County, program: Caller, asked: str) -> None:
    answer = program.get(f"/cases?{asked}")
    assert answer.status_code == 422
    assert answer.json()["field"].endswith(asked.split("=", maxsplit=1)[0])
    assert program.get(f"/desk/reviews?{asked}").status_code == 403  # a program has no desk


def test_a_list_that_goes_on_and_on_ends_with_a_refusal(county: County, program: Caller) -> None:
    answer = program.get("/cases?offset=10100").json()
    assert (answer["code"], answer["field"]) == ("offset_invalid", "offset")
    assert "筛选" in answer["message"]


def test_what_waits_at_each_desk_is_what_its_page_shows(small: County, settings: Any) -> None:
    case = submitted(small)
    expected = [*reversed(copies(case, 3)), case.number]  # the one due first comes first
    health = desk(small, "health", "reviewer", settings)
    found = health.get("/desk/reviews").json()
    assert [one["number"] for one in found] == expected
    assert [one["number"] for one in health.get("/desk/reviews?limit=2&offset=1").json()] == expected[1:3]
    review = case.reviews.get(unit=small.units["health"])
    assert (found[-1]["id"], found[-1]["last_day"]) == (str(case.pk), str(review.due_on))
    assert (found[-1]["signal"], found[-1]["in_hand"], found[-1]["state"]) == ("green", "", "in_review")
    whole, narrow = health.get("/desk/reviews").json(), health.get(f"/desk/reviews?service={CODE}").json()
    assert whole == narrow  # a statement made once gives what a query gives


def test_what_waits_is_narrowed_by_hands_and_colour(small: County, settings: Any) -> None:
    case = submitted(small)
    copies(case, 1)
    Case.objects.exclude(pk=case.pk).get().reviews.update(due_on=timezone.localdate() - timedelta(days=1))
    health = desk(small, "health", "reviewer", settings)
    me = Membership.objects.get(person__name="health的reviewer")
    actions.assign_case(case.pk, person_id=me.person_id, by=staff(small.units["health"], "reviewer"))
    assert numbers(health.get("/desk/reviews?hands=mine")) == [case.number]
    assert numbers(health.get("/desk/reviews?hands=nobody")) == [f"{case.number}-001"]
    assert numbers(health.get("/desk/reviews?hands=colleague")) == []
    assert numbers(health.get("/desk/reviews?signal=red")) == [f"{case.number}-001"]
    late, mine = health.get("/desk/reviews").json()
    assert (late["signal"], late["in_hand"]) == ("red", "")
    assert (mine["signal"], mine["in_hand"]) == ("green", "health的reviewer")


def test_acceptance_and_decisions_have_their_days(county: County, settings: Any, tmp_path: Path) -> None:
    publish_small(tmp_path, **BY_OFFICE)
    case = submitted(county)
    decider = desk(county, "approval", "decider", settings)
    (found,) = decider.get("/desk/acceptance").json()
    assert (found["number"], found["last_day"], found["signal"]) == (case.number, str(case.accept_by), "green")
    assert numbers(decider.get("/desk/decisions")) == []
    actions.accept_case(case.pk, by=county.decider)
    assert numbers(decider.get("/desk/acceptance")) == []


def test_decisions_wait_with_the_cases_own_day(small: County, settings: Any) -> None:
    case = reviewed(small)
    case.refresh_from_db()
    (found,) = desk(small, "approval", "decider", settings).get("/desk/decisions").json()
    assert (found["number"], found["last_day"]) == (case.number, str(case.due_on))


@pytest.mark.parametrize(("kind", "role"), [("acceptance", "auditor"), ("reviews", "clerk"), ("decisions", "reviewer")])
def test_a_desk_one_does_not_work_at_is_closed(county: County, settings: Any, kind: str, role: str) -> None:
    answer = desk(county, "health", role, settings).get(f"/desk/{kind}")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_an_unknown_desk_is_no_address(county: County, settings: Any) -> None:
    assert desk(county, "health", "reviewer", settings).get("/desk/everything").status_code in (404, 422)


def test_a_desk_lists_all_it_may_see(small: County, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    case = submitted(small)
    expected = [case.number, *copies(case, 4)]
    health = desk(small, "health", "reviewer", settings)
    few = health.get("/cases").json()
    assert [one["number"] for one in few] == expected
    monkeypatch.setattr(case_queries, "_FEW", 2)  # a unit with many cases is asked by another statement
    assert health.get("/cases").json() == few
    assert numbers(health.get("/cases?offset=3")) == expected[3:]
    assert numbers(health.get("/cases?signal=green&limit=2")) == expected[:2]


def test_a_mandate_for_one_service_lists_its_cases(county: County, tmp_path: Path, sign_in: SignIn) -> None:
    publish_small(tmp_path)
    family = Family(county)
    family.mandate(services=[CODE])
    case = family.submitted()
    assert person_actor(family.mother).person_id == case.person_id
    listed = queries.cases_of(family.agent)
    assert [one.pk for one in listed] == [case.pk]
    assert numbers(Caller(sign_in(family.daughter)).get("/cases")) == [case.number]
