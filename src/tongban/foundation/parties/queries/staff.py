"""Reads for whoever manages offices, staff, devices and programs; each within its viewer's scope."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, Q, QuerySet
from django.utils import timezone

from tongban.foundation.parties.models import (
    Account,
    ApiClient,
    Delegation,
    Device,
    Membership,
    Organisation,
    Person,
    Unit,
)
from tongban.foundation.parties.queries.access import (
    actor_of_account,
    delegations_in_force,
    memberships_in_force,
    require,
    with_membership,
)
from tongban.lib.actors import Actor
from tongban.lib.capabilities import ROLES, of_role
from tongban.lib.name_search import name_query
from tongban.lib.refusals import forbidden, not_found
from tongban.lib.repeated import Repeated
from tongban.lib.words import T

OFFICES = (Organisation.Kind.GOVERNMENT, Organisation.Kind.INSTITUTION)


def _own_organisation(by: Actor, path: str) -> Q:
    """What an organisation's manager is limited to; an administrator is limited by region alone."""
    return Q(**{path: by.organisation_id}) if by.role == "organisation_manager" else Q()


def offices_visible_to(by: Actor, term: str = "") -> QuerySet[Organisation]:
    """Offices whose staff somebody manages, by name, each with the number of memberships in force."""
    require(by, "parties.manage_staff")
    today = timezone.localdate()
    working = Q(units__memberships__withdrawn_at__isnull=True, units__memberships__valid_from__lte=today) & (
        Q(units__memberships__valid_to__isnull=True) | Q(units__memberships__valid_to__gte=today)
    )
    found = Organisation.objects.filter(
        _own_organisation(by, "pk"), name_query(term, personal=False), kind__in=OFFICES, is_active=True,
        region_code__startswith=by.region,
    )  # fmt: skip
    return found.annotate(staff_count=Count("units__memberships", filter=working)).order_by("name_pinyin", "name")


def office_visible_to(by: Actor, organisation_id: UUID) -> Organisation:
    """One office whose staff somebody manages."""
    found = offices_visible_to(by).filter(pk=organisation_id).first()
    if found is None:
        raise not_found(T("这个单位", "This organisation"))
    return found


def people_in_role(role: str) -> list[UUID]:
    """Everybody who holds a role somewhere today, once each."""
    today = timezone.localdate()
    held = Membership.objects.filter(role=role, withdrawn_at__isnull=True, valid_from__lte=today)
    found = held.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
    return sorted(set(found.values_list("person_id", flat=True)))


def people_who_may(capability: str, area: str) -> list[UUID]:
    """Everybody whose membership brings a capability over an area today, once each."""
    today, roles = timezone.localdate(), [role for role in ROLES if capability in of_role(role)]
    held = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today), role__in=roles, withdrawn_at__isnull=True, valid_from__lte=today,
        region_code__in=[area[:length] for length in range(len(area) + 1)],
    )  # fmt: skip
    return sorted(set(held.values_list("person_id", flat=True)))


def staff_by_username(username: str, capability: str) -> Actor:
    """Somebody at a terminal of the machine, working with a membership that brings a capability; refused without one."""
    account = Account.objects.select_related("person").filter(username=username, is_active=True).first()
    if account is None or account.person_id is None:
        raise not_found(T("这个登录名", "This log-in"))
    actor = actor_of_account(account, channel="cli", second_factor=True)
    for membership in memberships_in_force(account.person_id, timezone.localdate()):
        found = with_membership(actor, membership)
        if capability in found.capabilities:
            return found
    raise forbidden()


def units_of(organisation_id: UUID) -> QuerySet[Unit]:
    """Active units of an organisation, by name."""
    return Unit.objects.filter(organisation_id=organisation_id, is_active=True).order_by("name_pinyin", "name")


def memberships_visible_to(by: Actor, term: str = "", *, ended: bool = False) -> QuerySet[Membership]:
    """Memberships somebody manages, by the person's name; ``ended`` shows the withdrawn and expired ones instead."""
    require(by, "parties.manage_staff")
    over = Q(withdrawn_at__isnull=False) | Q(valid_to__lt=timezone.localdate())
    found = Membership.objects.filter(
        _own_organisation(by, "unit__organisation_id"),
        name_query(term, via="person"),
        region_code__startswith=by.region,
    )
    chosen = found.filter(over) if ended else found.exclude(over)
    return chosen.select_related("person", "unit__organisation").order_by("person__name_pinyin", "person__name", "pk")


