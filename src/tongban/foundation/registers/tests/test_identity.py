"""What somebody says of themselves, compared with the population register."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tongban.foundation.parties import actions as parties
from tongban.foundation.parties.models import Account, Person
from tongban.foundation.parties.queries import actor_of_account
from tongban.foundation.parties.rules import Particulars
from tongban.foundation.registers import actions
from tongban.foundation.registers.models import Register
from tongban.foundation.registers.tests.arrange import imported, operator, people_list, source
from tongban.lib.actors import Actor
from tongban.lib.identifiers import synthetic_id_number

pytestmark = pytest.mark.django_db
Refused = Callable[[str], Any]


def somebody() -> Actor:
    account = Account.objects.create(username="fresh-log-in")
    return actor_of_account(account, channel="web", second_factor=False)


def stated(name: str, sequence: int = 600) -> Particulars:
    return Particulars(name, "resident_id", synthetic_id_number(date(1990, 1, 1), sequence))


def test_name_and_number_that_agree_are_level_3() -> None:
    imported("population", people_list(600), by=operator())
    person = parties.state_identity(stated("张 三"), by=somebody())
    person.refresh_from_db()
    assert (person.assurance, person.source) == (Person.Assurance.MATCHED, "population")
    assert person.confirmed_at is not None


def test_another_name_under_the_number_is_refused(refused: Refused) -> None:
    imported("population", people_list(600), by=operator())
    with refused("identity_contradicted"):
        parties.state_identity(stated("李四"), by=somebody())
    assert not Person.objects.filter(name="李四").exists()


def test_a_number_nobody_knows_stays_at_level_2_until_the_register_does() -> None:
    by = somebody()
    assert parties.state_identity(stated("张三"), by=by).assurance == Person.Assurance.STATED
    imported("population", people_list(600), by=operator())
    account = Account.objects.get(pk=by.account_id)
    again = actor_of_account(account, channel="web", second_factor=False)
    assert parties.state_identity(stated("张三"), by=again).assurance == Person.Assurance.MATCHED


def test_a_silent_register_keeps_nobody_out() -> None:
    imported("population", people_list(600), by=operator())
    Register.objects.update(switched_off_at=timezone.now())
    assert parties.state_identity(stated("李四"), by=somebody()).assurance == Person.Assurance.STATED


def test_a_live_register_is_asked() -> None:
    record = {"name": "张三", "document_number": stated("张三").document_number}
    with source([{"record": record, "refreshed_at": "2026-11-20T08:00:00+08:00"}]) as (address, asked):
        actions.connect_register("population", endpoint=address, token="t", by=operator())
        assert parties.state_identity(stated("张三"), by=somebody()).assurance == Person.Assurance.MATCHED
    assert asked[0]["purpose"] == "verification"


def test_the_page_says_which_register_disagrees(client: Client) -> None:
    imported("population", people_list(600), by=operator())
    account = Account.objects.create(username="fresh-log-in")
    client.force_login(account)
    said = stated("李四")
    answer = client.post("/me/identity/", {"name": said.name, "document_type": said.document_type,
                                           "document_number": said.document_number}, HTTP_HOST="luzhou.localhost")  # fmt: skip
    assert answer.status_code == 422
    assert "人口基础信息库" in answer.content.decode()
