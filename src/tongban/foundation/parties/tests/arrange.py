"""People, units and staff for tests, made through the actions."""

from __future__ import annotations

import secrets
from datetime import date, timedelta

from django.test import Client
from django.utils import timezone

from tongban.foundation.parties import actions
from tongban.foundation.parties.models import AccessToken, ApiClient, Membership, Organisation, Person, Unit
from tongban.foundation.parties.queries import (
    SESSION_MEMBERSHIP,
    SESSION_SECOND_FACTOR,
    actor_of_account,
    token_hash,
    with_membership,
)
from tongban.foundation.parties.rules import Particulars, Term
from tongban.lib.actors import Actor, system
from tongban.lib.identifiers import synthetic_id_number, synthetic_uscc

OFFICE = system("tests")
HOST = {"host": "luzhou.localhost"}
PASSWORD = "correct-horse-2020"


def person_of(name: str = "张三", number: int = 1, *, account: bool = True) -> Person:
    """A person, with a log-in ``user1``; the number keeps documents and phones apart."""
    particulars = Particulars(
        name=name, document_type="resident_id", phone=f"+861380000{number:04d}", region_code="510502001006",
        document_number=synthetic_id_number(date(1990, 1, 1), number), address="示例路 1 号",
    )  # fmt: skip
    person = actions.register_person(particulars, by=OFFICE)
    if account:
        made = actions.create_account(f"user{number}", phone=particulars.phone, person_id=person.pk, by=OFFICE)
        actions.set_password(made.pk, PASSWORD, by=OFFICE)
        person.refresh_from_db()
    return person


def unit_of(code: str = "health", region: str = "510502", number: int = 1) -> Unit:
    """A unit of a government organisation of its own."""
    new = actions.NewOrganisation(f"江阳区{code}局", Organisation.Kind.GOVERNMENT, region, synthetic_uscc("11", number))
    organisation = actions.create_organisation(new, by=OFFICE)
    return actions.create_unit(
        actions.NewUnit(f"{code}科", Unit.Kind.DEPARTMENT, code, region), organisation_id=organisation.pk, by=OFFICE
    )


def staff_of(unit: Unit, role: str, number: int, *, region: str | None = None) -> Actor:
    """Somebody working in a unit with a role, second factor done."""
    person = person_of(f"员工{number}", number)
    granted = actions.grant_membership(
        person.pk, unit.pk, role, term=Term(date(2026, 1, 1)), region_code=region, by=OFFICE
    )
    membership = Membership.objects.select_related("unit").get(pk=granted.pk)
    return with_membership(actor_of_account(person.account, channel="web", second_factor=True), membership)


def actor_of(person: Person) -> Actor:
    """Somebody signed in, acting for themselves."""
    return actor_of_account(person.account, channel="web", second_factor=False)


def seat(client: Client, membership: Membership) -> None:
    """Open the desk of a membership for whoever is signed in, as a demo does: without proving a second factor."""
    session = client.session
    session[SESSION_MEMBERSHIP], session[SESSION_SECOND_FACTOR] = str(membership.pk), "demo"
    session.save()


def token_for(client: ApiClient, *scopes: str) -> str:
    """A bearer token of an API client, for everything it was admitted to or for some of it."""
    token = f"tba-{secrets.token_urlsafe(32)}"
    AccessToken.objects.create(
        client=client, token_hash=token_hash(token)[0], scopes=list(scopes or client.capabilities),
        expires_at=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    return token


def company_of(
    name: str = "示例商贸有限公司", number: int = 500, *, representative: Person | None = None
) -> Organisation:
    """A company."""
    new = actions.NewOrganisation(name, Organisation.Kind.COMPANY, "510502001006", synthetic_uscc("91", number))
    return actions.create_organisation(new, legal_representative_id=representative and representative.pk, by=OFFICE)
