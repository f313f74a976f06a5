"""Reads of people and their log-ins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import BooleanField, F, FilteredRelation, Func, Q, QuerySet, Value

from tongban.foundation.parties.models import Account, Correction, Look, Person
from tongban.foundation.parties.queries.access import require
from tongban.lib.actors import Actor
from tongban.lib.fields import blind_index_any
from tongban.lib.identifiers import document_key
from tongban.lib.name_search import name_query
from tongban.lib.refusals import not_found
from tongban.lib.repeated import Repeated
from tongban.lib.words import T


def person_by_document(document_type: str, number: str) -> Person | None:
    """The person known by a checked document; for actions only, since it asks nobody who is looking."""
    if not number:
        return None
    return Person.objects.filter(
        document_index__in=blind_index_any("document", document_key(document_type, number))
    ).first()


def account_by_phone(phone: str) -> Account | None:
    """The log-in that holds a phone number in E.164."""
    return Account.objects.filter(phone_index__in=blind_index_any("phone", phone)).first() if phone else None


def verified_account(document_type: str, number: str) -> Account | None:
    """The log-in of whoever was verified, online or at a counter, with this document."""
    person = person_by_document(document_type, number)
    if person is None or person.assurance < Person.Assurance.VERIFIED:
        return None
    return Account.objects.filter(person=person).first()


@dataclass(frozen=True, slots=True)
class Contacts:
    """Where a person can be reached; empty where nothing is known."""

    phone: str
    email: str
    language: str
    has_account: bool


_CONTACTS = Repeated[tuple[str, UUID | None, str, str, str]](
    lambda person_id: (
        Person.objects.filter(pk=person_id)
        .annotate(log_in=FilteredRelation("account", condition=Q(account__is_active=True)))
        .order_by("log_in__pk")
        .values_list("phone", "log_in__pk", "log_in__phone", "log_in__email", "log_in__language")
    )
)


def contacts_of(person_id: UUID) -> Contacts:
    """A person's addresses: the log-in's phone first, then the person's own."""
    own_phone, log_in, phone, email, language = _CONTACTS(person_id=person_id)[0]
    if log_in is None:
        return Contacts(own_phone, "", "zh-hans", has_account=False)
    return Contacts(phone or own_phone, email, language, has_account=True)


def people_visible_to(by: Actor, term: str) -> QuerySet[Person]:
    """People of the region somebody works for whose name answers to a term; sorted by name."""
    require(by, "parties.view_person")
    return Person.objects.filter(name_query(term), region_code__startswith=by.region).order_by("name_pinyin", "name")


def person_visible_to(by: Actor, person_id: UUID) -> Person:
    """One person: oneself, or somebody of the region one works for. Opening the record is a look to be recorded."""
    if by.person_id == person_id:
        return Person.objects.get(pk=person_id)
    found = people_visible_to(by, "").filter(pk=person_id).first()
    if found is None:
        raise not_found(T("这个人", "This person"))
    return found


def looks_at(by: Actor) -> QuerySet[Look]:
    """Who looked at oneself, newest first."""
    return Look.objects.filter(person_id=by.person_id).order_by("-at") if by.person_id else Look.objects.none()


def corrections_of(by: Actor) -> QuerySet[Correction]:
    """Corrections one asked for oneself, newest first."""
    return (
        Correction.objects.filter(person_id=by.person_id).order_by("-asked_at")
        if by.person_id
        else Correction.objects.none()
    )


def corrections_to_settle(by: Actor) -> QuerySet[Correction]:
    """Open corrections of people of the region somebody works for, oldest first."""
    require(by, "parties.settle_correction")
    found = Correction.objects.filter(settled_at__isnull=True, person__region_code__startswith=by.region)
    return found.select_related("person").order_by("asked_at")


def document_of(person_id: UUID) -> tuple[str, str]:
    """A person's document type and number, "" where none is known; for actions that look them up elsewhere."""
    found = Person.objects.filter(pk=person_id).only("document_type", "document_number").first()
    return (found.document_type, found.document_number) if found else ("", "")


def people_by_id(person_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """People by id, one statement for all; for actions, since it asks nobody who is looking."""
    return {person.pk: person for person in Person.objects.filter(pk__in=list(person_ids))}


def people_with_login(person_ids: Iterable[UUID]) -> set[UUID]:
    """Those of some people who can sign in."""
    found = Account.objects.filter(person_id__in=list(person_ids), is_active=True)
    return {one for one in found.values_list("person_id", flat=True) if one}


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody on record, as far as a list is compared with them."""

    person_id: UUID
    name: str
    document_type: str
    birth_date: str
    phone_index: bytes | None


def people_of_indexes(field: str, keys: Iterable[bytes]) -> dict[bytes, list[Known]]:
    """People by blind indexes, ``field`` being ``document`` or ``phone``; for actions that compare lists."""
    column = f"{field}_index"
    wanted = {"name", "document_type", "birth_date", "phone_index", column}
    found: dict[bytes, list[Known]] = {}
    # One array, not a placeholder for each of thousands.
    is_wanted = Func(
        F(column), Value(list(keys)), template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField()
    )
    for row in Person.objects.filter(is_wanted).only(*wanted):
        known = Known(row.pk, row.name, row.document_type, row.birth_date, row.phone_index)
        found.setdefault(getattr(row, column), []).append(known)
    return found
