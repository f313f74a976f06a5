"""Who lives where, as somebody of the area may see it. Opening one person is an action: it leaves a look."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, Subquery, UUIDField, Value
from django.db.models.functions import Coalesce, Concat, Length
from django.utils import timezone

from tongban.foundation.parties.queries import people_by_id, person_by_document
from tongban.foundation.registers.models import Household, Lease, Residence, Workplace
from tongban.foundation.registers.queries.scopes import scope_of, within
from tongban.foundation.registers.rules.places import COMMUNITY_DIGITS
from tongban.lib.actors import Actor
from tongban.lib.fields import blind_index_any
from tongban.lib.identifiers import check_document
from tongban.lib.name_search import letter_searches, name_query
from tongban.lib.names import name_key
from tongban.lib.phones import check_mobile
from tongban.lib.refusals import not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.parties.models import Person

VIEW = "registers.view_residents"
BOTH_SIDES = "both_sides"  # the source of what landlord and tenant told each other, and nobody of the community saw
LIVING = ("floating", "tenant", "lodging")  # kinds of people registered elsewhere who live here


def residents_visible_to(
    by: Actor, *, area: str = "", term: str = "", kind: str = "", with_gone: bool = False
) -> QuerySet[Residence]:  # fmt: skip
    """Residences of an area, in force or ``with_gone`` all of them, by name; ``term`` is a name, pinyin or initials."""
    scope = scope_of(by, VIEW, area)
    found = Residence.objects.filter(name_query(term), **within(scope))
    if not with_gone:
        found = found.filter(until__isnull=True)
    if kind:
        found = found.filter(kind=kind)
    # With a term, by an expression no index holds: the few who answer to it are sorted, instead of all names in their order
    # being read until twenty answer to it.
    by_name = Concat("name_pinyin", Value("")) if term.strip() else F("name_pinyin")
    return found.select_related("dwelling").order_by(by_name, "name", "pk")


def residents_listed(by: Actor, *, area: str = "", term: str = "", kind: str = "", most: int) -> QuerySet[Residence]:
    """As ``residents_visible_to``, for a page: of a term many answer to, in more than a community, only about the first ``most``."""
    scope = scope_of(by, VIEW, area)
    if not term.strip() or len(scope) >= COMMUNITY_DIGITS:
        return residents_visible_to(by, area=area, term=term, kind=kind)
    of_kind = Q(kind=kind) if kind else Q()
    first = _Few(Value(list(_first_named(scope, term, most, of_kind)), output_field=ArrayField(UUIDField())))
    found = Residence.objects.filter(pk__one_of=first)
    return found.select_related("dwelling").order_by("name_pinyin", "name", "pk")


class _Few(Func):
    """Ids whose number a plan does not see: it fetches and sorts them, instead of reading all names until thirty are among them."""

    template = "ARRAY(SELECT unnest(%(expressions)s::uuid[]))"
    output_field = ArrayField(UUIDField())


def residents_named(by: Actor, term: str, *, area: str = "", most: int = 20) -> list[Residence]:
    """The first of an area whose name answers to what somebody types: those with just these initials before longer names."""
    found = _first_named(scope_of(by, VIEW, area), term, most)
    rows = Residence.objects.select_related("dwelling").in_bulk(found)
    return sorted(rows.values(), key=lambda row: (len(row.name_initials), row.name_pinyin, row.name, row.pk))[:most]


def _first_named(scope: str, term: str, most: int, narrowed: Q | None = None) -> set[UUID]:
    """Ids of those in force whose name answers to a term: all, or the first ``most`` of each way to read it."""
    here = Residence.objects.filter(narrowed or Q(), until__isnull=True, **within(scope)).values_list("pk", flat=True)
    if len(scope) >= COMMUNITY_DIGITS:
        # All names of a community are few: its index has the letters of each, and by an expression no other index tempts.
        by_name = Concat("name_pinyin", Value(""))
        return set(here.filter(name_query(term)).order_by(Length("name_initials"), by_name, "pk")[:most])
    if searches := letter_searches(term):
        return {pk for named, order in searches for pk in here.filter(named).order_by(*order)[:most]}
    # A tenth of a city bears one surname: any of them, in no order, for whoever reads on types more. Then those who have it elsewhere.
    begin = here.filter(name__startswith=term.strip(), name_pinyin__startswith=name_key(term).pinyin)
    found = set(begin[:most])
    return found if len(found) >= most else found | set(here.filter(name_query(term))[:most])


def residents_by_document(by: Actor, document_type: str, number: str) -> QuerySet[Residence]:
    """Where the person with a document lives, as far as it lies in one's area."""
    scope = scope_of(by, VIEW)
    person = person_by_document(document_type, check_document(document_type, number, field="document_number"))
    return _open(scope).filter(person_id=person.pk) if person else Residence.objects.none()


