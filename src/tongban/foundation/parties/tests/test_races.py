"""What happens when two do the same at the same moment: one of them is told why not."""

from __future__ import annotations

from typing import Any

from django.test import Client

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.models import Account, Person
from tongban.foundation.parties.rules import Term
from tongban.foundation.parties.tests.arrange import HOST, OFFICE, actor_of, company_of, person_of, unit_of
from tongban.foundation.parties.tests.races import at_once
from tongban.foundation.parties.tests.test_people import fresh, stated
from tongban.foundation.parties.tests.test_principals import operator
from tongban.foundation.parties.tests.test_rights import FROM, mandate_for, new_company


def test_one_document_stated_twice_at_once(committed_db: None) -> None:
    actors = [fresh("13800006666"), fresh("13800007777")]
    outcomes = at_once(lambda by: actions.state_identity(stated(), by=by), actors)
    assert sorted(outcomes) == ["document_taken", "done"]
    assert Person.objects.count() == 1


def test_one_phone_proved_twice_at_once(committed_db: None) -> None:
    accounts = [Account.objects.create(username=name) for name in ("one", "two")]
    actors = [queries.actor_of_account(a, channel="web", second_factor=False) for a in accounts]
    outcomes = at_once(lambda by: actions.claim_phone(by.account_id, "13800008888", verified=True, by=by), actors)
    assert sorted(outcomes) == ["done", "phone_taken"]


def test_one_membership_granted_twice_at_once(committed_db: None) -> None:
    unit, person = unit_of(), person_of()
    grant = lambda _: actions.grant_membership(person.pk, unit.pk, "clerk", term=Term(FROM), by=OFFICE)  # noqa: E731
    assert sorted(at_once(grant, [1, 2])) == ["done", "membership_exists"]


def test_two_claim_one_company_at_once(committed_db: None) -> None:
    actors = [actor_of(person_of()), actor_of(person_of("李四", 2))]
    outcomes = at_once(lambda by: actions.claim_organisation(new_company(), by=by), actors)
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "uscc_taken", "company_claimed"}


def test_one_mandate_granted_twice_at_once(committed_db: None) -> None:
    owner, agent = person_of(), person_of("王丽华", 2)
    grantor = actions.Grantor(organisation_id=company_of(representative=owner).pk)
    grant = lambda _: actions.grant_mandate(mandate_for(agent), grantor=grantor, by=actor_of(owner))  # noqa: E731
    assert sorted(at_once(grant, [1, 2])) == ["done", "mandate_exists"]


def test_one_code_used_twice_at_once(committed_db: None) -> None:
    by = operator()
    _, code = actions.enrol_device("机", "kiosk", unit_id=by.unit_id, by=by)
    activate = lambda _: actions.activate_device(code, by=queries.nobody("api"))  # noqa: E731
    assert sorted(at_once(activate, [1, 2])) == ["done", "enrolment_code"]


def test_two_sign_ups_with_one_number_at_once(committed_db: None, sent: list[dict[str, Any]]) -> None:
    def sign_up(number: int) -> None:
        client = Client(headers=HOST, REMOTE_ADDR=f"10.0.1.{number}")
        assert client.post("/accounts/signup/", {"phone": "13800001234"}).status_code in (302, 409, 429)

    assert at_once(sign_up, [1, 2]) == ["done", "done"]
    assert Account.objects.count() == 1
