"""Registering people and proving who they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.hooks import REGISTER_PERSON, VERIFY_PERSON
from tongban.foundation.parties.models import Account, Person
from tongban.foundation.parties.queries import person_by_document, require
from tongban.foundation.parties.queries.leaves import identity_leaf
from tongban.foundation.parties.rules import Particulars, check_name
from tongban.lib.actors import Actor
from tongban.lib.fields import blind_index_any, fill_indexes
from tongban.lib.identifiers import check_document, document_key, personal_facts
from tongban.lib.names import tidy_name
from tongban.lib.phones import check_mobile
from tongban.lib.refusals import Refusal, changed_meanwhile, not_found
from tongban.lib.words import T

PERSON = T("这个人", "This person")
_EIGHTEEN_DIGITS = frozenset({"resident_id", "hmt_residence_permit", "permanent_resident_id"})


@transaction.atomic
def register_person(particulars: Particulars, *, source: str = "office", is_sample: bool = False, by: Actor) -> Person:
    """Record a person the office deals with, at assurance level 2; one document belongs to one person."""
    require(by, REGISTER_PERSON)
    person = Person(source=source, is_sample=is_sample)
    fill_in(person, particulars)
    return save_unique(person)


@transaction.atomic
def register_people(
    many: Iterable[Particulars], *, source: str = "office", is_sample: bool = False, by: Actor
) -> list[Person]:
    """Record many people at once, all of them or none: each checked as by ``register_person``."""
    require(by, REGISTER_PERSON)
    people = []
    for particulars in many:
        person = Person(source=source, is_sample=is_sample)
        fill_in(person, particulars)
        people.append(person)
    keys = [
        key
        for person in people
        for key in blind_index_any("document", document_key(person.document_type, person.document_number))
    ]
    try:
        with transaction.atomic():
            if keys and Person.objects.filter(document_index__in=keys).exists():
                raise document_taken()
            return Person.objects.bulk_create(people, batch_size=1000)
    except IntegrityError:
        raise document_taken() from None


@transaction.atomic
def verify_at_counter(person_id: UUID, *, by: Actor) -> Person:
    """Raise a person to assurance level 5: a clerk has seen the person and the document."""
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    require(by, VERIFY_PERSON)
    if person is None:
        raise not_found(PERSON)
    if not person.document_number:
        raise Refusal("document_missing", T("这个人还没有登记证件，请先登记证件。",
                      "No document is recorded for this person: record it first."), field="document_number")  # fmt: skip
    person.assurance = Person.Assurance.COUNTER
    person.confirmed_at = timezone.now()
    person.save(update_fields=["assurance", "confirmed_at"])
    record_identity(person, by)
    return person


@transaction.atomic
def record_phone(person_id: UUID, phone: str, *, replace: bool = False, seen: str | None = None, by: Actor) -> Person:
    """Record the number somebody can be called at; one on record is kept unless they gave the new one themselves.

    ``seen`` is what stood there when that was decided: changed since, nothing is written. "" with ``replace`` is nobody's number.

    Signing in goes by the log-in's own number, which this does not change.
    """
    require(by, REGISTER_PERSON)
    number = check_mobile(phone, field="phone") if phone or not replace else ""
    person = Person.objects.select_for_update().filter(pk=person_id).first()
    if person is None:
        raise not_found(PERSON)
    if seen is not None and person.phone not in (seen, number):
        raise changed_meanwhile()
    if person.phone and person.phone != number and not replace:
        raise Refusal("phone_known", T("已经登记了另一个号码，请由本人更正。",
                      "Another number is on record: the person corrects it."), field="phone", status=409)  # fmt: skip
    person.phone = number
    if by.kind == "person":  # said by somebody who knows, not taken from a list
        person.confirmed_at = timezone.now()
    fill_indexes(person)
    person.save(update_fields=["phone", "phone_index", "phone_tail_index", "confirmed_at"])
    return person


@transaction.atomic
def fill_phones(numbers: Mapping[UUID, str], *, by: Actor) -> set[UUID]:
    """Record a checked number for each person who has none; whoever got one. What is on record is never overwritten."""
    require(by, REGISTER_PERSON)
    lacking = Person.objects.select_for_update().filter(pk__in=list(numbers), phone_index__isnull=True)
    return _write_phones({person: numbers[person.pk] for person in lacking})


@transaction.atomic
def put_back_phones(brought: Mapping[UUID, tuple[str, str]], *, since: datetime, by: Actor) -> set[UUID]:
    """Undo numbers that were brought, by person (number, the one before), where the brought one still stands.

    Who was confirmed after ``since``, or signs in with that number, keeps it; the answer is who does.
    """
    require(by, REGISTER_PERSON)
    found = Person.objects.select_for_update().filter(pk__in=list(brought))
    same = {one for one in found if one.phone == brought[one.pk][0]}
    accounts = Account.objects.filter(person_id__in=[one.pk for one in same], is_active=True)
    own = {(one.person_id, one.phone) for one in accounts}
    kept = {one for one in same if (one.confirmed_at and one.confirmed_at > since) or (one.pk, one.phone) in own}
    _write_phones({one: brought[one.pk][1] for one in same - kept})
    return {one.pk for one in kept}


def _write_phones(numbers: Mapping[Person, str]) -> set[UUID]:
    for person, number in numbers.items():
        person.phone = number
        fill_indexes(person)
    Person.objects.bulk_update(list(numbers), ["phone", "phone_index", "phone_tail_index"], batch_size=500)
    return {person.pk for person in numbers}


def record_identity(person: Person, by: Actor) -> None:
    """The public trace of whom an office knows by document: anew whenever those facts are corrected."""
    ledger.record("identity.verified", by=by, subject=("parties.person", person.pk), values=identity_leaf(person))


def fill_in(person: Person, particulars: Particulars) -> None:
    """Check particulars and put them into a person, with what the number itself tells; saves nothing."""
    person.name = check_name(tidy_name(particulars.name))
    if particulars.document_type or particulars.document_number:
        person.document_type = particulars.document_type
        person.document_number = check_document(
            particulars.document_type, particulars.document_number, field="document_number"
        )
        if person.document_type in _EIGHTEEN_DIGITS:
            facts = personal_facts(person.document_number)
            person.birth_date = facts.birth.isoformat()
            person.sex = facts.sex
    if particulars.phone:
        person.phone = check_mobile(particulars.phone, field="phone")
    if particulars.address:
        person.address = " ".join(particulars.address.split())[:200]
    if particulars.region_code:
        person.region_code = particulars.region_code
    fill_indexes(person)


def save_unique(person: Person) -> Person:
    """Save a person unless the document is another's, also when both are saved at the same moment."""
    # While an index key rotates, the other's index may still be under the old key: the constraint would not see it.
    known = person_by_document(person.document_type, person.document_number)
    if known is not None and known.pk != person.pk:
        raise document_taken()
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        raise document_taken() from None
    return person


def document_taken() -> Refusal:
    """The refusal for a document that is recorded for somebody else already."""
    return Refusal(
        "document_taken",
        T("这个证件已经登记在另一份记录上。如果那就是您，请用原来的手机号登录；登录不了，请带证件到窗口核验合并。",
          "This document is recorded already. If that is you, sign in with your earlier phone number; "
          "if you cannot, bring the document to a service window."),
        field="document_number", status=409,
    )  # fmt: skip


def age_on(person: Person, day: date) -> int | None:
    """Full years a person has lived on a day; None when the date of birth is not known."""
    if not person.birth_date:
        return None
    birth = date.fromisoformat(person.birth_date)
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