def residents_by_phone(by: Actor, phone: str) -> QuerySet[Residence]:
    """Residents of one's area with a mobile number."""
    scope = scope_of(by, VIEW)
    keys = blind_index_any("phone", check_mobile(phone, field="phone"))
    return _open(scope).filter(person__phone_index__in=keys)


def _open(scope: str) -> QuerySet[Residence]:
    return Residence.objects.filter(until__isnull=True, **within(scope)).select_related("dwelling")


def residence_visible_to(by: Actor, residence_id: UUID) -> Residence:
    """One residence of one's area, in force or not."""
    scope = scope_of(by, VIEW)
    row = Residence.objects.filter(pk=residence_id, **within(scope)).select_related("dwelling").first()
    if row is None:
        raise not_found(T("这条居住登记", "This residence"))
    return row


def residents_of_dwelling(by: Actor, dwelling_id: UUID) -> list[Residence]:
    """Everybody recorded at a dwelling now: households together, each headed by its head."""
    found = _open(scope_of(by, VIEW)).filter(dwelling_id=dwelling_id).select_related("household")
    return sorted(found, key=_household_order)


def residents_of_dwellings(by: Actor, dwelling_ids: Collection[UUID]) -> dict[UUID, list[Residence]]:
    """``residents_of_dwelling`` for many at once, in one statement; those where nobody is recorded are left out."""
    found: dict[UUID, list[Residence]] = {}
    for row in _open(scope_of(by, VIEW)).filter(dwelling_id__in=dwelling_ids).select_related("household"):
        found.setdefault(row.dwelling_id, []).append(row)
    return {key: sorted(rows, key=_household_order) for key, rows in found.items()}


def _household_order(row: Residence) -> tuple[str, str, str]:
    return (str(row.household_id or "~"), row.relation or "~", row.name_pinyin)


def households_of_dwelling(by: Actor, dwelling_id: UUID) -> QuerySet[Household]:
    """Households at a dwelling."""
    scope = scope_of(by, VIEW)
    return Household.objects.filter(dwelling_id=dwelling_id, ended_on__isnull=True, **within(scope)).order_by("number")


def present_not_registered(by: Actor, *, area: str = "") -> QuerySet[Residence]:
    """人在户不在: who lives in an area without being registered in that community. People from abroad are not counted."""
    scope = scope_of(by, VIEW, area)
    registered = Residence.objects.filter(
        person_id=OuterRef("person_id"), kind="registered", until__isnull=True,
        **within(scope[:COMMUNITY_DIGITS]),
    )  # fmt: skip
    found = _open(scope).filter(~Exists(registered), kind__in=LIVING).exclude(is_present=False)
    return found.order_by("name_pinyin", "name", "pk")


def registered_not_present(by: Actor, *, area: str = "") -> QuerySet[Residence]:
    """户在人不在: who is registered in an area but is known to live elsewhere: somebody said so, or recorded them there."""
    scope = scope_of(by, VIEW, area)
    elsewhere = Residence.objects.filter(
        person_id=OuterRef("person_id"), kind__in=LIVING, until__isnull=True
    ).exclude(dwelling_id=OuterRef("dwelling_id"))  # fmt: skip
    away = Q(is_present=False) | (Q(is_present__isnull=True) & Exists(elsewhere))
    return _open(scope).filter(away, kind="registered").order_by("name_pinyin", "name", "pk")


def leases_visible_to(by: Actor, *, area: str = "", ended: bool = False) -> QuerySet[Lease]:
    """Leases of an area by their last day: those that run, or with ``ended`` those over with tenants still recorded."""
    scope = scope_of(by, VIEW, area)
    found = Lease.objects.filter(**within(scope)).select_related("dwelling")
    if not ended:
        return found.filter(until__gte=timezone.localdate()).order_by("until", "pk")
    still_there = Residence.objects.filter(lease=OuterRef("pk"), until__isnull=True)
    return found.filter(Exists(still_there), until__lt=timezone.localdate()).order_by("until", "pk")