def desks_of(by: Actor) -> tuple[list[Membership], list[Delegation]]:
    """What a person may open a desk with today: own memberships, and colleagues' by delegation."""
    if by.person_id is None:
        return [], []
    today = timezone.localdate()
    return list(memberships_in_force(by.person_id, today)), list(
        delegations_in_force(by.person_id, today).select_related("membership__person")
    )


_WITH_DESK = Repeated[tuple[UUID]](
    lambda person_id, today: Person.objects.filter(
        Exists(memberships_in_force(person_id, today)) | Exists(delegations_in_force(person_id, today)), pk=person_id
    ).values_list("pk")
)


def has_desk(by: Actor) -> bool:
    """Whether a person may open a desk today, their own or a colleague's."""
    if by.person_id is None:
        return False
    return bool(_WITH_DESK(person_id=by.person_id, today=timezone.localdate()))


def clients_visible_to(by: Actor) -> QuerySet[ApiClient]:
    """API clients, newest first; revoked ones included."""
    require(by, "parties.manage_clients")
    return (
        ApiClient.objects.filter(region_code__startswith=by.region)
        .select_related("organisation")
        .order_by("-created_at")
    )


def devices_visible_to(by: Actor) -> QuerySet[Device]:
    """Devices, newest first; revoked ones included."""
    require(by, "parties.manage_clients")
    return Device.objects.filter(unit__region_code__startswith=by.region).select_related("unit").order_by("-created_at")


def devices_of_unit(unit_id: UUID) -> QuerySet[Device]:
    """Devices that may work for a unit, activated or not yet; newest first. The caller answers for who may see them."""
    return Device.objects.filter(unit_id=unit_id, revoked_at__isnull=True).order_by("-created_at")


def colleagues_of(by: Actor) -> list[Person]:
    """Others who work in the same organisation today, by name."""
    if by.organisation_id is None or by.person_id is None:
        return []
    today = timezone.localdate()
    working = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today), unit__organisation_id=by.organisation_id,
        withdrawn_at__isnull=True, valid_from__lte=today,
    ).exclude(person_id=by.person_id)  # fmt: skip
    return list(Person.objects.filter(pk__in=working.values("person_id")).order_by("name_pinyin", "name"))


class Colleague(NamedTuple):
    """Somebody who works beside the actor."""

    pk: UUID
    name: str


def colleagues_in_unit(by: Actor) -> list[Colleague]:
    """Everybody who works in the actor's own unit today, by name, the actor included."""
    if by.unit_id is None:
        return []
    return [Colleague(*one) for one in _BESIDE(unit_id=by.unit_id, today=timezone.localdate())]


def _beside(unit_id: UUID, today: date) -> QuerySet[Any]:
    working = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today), unit_id=unit_id, withdrawn_at__isnull=True, valid_from__lte=today
    )  # fmt: skip
    people = Person.objects.filter(pk__in=working.values("person_id")).order_by("name_pinyin", "name")
    return people.values_list("pk", "name")


_BESIDE = Repeated[tuple[UUID, str]](_beside)


def staff_of_unit(unit_id: UUID) -> list[Membership]:
    """Memberships of a unit in force today, by name; for applications that ask for the right themselves."""
    today = timezone.localdate()
    found = Membership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=today), unit_id=unit_id, withdrawn_at__isnull=True, valid_from__lte=today
    )  # fmt: skip
    return list(found.select_related("person").order_by("person__name_pinyin", "person__name", "pk"))


def name_on_paper(by: Actor) -> str:
    """The name under an official act: whoever acts by delegation signs for the colleague who is away."""
    if by.delegation_id is None or by.membership_id is None:
        return by.name
    holder = Membership.objects.filter(pk=by.membership_id).values_list("person__name", flat=True).first()
    return f"{by.name}（代{holder}）" if holder else by.name


def delegations_given(by: Actor) -> list[Delegation]:
    """Delegations of one's own memberships that have not ended, the next to begin first."""
    if by.person_id is None:
        return []
    found = Delegation.objects.filter(
        membership__person_id=by.person_id, withdrawn_at__isnull=True, valid_to__gte=timezone.localdate()
    )
    return list(found.select_related("delegate").order_by("valid_from"))


def organisations_in_reach(by: Actor) -> list[Organisation]:
    """Organisations an API client may be made for, by name; at most 500."""
    require(by, "parties.manage_clients")
    found = Organisation.objects.filter(is_active=True, region_code__startswith=by.region)
    return list(found.order_by("name_pinyin", "name")[:500])


def units_in_reach(by: Actor) -> list[Unit]:
    """Units a device may stand in, by name; at most 1000."""
    require(by, "parties.manage_clients")
    found = Unit.objects.filter(is_active=True, region_code__startswith=by.region)
    return list(found.order_by("name_pinyin", "name")[:1000])
