"""The demo's people, and that its open door exists nowhere else."""

from __future__ import annotations

import pytest
from django.test import Client

from tongban.foundation.parties.handlers.demo import load_people_and_offices
from tongban.foundation.parties.models import Account, Membership, Organisation, Person, Unit
from tongban.foundation.parties.queries import demo_logins, unit_for
from tongban.lib.actors import system
from tongban.lib.identifiers import check_uscc, is_synthetic
from tongban.lib.jurisdictions import enter

HOST = {"host": "luzhou.localhost"}


@pytest.fixture
def demo(db: None, settings: object) -> None:
    load_people_and_offices(by=system("demo"))


@pytest.fixture
def demo_mode(demo: None, settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]


def counts() -> list[int]:
    return [model.objects.count() for model in (Account, Person, Organisation, Unit, Membership)]


def test_loading_twice_changes_nothing(demo: None) -> None:
    before = counts()
    load_people_and_offices(by=system("demo"))
    assert counts() == before
    assert before[0] == 25


def test_every_sample_is_marked_and_belongs_to_nobody(demo: None) -> None:
    assert not Person.objects.filter(is_sample=False).exists()
    real = [p.name for p in Person.objects.all() if not is_synthetic(p.document_number)]
    assert real == []
    for organisation in Organisation.objects.all():
        assert organisation.is_sample
        assert check_uscc(organisation.uscc or "") == organisation.uscc
        assert is_synthetic(organisation.uscc or "")


def test_definitions_find_their_units(demo: None) -> None:
    for code in (
        "industry",
        "health",
        "labour",
        "environment",
        "emergency",
        "market",
        "approval",
        "hall",
        "township",
        "housing",
        "planning",
    ):
        assert unit_for(code, "510502001006") is not None, code
    assert unit_for("township", "510502002001").name == "北城街道"
    assert unit_for("township", "510502") is None


def test_other_jurisdictions_stay_empty(db: None, elsewhere: str) -> None:
    with enter(elsewhere):
        load_people_and_offices(by=system("demo"))
        assert counts() == [0] * 5


def test_every_role_can_be_entered(demo_mode: None) -> None:
    roles = {login.role.en for login in demo_logins()}
    assert {"Resident", "Legal representative", "Agent of a company", "Window clerk", "Reviewer", "Decider",
            "Organisation manager", "Operator", "System administrator", "Auditor"} <= roles  # fmt: skip
    for login in demo_logins():
        client = Client(headers=HOST)
        answer = client.post("/demo/enter", {"username": login.username})
        assert answer.status_code == 302, login
        actor = client.get("/demo/roles").wsgi_request.actor
        assert actor.name == login.person_name
        assert actor.membership_id == login.membership_id
        assert actor.second_factor


def test_the_page_lists_them(demo_mode: None, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(8):
        page = Client(headers=HOST).get("/demo/roles").content.decode()
    assert "刘建国" in page
    assert "csrfmiddlewaretoken" in page


def test_it_needs_a_csrf_token(demo_mode: None) -> None:
    assert Client(headers=HOST, enforce_csrf_checks=True).post("/demo/enter", {"username": "owner"}).status_code == 403


def test_only_samples_can_be_entered(demo_mode: None) -> None:
    Person.objects.filter(account__username="owner").update(is_sample=False)
    assert Client(headers=HOST).post("/demo/enter", {"username": "owner"}).status_code == 404
    assert Client(headers=HOST).post("/demo/enter", {"username": "nobody"}).status_code == 404
    assert Client(headers=HOST).post("/demo/enter").status_code == 404


def test_outside_a_demo_there_is_no_such_door(demo: None, settings: object) -> None:
    client = Client(headers=HOST)
    assert client.get("/demo/roles").status_code == 404
    assert client.post("/demo/enter", {"username": "administrator1"}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_a_session_of_a_demo_has_no_second_factor_elsewhere(demo_mode: None, settings: object) -> None:
    client = Client(headers=HOST)
    client.post("/demo/enter", {"username": "administrator1"})
    settings.DEMO = False  # type: ignore[attr-defined]
    assert not client.get("/").wsgi_request.actor.second_factor
