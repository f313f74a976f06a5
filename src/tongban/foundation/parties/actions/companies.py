"""Companies as their own people bring them here."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties.actions.organisations import (
    ORGANISATION,
    NewOrganisation,
    record_representative,
    save_organisation,
)
from tongban.foundation.parties.actions.people import PERSON
from tongban.foundation.parties.hooks import VERIFY_PERSON
from tongban.foundation.parties.models import Organisation, Person
from tongban.foundation.parties.queries import require
from tongban.foundation.parties.rules import check_name, check_reason
from tongban.lib.actors import Actor
from tongban.lib.identifiers import check_uscc
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

# What a visitor may say to represent; offices and public institutions are recorded by the administrator.
CLAIMABLE = (
    Organisation.Kind.COMPANY,
    Organisation.Kind.SOLE_TRADER,
    Organisation.Kind.COLLECTIVE,
    Organisation.Kind.SOCIAL,
)


@transaction.atomic
def claim_organisation(new: NewOrganisation, *, by: Actor) -> Organisation:
    """Record a company as its legal representative; one that somebody represents already is settled at a counter."""
    person = Person.objects.select_for_update().filter(pk=by.person_id).first() if by.person_id else None
    if person is None or not person.document_number:
        raise Refusal("identity_missing", T("请先填写您的身份信息。", "Say who you are first."), status=409)
    if new.kind not in CLAIMABLE:
        raise Refusal("kind_unknown", T("请从列表中选择类型。", "Choose a kind from the list."), field="kind")
    uscc = check_uscc(new.uscc, field="uscc")
    known = Organisation.objects.select_for_update().filter(uscc=uscc).first()
    if known is None:
        claimed = save_organisation(
            Organisation(
                name=check_name(" ".join(new.name.split())), kind=new.kind, region_code=new.region_code, uscc=uscc,
                address=new.address[:200], industry=new.industry[:80], source="self", legal_representative=person,
            )
        )  # fmt: skip
        record_representative(claimed, "claim", by)
        return claimed
    if known.legal_representative_id == person.pk:
        return known
    raise Refusal("company_claimed", T("这家单位已登记了法定代表人或负责人。如有变更，请带营业执照和身份证件到窗口办理。",
                  "Somebody is recorded as this organisation's legal representative. If that changed, bring the licence "
                  "and your document to a service window."), field="uscc", status=409)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Licence:
    """What a clerk read on a business licence, and what the register said of the company: found, absent or silent."""

    representative: str
    register: str
    evidence: str


@transaction.atomic
def record_from_licence(
    new: NewOrganisation, licence: Licence, *, representative_id: UUID | None = None, by: Actor
) -> Organisation:
    """Record at the counter a company nobody knew, as its licence shows it; who vouches for it stays with the record."""
    require(by, VERIFY_PERSON)
    if new.kind not in CLAIMABLE:
        raise Refusal("kind_unknown", T("请从列表中选择类型。", "Choose a kind from the list."), field="kind")
    company = save_organisation(
        Organisation(
            name=check_name(" ".join(new.name.split())), kind=new.kind, region_code=new.region_code,
            uscc=check_uscc(new.uscc, field="uscc"), address=new.address[:200], industry=new.industry[:80],
            source="licence", is_sample=new.is_sample, legal_representative_id=representative_id,
            licence={
                "representative": check_name(" ".join(licence.representative.split()), field="representative"),
                "register": licence.register, "evidence": check_reason(licence.evidence, field="evidence"),
                "by": by.name[:120], "on": timezone.localdate().isoformat(),
            },
        )
    )  # fmt: skip
    record_representative(company, "licence", by)
    return company


@transaction.atomic
def set_legal_representative(organisation_id: UUID, person_id: UUID, *, by: Actor) -> Organisation:
    """Record at the counter who represents an organisation; a clerk has seen licence and document."""
    organisation = Organisation.objects.select_for_update().filter(pk=organisation_id, is_active=True).first()
    require(by, VERIFY_PERSON, region=organisation.region_code if organisation else None)
    if organisation is None:
        raise not_found(ORGANISATION)
    if not Person.objects.filter(pk=person_id).exists():
        raise not_found(PERSON)
    organisation.legal_representative_id = person_id
    organisation.save(update_fields=["legal_representative"])
    record_representative(organisation, "counter", by)
    return organisation
