"""What parties keeps for a time only."""

from __future__ import annotations

import json
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from tongban.foundation.ledger.actions import erase_due
from tongban.foundation.ledger.models import Entry
from tongban.foundation.parties.models import (
    Account,
    Correction,
    Disclosure,
    ListLook,
    Look,
    Mandate,
    Organisation,
    Person,
    StaffImport,
)
from tongban.lib.ids import uuid7_floor

pytestmark = pytest.mark.django_db


def long_ago(**age: int) -> UUID:
    return uuid7_floor(timezone.now() - timedelta(**age))


def person(name: str, **age: int) -> Person:
    return Person.objects.create(id=long_ago(**age), name=name)


def purposes() -> set[str]:
    return {
        json.loads(bytes(body))["open"]["purpose"]
        for body in Entry.objects.filter(type="data.erased").values_list("body", flat=True)
    }


def test_people_go_once_nothing_needs_them() -> None:
    nobody, fresh = person("无人", days=400), person("新人", days=300)
    signed_in, seen, agent = person("有账号", days=401), person("被看过", days=402), person("代办人", days=403)
    asked = person("申请调取的人", days=404)
    now = timezone.now()
    Disclosure.objects.create(purpose="contacts", since=now, until=now + timedelta(hours=1), basis="x", asked_by=asked)
    Account.objects.create(username="a", person=signed_in)
    Look.objects.create(person=seen, actor_kind="person", actor_name="x", what="x", reason="x")
    company = Organisation.objects.create(name="公司", kind="company", region_code="510502", legal_representative=agent)
    assert company.legal_representative_id
    assert erase_due("parties.people") == 1
    assert set(Person.objects.all()) == {fresh, signed_in, seen, agent, asked}
    assert not Person.objects.filter(pk=nobody.pk).exists()
    assert purposes() == {"parties.people"}


def test_looks_go_after_three_years() -> None:
    seen = Person.objects.create(name="被看过")
    for number, days in enumerate((1096, 1094)):
        row = {"id": long_ago(days=days), "actor_kind": "person", "actor_name": str(number), "what": "x"}
        Look.objects.create(person=seen, reason="x", **row)
        ListLook.objects.create(row_count=1, **row)
    assert erase_due() == 2
    assert Look.objects.get().actor_name == ListLook.objects.get().actor_name == "1"
    assert purposes() == {"parties.looks", "parties.list_looks"}


def test_settled_corrections_and_ended_mandates_go() -> None:
    one, other = Person.objects.create(name="甲"), Person.objects.create(name="乙")
    then = timezone.now() - timedelta(days=1097)
    for fact, settled in (("name", then), ("address", None)):
        Correction.objects.create(person=one, fact=fact, stated="x", reason="x", settled_at=settled)
    for number, last in enumerate((date(2019, 1, 1), timezone.localdate() - timedelta(days=5 * 365))):
        Mandate.objects.create(
            person=one, agent=other, valid_from=date(2018, 1, 1), valid_to=last, granted_by=str(number)
        )
    withdrawn = Mandate.objects.create(
        person=one, agent=other, valid_from=date(2018, 1, 1), valid_to=date(2099, 1, 1),
        withdrawn_at=timezone.now() - timedelta(days=5 * 365 + 3),
    )  # fmt: skip
    assert erase_due() == 3
    assert Correction.objects.get().fact == "address"
    assert Mandate.objects.get().granted_by == "1"
    assert not Mandate.objects.filter(pk=withdrawn.pk).exists()


def test_lists_nobody_confirmed_go_after_a_day() -> None:
    account = Account.objects.create(username="a", phone_verified_at=timezone.now())
    fields = {"account": account, "rows": [], "row_count": 0}
    old = StaffImport.objects.create(id=long_ago(hours=25), **fields)
    fresh = StaffImport.objects.create(**fields)
    assert erase_due() == 1
    assert StaffImport.objects.get() == fresh != old