def to_confirm(by: Actor, *, area: str = "", days: int = 90) -> QuerySet[Residence]:
    """Residences nobody confirmed within so many days, those never confirmed first."""
    scope = scope_of(by, VIEW, area)
    since = timezone.now() - timedelta(days=days)
    stale = Q(confirmed_at__isnull=True) | Q(confirmed_at__lt=since)
    return _open(scope).filter(stale).order_by("area_code", "confirmed_at", "pk")


@dataclass(frozen=True, slots=True)
class ResidentFound:
    """What registers hold on one person, as far as the viewer's area reaches."""

    person: Person
    residences: list[Residence]
    workplaces: list[Workplace]
    leases_let: list[Lease]


def resident_found(person_id: UUID, scope: str) -> ResidentFound:
    """A person's rows; for the action that opens them, and for the person themselves ("" is everything)."""
    person = people_by_id([person_id])[person_id]
    residences = Residence.objects.filter(person_id=person_id, **within(scope)).select_related("dwelling", "lease")
    leases = Lease.objects.filter(landlord_person_id=person_id, **within(scope)).select_related("dwelling")
    return ResidentFound(
        person, list(residences.order_by("-since", "pk")), list(Workplace.objects.filter(person_id=person_id)),
        list(leases.order_by("-since")),
    )  # fmt: skip


def homes_of_person(person_id: UUID) -> list[Residence]:
    """Where a person lives now, for the person themself: asks nobody who is looking."""
    found = Residence.objects.filter(person_id=person_id, until__isnull=True)
    return list(found.select_related("dwelling__place", "dwelling__building", "lease").order_by("kind", "pk"))


def residences_at(dwelling_id: UUID) -> list[Residence]:
    """Who lives at a dwelling now, for an app that asks them something: asks nobody who is looking."""
    found = Residence.objects.filter(dwelling_id=dwelling_id, until__isnull=True)
    return list(found.select_related("lease").order_by("pk"))


def own_record(person_id: UUID) -> ResidentFound:
    """Everything registers hold on a person, for that person and for whoever confirms what they propose."""
    return resident_found(person_id, "")


def who_lives_at(dwelling_ids: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Who is recorded at some dwellings now, as (person, dwelling)."""
    found = Residence.objects.filter(dwelling_id__in=list(dwelling_ids), until__isnull=True)
    return set(found.values_list("person_id", "dwelling_id"))


def people_living_with(rows: Collection[Residence]) -> list[Residence]:
    """Members in force of the households some residences belong to, those residences included."""
    homes = {row.household_id for row in rows if row.household_id}
    found = Residence.objects.filter(household_id__in=homes, until__isnull=True).select_related("dwelling")
    return list(found.order_by("name_pinyin", "name", "pk"))


def tenants_of(leases: Collection[Lease]) -> list[Residence]:
    """Who is recorded as a tenant of some leases now."""
    found = Residence.objects.filter(lease__in=[lease.pk for lease in leases], until__isnull=True)
    return list(found.select_related("dwelling").order_by("name_pinyin", "name", "pk"))


def with_work(found: QuerySet[Residence]) -> QuerySet[Residence]:
    """A list with each person's record and, as ``employer``, where they work now ("" where nobody said)."""
    work = Workplace.objects.filter(person_id=OuterRef("person_id"), until__isnull=True).order_by("-confirmed_at", "pk")
    employer = Coalesce(Subquery(work.values("employer")[:1]), Value(""))
    return found.select_related("person", "dwelling").annotate(employer=employer)


def lacking(found: QuerySet[Residence], fact: str) -> QuerySet[Residence]:
    """Those of a list of whom a fact (phone, employer, since, relation) is not recorded."""
    work = Workplace.objects.filter(person_id=OuterRef("person_id"), until__isnull=True)
    missing = {
        "phone": Q(person__phone_index__isnull=True), "employer": ~Exists(work), "since": Q(since__isnull=True), "relation": Q(relation=""),
    }  # fmt: skip
    return found.filter(missing[fact])
