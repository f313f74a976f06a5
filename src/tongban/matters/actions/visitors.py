"""Who stands at the counter, for whom, by what right; and a company brought there that nobody had recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties import actions as parties
from tongban.foundation.parties.queries import (
    Standing,
    may_act_for,
    may_act_for_person,
    organisation_by_uscc,
    person_by_document,
    require,
)
from tongban.foundation.registers import actions as registers
from tongban.lib.actors import Actor
from tongban.lib.facts import Unavailable
from tongban.lib.identifiers import check_document, check_uscc
from tongban.lib.names import tidy_name
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters import hooks
from tongban.matters.queries.window import for_visitor
from tongban.matters.rules.cases import check_reason

Applicant = tuple[Literal["person", "organisation"], UUID]


@dataclass(frozen=True, slots=True)
class Principal:
    """Another person for whom the visitor applies (代办), as their document says."""

    name: str
    document_type: str
    document_number: str


@dataclass(frozen=True, slots=True)
class PaperMandate:
    """A mandate in writing that the clerk has in hand: what it is, until when, whether it covers signing."""

    evidence: str
    valid_to: date | None
    may_sign: bool = False


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who stands at the counter, as their document says; ``uscc`` or ``principal`` when they apply for another."""

    name: str
    document_type: str
    document_number: str
    phone: str = ""
    uscc: str = ""
    principal: Principal | None = None
    mandate: PaperMandate | None = None


@dataclass(frozen=True, slots=True)
class ShownLicence:
    """A business licence as the clerk reads it; the representative's document where they came in person."""

    uscc: str
    name: str
    kind: str
    representative: str
    evidence: str
    address: str = ""
    document_type: str = "resident_id"
    document_number: str = ""


def identified(visitor: Visitor, by: Actor) -> UUID:
    """The person of a document the clerk has seen, recorded if need be and known to the fifth level from now on."""
    number = check_document(visitor.document_type, visitor.document_number, field="document_number")
    known = person_by_document(visitor.document_type, number)
    if known is None:
        said = parties.Particulars(visitor.name, visitor.document_type, number, visitor.phone, region_code=by.region)
        known = parties.register_person(said, source="window", by=by)
    elif known.name != tidy_name(visitor.name):
        raise _name_differs("name")
    if known.assurance < 5:
        parties.verify_at_counter(known.pk, by=by)
    return known.pk


def applicant_of(visitor: Visitor, person_id: UUID, code: str, *, by: Actor) -> Applicant:
    """For whom the visitor applies in a service: themselves, or a company or person whose mandate they hold or bring."""
    applicant = _applicant(visitor, person_id, by)
    if by.person_id in (person_id, applicant[1]):
        raise Refusal(
            "own_case", T("自己的事请到其他窗口办理。", "A colleague takes in your own application."), status=403
        )
    if applicant[1] != person_id:
        _stand_by_mandate(visitor, person_id, applicant, code, by)
    return applicant


def _applicant(visitor: Visitor, person_id: UUID, by: Actor) -> Applicant:
    if visitor.principal is not None and visitor.uscc.strip():
        raise Refusal("one_applicant", T("一件申请只有一个申请人：请只填单位，或只填委托人。",
                      "An application has one applicant: name the company, or the person, not both."), field="uscc")  # fmt: skip
    if visitor.uscc.strip():
        return "organisation", _company(visitor.uscc)
    if visitor.principal is None:
        return "person", person_id
    principal_id = _principal(visitor.principal, by)
    if principal_id == person_id:
        raise Refusal("mandate_self", T("委托人就是来人本人，不用填写委托人。",
                      "The visitor applies for themselves: leave the other person out."), field="principal_number")  # fmt: skip
    return "person", principal_id


def _principal(said: Principal, by: Actor) -> UUID:
    """Whoever gave the mandate: named by document, not seen, so recorded without a check if nobody knew them."""
    number = check_document(said.document_type, said.document_number, field="principal_number")
    known = person_by_document(said.document_type, number)
    if known is None:
        new = parties.Particulars(said.name, said.document_type, number, region_code=by.region)
        return parties.register_person(new, source="window", by=by).pk
    if known.name != tidy_name(said.name):
        raise _name_differs("principal_name")
    return known.pk


