"""Reads of people and their log-ins."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.parties.models import Account, Person
from tongban.foundation.parties.rules import document_key
from tongban.lib.fields import blind_index_any


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


@dataclass(frozen=True, slots=True)
class Contacts:
    """Where a person can be reached; empty where nothing is known."""

    phone: str
    email: str
    language: str
    has_account: bool


def contacts_of(person_id: UUID) -> Contacts:
    """A person's addresses: the log-in's phone first, then the person's own."""
    person = Person.objects.get(pk=person_id)
    account = Account.objects.filter(person_id=person_id, is_active=True).first()
    if account is None:
        return Contacts(person.phone, "", "zh-hans", has_account=False)
    return Contacts(account.phone or person.phone, account.email, account.language, has_account=True)
