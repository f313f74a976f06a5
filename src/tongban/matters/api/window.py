"""The window's API: take in for a visitor, have it confirmed, hand it to a colleague; a clerk never decides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Status

from tongban.foundation.documents.actions import Chosen
from tongban.foundation.parties.queries import organisation_by_id
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.matters import actions, queries
from tongban.matters.api.cases import REFUSED, CaseOut, case_out
from tongban.matters.models import Case, Intake
from tongban.matters.queries.window import acting_in, company_said, held_intake, intakes_of
from tongban.web.api import STAFF, Shape, hundred_of
from tongban.web.audiences import actor_of

router = Router()


class Represented(Shape):
    """Another person for whom the visitor applies, as their document says."""

    name: str = Field(max_length=60, examples=["罗秀英"])
    document_type: str = Field("resident_id", examples=["resident_id"])
    document_number: str = Field(max_length=40, examples=["999999195003092028"])


class WrittenMandate(Shape):
    """A mandate on paper that the clerk has in hand; needed where none is on record."""

    evidence: str = Field(max_length=200, examples=["授权委托书原件，委托人签名"])
    valid_to: date
    may_sign: bool = False


class NewIntake(Shape):
    """Who stands at the counter, as their document says, and for what."""

    service: str = Field(examples=["social-card"])
    name: str = Field(max_length=60, examples=["陈小雨"])
    document_type: str = Field("resident_id", examples=["resident_id"])
    document_number: str = Field(max_length=40, examples=["999999199304122023"])
    phone: str = Field("", max_length=20, examples=["13800005103"])
    uscc: str = Field("", max_length=40, description="for a company: its unified social credit code")
    evidence: str = Field(max_length=200, examples=["居民身份证原件"], description="which papers the clerk saw")
    principal: Represented | None = None
    mandate: WrittenMandate | None = None


class NewCompany(Shape):
    """A company nobody has recorded, as the licence in the clerk's hand shows it."""

    uscc: str = Field(max_length=40, examples=["91510502MA6200RW7C"])
    name: str = Field(max_length=120, examples=["江阳区春和商贸有限公司"])
    kind: str = Field("company", description="company, sole_trader, collective or social")
    representative: str = Field(max_length=60, examples=["李春和"])
    evidence: str = Field(max_length=200, examples=["营业执照副本原件"])
    address: str = Field("", max_length=200)
    document_type: str = Field("resident_id", examples=["resident_id"])
    document_number: str = Field("", max_length=40, description="of the representative, if they came in person")


class CompanyRecorded(Shape):
    """Who vouches for the record, and what the register said of the company."""

    id: UUID
    said: str = Field(examples=["周敏于 2026-03-02 凭营业执照副本原件登记；市场主体登记库查无此单位"])


class IntakeOut(CaseOut):
    """A case at the window: what was seen, what was typed, whether the visitor confirmed it."""

    evidence: str
    visitor: str = Field(description="who came to the window")
    seen_by: str
    seen_at: datetime
    holder: str = Field(description="the clerk who holds it now")
    capacity: str = Field(description="self, legal_representative or mandate", examples=["self"])
    confirmed_how: str = Field(description="paper or code; empty while it waits", examples=["code"])
    signed_page: UUID | None = Field(None, description="the document that shows the signed page")
    mandate_page: UUID | None = Field(None, description="the document that shows the mandate in writing")
    answers: dict[str, dict[str, Any]]


class Typed(Shape):
    """Some answers by data element; others stay as they are."""

    answers: dict[str, Any] = Field(examples=[{"social_card.reason": "lost"}])


class Code(Shape):
    """The code from the visitor's phone."""

    code: str = Field(max_length=6, examples=["482913"])


class Signed(Shape):
    """What was signed on paper, and where it is kept."""

    evidence: str = Field(max_length=200, examples=["申请表打印件一份，本人签字，存窗口档案"])
    page_id: UUID | None = Field(
        None, description="a document sent for “matters.signed_page”: the signed page, scanned"
    )


class MandateScan(Shape):
    """The mandate in writing, scanned."""

    page_id: UUID = Field(description="a document sent for “matters.mandate_page”")


class Colleague(Shape):
    """Somebody of the same office."""

    person_id: UUID


_ANSWER = {200: IntakeOut} | REFUSED


