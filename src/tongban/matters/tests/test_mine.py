"""My cases: the same as everywhere, in pages, with what waits for one's own signature first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tongban.foundation.parties.models import Person
from tongban.lib.actors import Actor
from tongban.lib.ids import uuid7
from tongban.matters import actions, queries
from tongban.matters.models import Case
from tongban.matters.queries.mine import PER_PAGE, own_cases
from tongban.matters.queries.signing import cases_to_sign
from tongban.matters.tests.arrange import County, person_actor, staff
from tongban.matters.tests.small import ANSWERS, CODE, publish_small
from tongban.matters.tests.test_agents import Family
from tongban.matters.tests.test_signing import small

SignIn = Callable[..., Client]

__all__ = ["small"]  # a fixture of theirs


@pytest.fixture
def family(county: County, tmp_path: Path) -> Family:
    publish_small(tmp_path)
    return Family(county)


def same(by: Actor) -> None:
    """The lists of pages hold what the queries of single cases and the API hold."""
    own = own_cases(by)
    assert [one.pk for one in own.to_sign] == [case.pk for case in cases_to_sign(by)]
    waiting = {one.pk for one in own.to_sign}
    assert [one.pk for one in own.cases] == [case.pk for case in queries.cases_of(by) if case.pk not in waiting]


def copies(case: Case, count: int) -> None:
    rows = [Case.objects.get(pk=case.pk) for _ in range(count)]
    for place, row in enumerate(rows):
        row.pk, row.number = uuid7(), f"{case.number}-{place}"
        row.started_at = case.started_at - timedelta(minutes=place + 1)
    Case.objects.bulk_create(rows)


def test_one_sees_ones_own_and_those_one_acts_for(family: Family) -> None:
    family.mandate()
    case = family.submitted()
    for by in (family.agent, person_actor(family.mother)):
        (found,) = own_cases(by).cases
        assert (found.pk, found.name, found.number, str(found.title)) == (
            case.pk, "罗秀英", case.number, str(case.definition.title),
        )  # fmt: skip
        assert (found.person_id, found.state, found.is_waiting) == (family.mother.pk, case.state, False)
        same(by)
    assert own_cases(person_actor(family.county.stranger)).cases == []


@pytest.mark.parametrize("others", [2, 9])
def test_cases_of_several_are_merged_by_time(family: Family, others: int) -> None:
    """Few are merged by a statement of their own; of many all are read."""
    started = family.submitted().started_at if family.mandate() else None
    for place in range(others):
        person = Person.objects.create(name=f"邻居{place}", assurance=4, region_code="510502001")
        family.mandate(person=person)
        case = actions.start_draft(CODE, person_id=person.pk, by=family.agent)
        assert started is not None
        Case.objects.filter(pk=case.pk).update(started_at=started + timedelta(minutes=(-1) ** place * (place + 1)))
    assert len(own_cases(family.agent).cases) == others + 1
    same(family.agent)


def test_a_mandate_for_one_service_shows_its_cases_alone(family: Family) -> None:
    first = family.mandate(services=[CODE])
    case = family.submitted()
    assert [one.pk for one in own_cases(family.agent).cases] == [case.pk]
    same(family.agent)
    first.services = ["another-service"]
    first.save()
    assert own_cases(family.agent).cases == []
    same(family.agent)


def test_at_a_desk_only_companies_cases_are_ones_own(family: Family) -> None:
    family.mandate()
    family.submitted()
    same(staff(family.county.units["health"], person=family.daughter))
    assert own_cases(staff(family.county.units["health"], person=family.daughter)).cases == []


def test_pages_hold_each_case_once(family: Family, django_assert_num_queries: Any) -> None:
    family.mandate()
    copies(family.submitted(), PER_PAGE)
    mine = person_actor(family.mother)
    pages = [own_cases(mine, page) for page in (1, 2, 3)]
    assert [page.has_older for page in pages] == [True, False, False]
    shown = [one.pk for page in pages for one in page.cases]
    assert shown == [case.pk for case in queries.cases_of(mine)]
    with django_assert_num_queries(4):  # whom one heads, whose mandates one holds, what to sign, the page
        own_cases(mine)


def test_what_waits_for_my_signature_comes_first(small: County) -> None:
    accountant = person_actor(small.agent)
    case = actions.start_draft(CODE, organisation_id=small.company.pk, by=accountant)
    actions.save_answers(case.pk, ANSWERS, by=accountant)
    actions.ask_to_sign(case.pk, by=accountant)
    own = own_cases(small.applicant)
    assert ([one.pk for one in own.to_sign], own.cases) == ([case.pk], [])
    asked = own_cases(accountant)
    assert (asked.to_sign, [(one.pk, one.is_waiting) for one in asked.cases]) == ([], [(case.pk, True)])
    for by in (small.applicant, accountant):
        same(by)


def test_the_page_leads_to_older_cases(family: Family, sign_in: SignIn) -> None:
    family.mandate()
    copies(family.submitted(), PER_PAGE)
    client = sign_in(family.mother)
    first = client.get("/cases/").content.decode()
    assert 'href="?page=2" rel="next"' in first
    assert 'rel="prev"' not in first
    second = client.get("/cases/?page=2").content.decode()
    assert second.count("tb-row-main") == 1
    assert 'href="?page=1" rel="prev"' in second
    assert 'rel="next"' not in second
    assert "没有更早的办件了" in client.get("/cases/?page=9").content.decode()
    assert client.get("/cases/?page=x").content.decode().count("tb-row-main") == PER_PAGE
