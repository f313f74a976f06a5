"""Offices, memberships, delegation, mandates, desks, devices and API clients."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.models import Delegation, Mandate, Membership, Organisation, Person, Unit
from tongban.foundation.parties.rules import Term
from tongban.foundation.parties.tests.arrange import OFFICE, actor_of, company_of, person_of, staff_of, unit_of
from tongban.foundation.parties.tests.test_people import refuses
from tongban.lib.actors import Actor
from tongban.lib.identifiers import synthetic_uscc

pytestmark = pytest.mark.django_db
FROM = date(2026, 1, 1)


def today() -> date:
    return timezone.localdate()


def year() -> Term:
    return Term(today(), today() + timedelta(days=365))


# ---- offices ----------------------------------------------------------------------------------------------------


def test_only_an_administrator_makes_offices_and_within_the_region() -> None:
    unit = unit_of()
    new = actions.NewOrganisation("新单位", Organisation.Kind.GOVERNMENT, "510502")
    with refuses("forbidden"):
        actions.create_organisation(new, by=staff_of(unit, "organisation_manager", 10))
    administrator = staff_of(unit, "administrator", 11)
    made = actions.create_organisation(new, by=administrator)
    with refuses("forbidden"):
        actions.create_organisation(actions.NewOrganisation("他区", "government", "510504"), by=administrator)
    part = actions.create_unit(
        actions.NewUnit("科", "department", "x", "510502"), organisation_id=made.pk, by=administrator
    )
    with refuses("unit_code_taken"):
        actions.create_unit(
            actions.NewUnit("科二", "department", "x", "510502"), organisation_id=made.pk, by=administrator
        )
    with refuses("not_found"):
        actions.create_unit(actions.NewUnit("科三", "department", "y", "510502"), organisation_id=made.pk,
                            parent_id=unit.pk, by=administrator)  # fmt: skip
    assert part.organisation == made


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (actions.NewOrganisation("甲", "castle", "510502"), "kind_unknown"),
        (actions.NewOrganisation(" ", "company", "510502"), "name_missing"),
        (actions.NewOrganisation("甲", "company", "510502", "91110000600037341X"), "uscc_checksum"),
        (actions.NewOrganisation("甲", "company", "510502", synthetic_uscc("11", 1)), "uscc_taken"),
    ],
)
def test_an_office_must_make_sense(new: actions.NewOrganisation, code: str) -> None:
    unit_of()
    with refuses(code):
        actions.create_organisation(new, by=OFFICE)


# ---- memberships ------------------------------------------------------------------------------------------------


def test_granting_and_withdrawing() -> None:
    unit, person = unit_of(), person_of()
    manager = staff_of(unit, "organisation_manager", 10)
    granted = actions.grant_membership(person.pk, unit.pk, "reviewer", term=Term(FROM), by=manager)
    assert granted.region_code == "510502"
    with refuses("membership_exists"):
        actions.grant_membership(person.pk, unit.pk, "reviewer", term=Term(FROM), by=manager)
    with refuses("reason_missing"):
        actions.withdraw_membership(granted.pk, reason=" ", by=manager)
    actions.withdraw_membership(granted.pk, reason="调离", by=manager)
    with refuses("membership_withdrawn"):
        actions.withdraw_membership(granted.pk, reason="调离", by=manager)
    assert not queries.memberships_in_force(person.pk, today()).exists()
    actions.grant_membership(person.pk, unit.pk, "reviewer", term=Term(FROM), by=manager)


def test_who_may_grant_what() -> None:
    unit, other, person = unit_of(), unit_of("emergency", number=2), person_of()
    manager, administrator = staff_of(unit, "organisation_manager", 10), staff_of(unit, "administrator", 11)
    with refuses("forbidden"):
        actions.grant_membership(person.pk, other.pk, "reviewer", term=Term(FROM), by=manager)
    with refuses("forbidden"):
        actions.grant_membership(person.pk, unit.pk, "reviewer", term=Term(FROM), region_code="", by=manager)
    with refuses("forbidden"):
        actions.grant_membership(person.pk, unit.pk, "reviewer", term=Term(FROM), by=actor_of(person))
    for role in ("administrator", "operator", "auditor"):
        with refuses("role_not_yours"):
            actions.grant_membership(person.pk, unit.pk, role, term=Term(FROM), by=manager)
    assert manager.person_id
    with refuses("own_membership"):
        actions.grant_membership(manager.person_id, unit.pk, "reviewer", term=Term(FROM), by=manager)
    granted = actions.grant_membership(person.pk, other.pk, "auditor", term=Term(FROM), by=administrator)
    with refuses("not_found"):
        actions.withdraw_membership(granted.pk, reason="调离", by=manager)
    ruling = actions.grant_membership(person.pk, unit.pk, "auditor", term=Term(FROM), by=administrator)
    with refuses("forbidden"):
        actions.withdraw_membership(ruling.pk, reason="调离", by=manager)
    with refuses("forbidden"):
        actions.withdraw_membership(ruling.pk, reason="调离", by=actor_of(person))


def test_a_grant_must_make_sense() -> None:
    unit, person = unit_of(), person_of()
    for role, term, code in (
        ("king", Term(FROM), "role_unknown"),
        ("clerk", Term(today(), today() - timedelta(days=1)), "term_order"),
        ("clerk", Term(FROM, FROM), "term_over"),
    ):
        with refuses(code):
            actions.grant_membership(person.pk, unit.pk, role, term=term, by=OFFICE)
    with refuses("not_found"):
        actions.grant_membership(unit.pk, unit.pk, "clerk", term=Term(FROM), by=OFFICE)
    with refuses("not_found"):
        actions.grant_membership(person.pk, person.pk, "clerk", term=Term(FROM), by=OFFICE)
    with refuses("not_found"):
        actions.withdraw_membership(person.pk, reason="调离", by=OFFICE)


def test_managers_see_their_own_organisation() -> None:
    unit, other = unit_of(), unit_of("emergency", number=2)
    manager, stranger = staff_of(unit, "organisation_manager", 10), staff_of(other, "reviewer", 20)
    assert [m.person_id for m in queries.memberships_visible_to(manager)] == [manager.person_id]
    assert [o.pk for o in queries.offices_visible_to(manager)] == [unit.organisation_id]
    with refuses("not_found"):
        queries.office_visible_to(manager, other.organisation_id)
    with refuses("forbidden"):
        queries.memberships_visible_to(stranger)
    administrator = staff_of(unit, "administrator", 11)
    offices = {o.name: o.staff_count for o in queries.offices_visible_to(administrator)}
    assert offices == {"江阳区health局": 2, "江阳区emergency局": 1}
    assert queries.memberships_visible_to(administrator, "员工20").count() == 1


# ---- delegation -------------------------------------------------------------------------------------------------


def delegated(holder: Actor, delegate: Actor, term: Term | None = None) -> Delegation:
    assert holder.membership_id
    assert delegate.person_id
    week = Term(today(), today() + timedelta(days=7))
    return actions.delegate_membership(
        holder.membership_id, delegate.person_id, term=term or week, reason="出差", by=holder
    )


def test_a_colleague_acts_while_one_is_away() -> None:
    unit = unit_of()
    holder, colleague = staff_of(unit, "decider", 10), staff_of(unit, "reviewer", 11)
    made = delegated(holder, colleague)
    assert queries.delegations_in_force(colleague.person_id, today()).get() == made
    assert actions.choose_desk(holder.membership_id, by=colleague).role == "decider"
    with refuses("delegation_overlaps"):
        delegated(holder, colleague)
    actions.withdraw_delegation(made.pk, by=colleague)
    with refuses("delegation_withdrawn"):
        actions.withdraw_delegation(made.pk, by=holder)
    with refuses("not_found"):
        actions.choose_desk(holder.membership_id, by=colleague)


def test_what_cannot_be_delegated() -> None:
    unit, other = unit_of(), unit_of("emergency", number=2)
    holder, colleague, stranger = (
        staff_of(unit, "decider", 10),
        staff_of(unit, "reviewer", 11),
        staff_of(other, "reviewer", 12),
    )
    with refuses("delegate_self"):
        delegated(holder, holder)
    with refuses("delegate_outside"):
        delegated(holder, stranger)
    for term, code in ((Term(today()), "term_open"), (Term(today(), today() + timedelta(days=400)), "term_too_long")):
        with refuses(code):
            delegated(holder, colleague, term)
    with refuses("forbidden"):
        actions.delegate_membership(holder.membership_id, colleague.person_id, term=year(), reason="出差", by=colleague)
    made = delegated(holder, colleague)
    with refuses("not_found"):
        actions.withdraw_delegation(made.pk, by=stranger)


# ---- desks ------------------------------------------------------------------------------------------------------


def test_a_desk_needs_a_second_factor_and_ones_own_membership() -> None:
    unit = unit_of()
    one, two = staff_of(unit, "reviewer", 10), staff_of(unit, "reviewer", 11)
    assert actions.choose_desk(one.membership_id, by=one).pk == one.membership_id
    with refuses("not_found"):
        actions.choose_desk(two.membership_id, by=one)
    plain = actor_of(Person.objects.get(pk=one.person_id))
    with refuses("second_factor_needed"):
        actions.choose_desk(one.membership_id, by=plain)


# ---- companies and mandates -------------------------------------------------------------------------------------


def new_company(uscc: str = synthetic_uscc("91", 600), kind: str = "company") -> actions.NewOrganisation:
    return actions.NewOrganisation("新开商贸", kind, "510502001006", uscc)


def test_claiming_a_company() -> None:
    person, other = person_of(), person_of("李四", 2)
    company = actions.claim_organisation(new_company(), by=actor_of(person))
    assert actions.claim_organisation(new_company(), by=actor_of(person)).pk == company.pk
    assert queries.organisations_acted_for(actor_of(person)) == [company]
    with refuses("company_claimed"):
        actions.claim_organisation(new_company(), by=actor_of(other))
    with refuses("kind_unknown"):
        actions.claim_organisation(new_company(synthetic_uscc("11", 7), "government"), by=actor_of(other))
    with refuses("uscc_length"):
        actions.claim_organisation(new_company("12"), by=actor_of(other))
    clerk = staff_of(unit_of("window"), "clerk", 90)
    actions.set_legal_representative(company.pk, other.pk, by=clerk)
    assert queries.organisations_acted_for(actor_of(person)) == []
    with refuses("forbidden"):
        actions.set_legal_representative(company.pk, person.pk, by=actor_of(person))


def mandate_for(agent: Person, term: Term | None = None, **more: object) -> actions.NewMandate:
    return actions.NewMandate(agent.name, agent.document_type, agent.document_number, term or year(), **more)  # type: ignore[arg-type]


def test_a_company_lets_its_accountant_act() -> None:
    owner, accountant = person_of(), person_of("王丽华", 2)
    company = company_of(representative=owner)
    grantor = actions.Grantor(organisation_id=company.pk)
    made = actions.grant_mandate(
        mandate_for(accountant, services=("resume-work",)), grantor=grantor, by=actor_of(owner)
    )
    agent = actor_of(accountant)
    assert queries.may_act_for(agent, company.pk) is None
    with refuses("not_found"):
        actions.accept_mandate(made.pk, by=actor_of(owner))
    actions.accept_mandate(made.pk, by=agent)
    with refuses("mandate_accepted"):
        actions.accept_mandate(made.pk, by=agent)
    standing = queries.may_act_for(agent, company.pk, service="resume-work")
    assert standing
    assert (standing.right, standing.may_sign) == ("mandate", False)
    assert queries.may_act_for(agent, company.pk, service="other") is None
    actions.act_for("organisation", company.pk, by=agent)
    with refuses("not_found"):
        actions.withdraw_mandate(made.pk, by=actor_of(person_of("路人", 3)))
    actions.withdraw_mandate(made.pk, by=actor_of(owner))
    assert queries.may_act_for(agent, company.pk) is None
    with refuses("forbidden"):
        actions.act_for("organisation", company.pk, by=agent)
    with refuses("mandate_withdrawn"):
        actions.withdraw_mandate(made.pk, by=agent)


def test_a_daughter_acts_for_her_father() -> None:
    father, daughter = person_of("陈大山", 1), person_of("陈小雨", 2)
    made = actions.grant_mandate(
        mandate_for(daughter, may_sign=True), grantor=actions.Grantor(person_id=father.pk), by=actor_of(father)
    )
    actions.accept_mandate(made.pk, by=actor_of(daughter))
    assert queries.persons_acted_for(actor_of(daughter)) == [father]
    standing = queries.may_act_for_person(actor_of(daughter), father.pk)
    assert standing
    assert standing.may_sign
    actions.act_for("person", father.pk, by=actor_of(daughter))
    given, _ = queries.mandates_of(actor_of(father))
    _, held = queries.mandates_of(actor_of(daughter))
    assert given == held == [made]


def test_at_the_counter_paper_is_enough() -> None:
    father, daughter = person_of("陈大山", 1, account=False), person_of("陈小雨", 2)
    clerk = staff_of(unit_of("window"), "clerk", 90)
    grantor = actions.Grantor(person_id=father.pk)
    with refuses("reason_missing"):
        actions.grant_mandate(mandate_for(daughter), grantor=grantor, by=clerk)
    made = actions.grant_mandate(mandate_for(daughter, evidence="纸质委托书 2026-01"), grantor=grantor, by=clerk)
    assert made.accepted_at
    Person.objects.filter(pk=father.pk).update(region_code="510502")
    with refuses("not_found"):
        actions.withdraw_mandate(made.pk, by=staff_of(unit_of("window", "510504", 2), "clerk", 91))
    actions.withdraw_mandate(made.pk, by=clerk)


def test_what_no_mandate_can_be() -> None:
    owner, agent = person_of(), person_of("王丽华", 2)
    company = company_of(representative=owner)
    grantor = actions.Grantor(organisation_id=company.pk)
    with refuses("forbidden"):
        actions.grant_mandate(mandate_for(agent), grantor=grantor, by=actor_of(agent))
    with refuses("mandate_self"):
        actions.grant_mandate(mandate_for(owner), grantor=actions.Grantor(person_id=owner.pk), by=actor_of(owner))
    with refuses("not_found"):
        actions.grant_mandate(mandate_for(agent), grantor=actions.Grantor(), by=actor_of(owner))
    with refuses("term_too_long"):
        actions.grant_mandate(
            mandate_for(agent, Term(today(), today() + timedelta(days=2000))), grantor=grantor, by=actor_of(owner)
        )
    wrong = actions.NewMandate("王大华", agent.document_type, agent.document_number, year())
    with refuses("agent_unknown"):
        actions.grant_mandate(wrong, grantor=grantor, by=actor_of(owner))
    actions.grant_mandate(mandate_for(agent), grantor=grantor, by=actor_of(owner))
    with refuses("mandate_exists"):
        actions.grant_mandate(mandate_for(agent), grantor=grantor, by=actor_of(owner))


def test_an_expired_mandate_counts_for_nothing() -> None:
    owner, agent = person_of(), person_of("王丽华", 2)
    company = company_of(representative=owner)
    made = actions.grant_mandate(
        mandate_for(agent), grantor=actions.Grantor(organisation_id=company.pk), by=actor_of(owner)
    )
    yesterday = today() - timedelta(days=1)
    Mandate.objects.filter(pk=made.pk).update(valid_from=yesterday, valid_to=yesterday)
    with refuses("mandate_expired"):
        actions.accept_mandate(made.pk, by=actor_of(agent))
    Mandate.objects.filter(pk=made.pk).update(accepted_at=timezone.now())
    assert queries.may_act_for(actor_of(agent), company.pk) is None


def test_a_withdrawn_membership_closes_the_desk_at_the_next_page(settings: object) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    reviewer = staff_of(unit_of(), "reviewer", 10)
    Person.objects.update(is_sample=True)
    Unit.objects.update(is_sample=True)  # a demo's role works at a unit of the demo
    client = Client(headers={"host": "luzhou.localhost"})
    client.post("/demo/enter", {"username": "user10"})
    assert client.get("/").wsgi_request.actor.is_staff
    actions.withdraw_membership(Membership.objects.get(pk=reviewer.membership_id).pk, reason="调离", by=OFFICE)
    assert not client.get("/").wsgi_request.actor.is_staff