def _shown(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    intake = held_intake(case_id, actor_of(request))
    if intake is None:
        raise not_found(T("这件收件", "This case"))
    return _out(queries.case_at_window(intake), intake)


def _out(case: Case, intake: Intake) -> dict[str, Any]:
    return case_out(case) | {
        "evidence": intake.evidence, "seen_by": intake.seen_by, "seen_at": intake.seen_at, "holder": intake.holder_name,
        "capacity": intake.capacity, "confirmed_how": intake.confirmed_how, "visitor": intake.visitor.name, "signed_page": intake.page_id,
        "mandate_page": intake.mandate_page_id, "answers": case.answers,
    }  # fmt: skip


@router.get(
    "/window",
    auth=STAFF,
    response={200: list[CaseOut]} | REFUSED,
    operation_id="list_intakes",
    summary="Applications the clerk holds",
)
def intakes(request: HttpRequest, offset: Query[int] = 0) -> list[dict[str, Any]]:
    """What the clerk holds, the newest first, 100 at a time."""
    return [case_out(one.case) for one in hundred_of(intakes_of(actor_of(request)), offset)]


@router.post(
    "/window",
    auth=STAFF,
    response={201: IntakeOut} | REFUSED,
    operation_id="take_in",
    summary="Begin an application at the window",
)
def take_in(request: HttpRequest, body: NewIntake) -> Status[dict[str, Any]]:
    """Begin an application for a visitor whose document the clerk has seen."""
    principal = actions.Principal(**body.principal.model_dump()) if body.principal else None
    mandate = actions.PaperMandate(**body.mandate.model_dump()) if body.mandate else None
    visitor = actions.Visitor(
        body.name, body.document_type, body.document_number, body.phone, body.uscc, principal, mandate
    )
    case = actions.take_in(body.service, visitor, evidence=body.evidence, by=actor_of(request))
    return Status(201, _shown(request, case.pk))


@router.post(
    "/window/companies",
    auth=STAFF,
    response={201: CompanyRecorded} | REFUSED,
    operation_id="record_company",
    summary="Record a company from its licence",
)
def company(request: HttpRequest, body: NewCompany) -> Status[dict[str, Any]]:
    """Record a company nobody knew from its licence; the company register is asked first."""
    made = actions.record_company(actions.ShownLicence(**body.model_dump()), by=actor_of(request))
    return Status(201, {"id": made, "said": str(company_said(organisation_by_id(made)))})


@router.get(
    "/window/{uuid:case_id}",
    auth=STAFF,
    response=_ANSWER,
    operation_id="get_intake",
    summary="One application the clerk holds",
)
def intake(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """One case the clerk holds."""
    return _shown(request, case_id)


@router.patch(
    "/window/{uuid:case_id}/answers",
    auth=STAFF,
    response=_ANSWER,
    operation_id="type_answers",
    summary="Fill in what the visitor says",
)
def answers(request: HttpRequest, case_id: UUID, body: Typed) -> dict[str, Any]:
    """Type what the visitor says; one wrong answer keeps none."""
    actions.save_answers(case_id, body.answers, complete=False, by=acting_in(case_id, actor_of(request)))
    return _shown(request, case_id)


@router.post(
    "/window/{uuid:case_id}/mandate-page",
    auth=STAFF,
    response=_ANSWER,
    operation_id="add_mandate_page",
    summary="Add the page of a mandate",
)
def mandate_page(request: HttpRequest, case_id: UUID, body: MandateScan) -> dict[str, Any]:
    """Add the scan of the mandate in writing by which the visitor acts."""
    actions.add_mandate_page(case_id, Chosen(document_id=body.page_id), by=actor_of(request))
    return _shown(request, case_id)


@router.post(
    "/window/{uuid:case_id}/code",
    auth=STAFF,
    response=_ANSWER,
    operation_id="send_confirmation",
    summary="Send the visitor a code",
)
def send_code(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """Send the visitor a code for exactly these answers; it lasts ten minutes."""
    actions.send_confirmation(case_id, by=actor_of(request))
    return _shown(request, case_id)


@router.post(
    "/window/{uuid:case_id}/confirm/code",
    auth=STAFF,
    response=_ANSWER,
    operation_id="confirm_by_code",
    summary="Hand in by the visitor's code",
)
def by_code(request: HttpRequest, case_id: UUID, body: Code) -> dict[str, Any]:
    """Hand in what the visitor confirmed with the code."""
    actions.confirm_by_code(case_id, body.code, by=actor_of(request))
    return _shown(request, case_id)


@router.post(
    "/window/{uuid:case_id}/confirm/paper",
    auth=STAFF,
    response=_ANSWER,
    operation_id="confirm_on_paper",
    summary="Hand in by the visitor's signature on paper",
)
def on_paper(request: HttpRequest, case_id: UUID, body: Signed) -> dict[str, Any]:
    """Hand in what the visitor signed on paper."""
    page = Chosen(document_id=body.page_id) if body.page_id else None
    actions.confirm_on_paper(case_id, evidence=body.evidence, page=page, by=actor_of(request))
    return _shown(request, case_id)


@router.post(
    "/window/{uuid:case_id}/hand-over",
    auth=STAFF,
    response={200: CaseOut} | REFUSED,
    operation_id="hand_over",
    summary="Hand over to a colleague",
)
def hand_over(request: HttpRequest, case_id: UUID, body: Colleague) -> dict[str, Any]:
    """Give it to a colleague of the hall, who goes on with it."""
    return case_out(actions.hand_over(case_id, body.person_id, by=actor_of(request)).case)
