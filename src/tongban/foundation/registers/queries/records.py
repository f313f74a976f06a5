"""Records of companies and people, found by the number that identifies them. For actions: they ask nobody who looks."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from tongban.foundation.registers.models import CompanyRecord, PersonRecord, Residence, Workplace
from tongban.lib.fields import blind_index_any
from tongban.lib.identifiers import document_key
from tongban.lib.repeated import Repeated

_COMPANY = Repeated[CompanyRecord](lambda uscc: CompanyRecord.objects.filter(uscc=uscc))


def company_record(uscc: str) -> CompanyRecord | None:
    """A company by its checked credit code."""
    return _COMPANY.first(uscc=uscc) if uscc else None


def person_record(document_type: str, number: str) -> PersonRecord | None:
    """A person by a checked document."""
    if not number:
        return None
    keys = blind_index_any("document", document_key(document_type, number))
    return PersonRecord.objects.filter(document_index__in=keys).first()


def present_residence(person_id: UUID) -> Residence | None:
    """Where somebody lives now: what was last confirmed among residences in force that nobody called them away from."""
    found = Residence.objects.filter(person_id=person_id, until__isnull=True).exclude(is_present=False)
    rows = list(found.select_related("dwelling"))
    return max(rows, key=lambda row: (row.kind != "registered", row.confirmed_at is not None, str(row.confirmed_at)),
               default=None)  # fmt: skip


def present_workplace(person_id: UUID) -> Workplace | None:
    """Where somebody works now, the last one confirmed."""
    rows = Workplace.objects.filter(Q(until__isnull=True), person_id=person_id)
    return max(rows, key=lambda row: (row.confirmed_at is not None, str(row.confirmed_at)), default=None)