def _company(uscc: str) -> UUID:
    found = organisation_by_uscc(check_uscc(uscc, field="uscc"))
    if found is None:
        raise Refusal("company_unknown", T("这家单位还没有登记：请先凭营业执照登记单位，再为它收件。",
                      "This organisation is not recorded yet: record it from its licence first, then take the application in."),
                      field="uscc")  # fmt: skip
    return found.pk


def _stand_by_mandate(visitor: Visitor, person_id: UUID, applicant: Applicant, code: str, by: Actor) -> None:
    """Refuse a visitor without a right to apply for the applicant; a mandate on paper is recorded where none covers it."""
    acting = for_visitor(by, person_id)
    held = _standing(acting, applicant, code)
    paper = visitor.mandate
    if paper is None:
        if held is None:
            raise Refusal("mandate_missing", T("没有查到来人为申请人办理的授权。有书面授权的，请在“窗口收件”里登记书面授权。",
                          "No mandate of the applicant is on record. One in writing is recorded under “Window”."),
                          field="mandate_evidence", status=403)  # fmt: skip
        return
    if held is not None and (held.may_sign or not paper.may_sign):
        return
    kind, principal_id = applicant
    new = parties.NewMandate(
        visitor.name, visitor.document_type, visitor.document_number, services=(code,), may_sign=paper.may_sign,
        term=parties.Term(timezone.localdate(), paper.valid_to),
        evidence=check_reason(paper.evidence, field="mandate_evidence"),
    )  # fmt: skip
    grantor = parties.Grantor(**{f"{kind}_id": principal_id})
    parties.grant_mandate(new, grantor=grantor, by=by)


def _standing(acting: Actor, applicant: Applicant, code: str) -> Standing | None:
    if applicant[0] == "organisation":
        return may_act_for(acting, applicant[1], service=code)
    return may_act_for_person(acting, applicant[1], service=code)


@transaction.atomic
def record_company(licence: ShownLicence, *, by: Actor) -> UUID:
    """Record a company nobody knew from the licence the clerk has in hand; where the register knows it, what that says counts."""
    require(by, hooks.TAKE_IN)
    uscc = check_uscc(licence.uscc, field="uscc")
    if organisation_by_uscc(uscc) is not None:
        raise Refusal("company_known", T("这家单位已经登记，可以直接为它收件。",
                      "This organisation is recorded: take its application in."), field="uscc", status=409)  # fmt: skip
    representative_id = None
    if licence.document_number.strip():
        shown = Visitor(licence.representative, licence.document_type, licence.document_number)
        representative_id = identified(shown, by)
    found = registers.answer_company(uscc)
    if isinstance(found, registers.Entry):
        _check_register(licence, found)
    said = "silent" if isinstance(found, Unavailable) else "absent" if found is None else "found"
    entry = found if isinstance(found, registers.Entry) else registers.Entry({}, None)
    new = parties.NewOrganisation(
        licence.name, licence.kind, entry.area_code or by.region, uscc, source="licence", is_sample=entry.is_sample,
        address=licence.address or str(entry.values.get("address") or ""), industry=str(entry.values.get("industry") or ""),
    )  # fmt: skip
    read = parties.Licence(licence.representative, said, licence.evidence)
    return parties.record_from_licence(new, read, representative_id=representative_id, by=by).pk


def _check_register(licence: ShownLicence, found: registers.Entry) -> None:
    """Refuse a licence that says something else than the register, or is of a company that is no more."""
    if found.values.get("standing") == "cancelled":
        raise Refusal("company_cancelled", T("登记库显示这家单位已经注销，不能登记。",
                      "The register says that this company was deregistered."), field="uscc", status=409)  # fmt: skip
    for field, value in (("name", licence.name), ("representative", licence.representative)):
        known = str(found.values.get("name" if field == "name" else "legal_representative") or "")
        if known and "".join(known.split()) != "".join(value.split()):
            raise Refusal("differs_from_register", T("和市场主体登记库不一致。请核对执照原件；执照是新换的，请申请人先到登记机关核实。",
                          "The company register says something else. Check the original; a licence changed lately is asked "
                          "after at the registering authority."), field=field, status=409)  # fmt: skip


def _name_differs(field: str) -> Refusal:
    return Refusal("name_differs", T("姓名和登记的不一致，请核对证件；确有变化，先办理信息更正。",
                   "The name differs from the record: check the document, or correct the record first."), field=field)  # fmt: skip
