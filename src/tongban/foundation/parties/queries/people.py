"""Reads of people and their log-ins."""

from __future__ import annotations

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
