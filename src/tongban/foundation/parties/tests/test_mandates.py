"""Who may act for a company, and who no longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from tongban.foundation.parties.models import Mandate, Organisation, Person
from tongban.foundation.parties.queries import may_act_for, organisations_acted_for
from tongban.lib.actors import ANONYMOUS, Actor
from tongban.lib.ids import uuid7


def actor_of(person: Person) -> Actor:
    return Actor(kind="person", channel="web", name=person.name, person_id=person.pk)


@pytest.mark.django_db
def test_the_legal_representative_the_agent_and_nobody_else() -> None:
    owner, agent, stranger = (Person.objects.create(name=name) for name in ("刘建国", "王丽华", "陈小雨"))
    company = Organisation.objects.create(name="春和", kind="company", region_code="510502", legal_representative=owner)
    today = timezone.localdate()
    mandate = Mandate.objects.create(organisation=company, agent=agent, services=["enterprise-resumption"], granted_by="x",
                                     valid_from=today, valid_to=today, accepted_at=timezone.now())  # fmt: skip
    right = may_act_for(actor_of(owner), company.pk)
    assert right is not None
    assert (right.right, right.may_sign) == ("legal_representative", True)
    held = may_act_for(actor_of(agent), company.pk, service="enterprise-resumption")
    assert held is not None
    assert (held.mandate_id, held.may_sign) == (mandate.pk, False)
    assert may_act_for(actor_of(agent), company.pk, service="construction-permit") is None
    assert organisations_acted_for(actor_of(agent)) == [company]
    for other in (actor_of(stranger), ANONYMOUS, replace(actor_of(stranger), person_id=None)):
        assert may_act_for(other, company.pk) is None
        assert organisations_acted_for(other) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [{"accepted_at": None}, {"withdrawn_at": timezone.now()}, {"valid_from": timezone.localdate() + timedelta(1)}],
)
def test_a_mandate_not_in_force_gives_nothing(wrong: dict[str, object]) -> None:
    agent = Person.objects.create(name="王丽华")
    company = Organisation.objects.create(name="春和", kind="company", region_code="510502")
    today = timezone.localdate()
    given = {"valid_from": today, "valid_to": today + timedelta(2), "accepted_at": timezone.now(), "granted_by": "x"}
    Mandate.objects.create(organisation=company, agent=agent, **(given | wrong))
    assert may_act_for(actor_of(agent), company.pk) is None
    assert organisations_acted_for(actor_of(agent)) == []


@pytest.mark.django_db
def test_a_program_acts_for_its_own_organisation_only() -> None:
    company = Organisation.objects.create(name="春和", kind="company", region_code="510502")
    program = Actor(kind="client", channel="api", organisation_id=company.pk)
    assert may_act_for(program, company.pk) is not None
    assert organisations_acted_for(program) == [company]
    assert may_act_for(program, uuid7()) is None
