"""The API of matters: everything its pages do, for people's tokens, companies' programs and the desk."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from ninja import Field, Router, Status

from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.together import together
from tongban.lib.words import T
from tongban.matters import actions, queries
from tongban.matters.models import Case, Definition, Payment
from tongban.matters.queries.clocks import Clock, why_due
from tongban.matters.queries.desks import acts_open_to, assignment_of
from tongban.matters.queries.payments import payments_of
from tongban.matters.queries.printing import printed_opinions
from tongban.matters.queries.shown import shown_of
from tongban.matters.rules.cases import DECIDED_STATES, STATES
from tongban.matters.rules.fees import ASKED
from tongban.web.api import ANYONE_KNOWN, PUBLIC, Problems, Shape

router = Router(tags=["matters"])
REFUSED = {401: Problems, 403: Problems, 404: Problems, 409: Problems, 422: Problems}
ANSWERS = {
    "enterprise.address": "南城街道凤凰社区示例路 18 号", "workforce.total": 46, "workforce.screened": True,
    "premises.canteen_measures": ["staggered"], "resumption.start_date": "2036-12-01",
}  # fmt: skip


class ServiceOut(Shape):
    """One service in a list."""

    code: str = Field(examples=["enterprise-resumption"])
    name: str = Field(examples=["企业复工复产"])
    about: str
    theme: str
    version: int


class ServiceDetail(ServiceOut):
    """A service as its newest version says: definition, form and data elements, as in its folder."""

    sha256: str
    content: dict[str, Any]


class NewCase(Shape):
    """An application: for which service and company, with what is answered so far."""

    service: str = Field(examples=["enterprise-resumption"])
    organisation_id: UUID | None = Field(
        None, description="the company; left out: the caller's only one, or the person"
    )
    person_id: UUID | None = Field(None, description="another person the caller acts for by mandate (代办)")
    answers: dict[str, Any] = Field(
        {}, examples=[ANSWERS],
        description="by data element; a file is sent to /api/documents first (purpose documents.material) and named by its id",
    )  # fmt: skip
    submit: bool = Field(False, description="hand it in at once; refused as a whole when something is missing")


class Answers(Shape):
    """Some answers by data element; others stay as they are."""

    answers: dict[str, Any] = Field(examples=[ANSWERS])


class OpinionOut(Shape):
    """One department's opinion, or until when it has the case."""

    unit: str
    state: str = Field(examples=["同意"])
    text: str
    at: datetime | None
    due: date
    round: int


class EventOut(Shape):
    """One line of the history."""

    title: str
    at: datetime | None
    text: str
    state: str


class CaseOut(Shape):
    """A case in a list."""

    id: UUID
    number: str | None = Field(examples=["FGFC202002170001"])
    service: str
    service_name: str
    applicant: str
    state: str = Field(examples=["in_review"])
    state_name: str = Field(examples=["审查中"])
    started_at: datetime
    submitted_at: datetime | None
    due_on: date | None
    closed_at: datetime | None


class MaterialOut(Shape):
    """One attachment: which question it answers, and the document at /api/documents/{id}."""

    element: str = Field(examples=["material.staff_list"])
    id: UUID
    name: str = Field(examples=["返岗职工花名册.xlsx"])
    size: int
    type: str = Field(examples=["xlsx"])
    state: str = Field(examples=["ready"], description="scanning, ready or refused")


class ClockOut(Shape):
    """One clock of a case: its last day, its colour, and how that day was counted."""

    title: str
    due: date
    signal: str = Field(description="green, yellow, red or stopped", examples=["green"])
    is_provisional: bool
    because: list[str]


class FeeOut(Shape):
    """One fee of a case; ``pay_at`` is the page to pay it on while it is due."""

    order: str = Field(examples=["SGXK202611220001-F1"])
    title: str = Field(examples=["城市基础设施配套费"])
    amount: int = Field(description="in fen", examples=[33600000])
    state: str = Field(description="asked, paid, exempt, to_refund, refunded or void", examples=["asked"])
    due_on: date
    receipt_number: str
    pay_at: str = Field(examples=["/cases/0199…/pay/"])


class CaseDetail(CaseOut):
    """A case with its answers and where each came from, what departments said, and its history."""

    version: int
    answers: dict[str, dict[str, Any]]
    materials: list[MaterialOut]
    opinions: list[OpinionOut]
    history: list[EventOut]
    due_because: list[str]
    clocks: list[ClockOut] = Field(description="every clock that runs, with line by line why it ends that day")
    may: list[str] = Field(
        description="what the caller may do with the case now", examples=[["accept", "return", "decline"]]
    )
    shown: str = Field(description="hash of what is shown here; sent with an opinion or decision, it is compared")
    fees: list[FeeOut]
    in_hand: str = Field(description="who of the caller's unit handles it")
    outcome: str | None
    reason: str | None


class CertificateOut(Shape):
    """A certificate: what is printed, and the code anybody can verify."""

    number: str
    title: str
    statement: str
    holder: str
    office: str
    issued_at: datetime
    valid_until: datetime
    code: str = Field(examples=["TB1:…"])
    is_revoked: bool


class Reason(Shape):
    """Why."""

    reason: str = Field("", max_length=500)


def _service(definition: Definition) -> dict[str, Any]:
    content = queries.content_of(definition).definition
    assert definition.version is not None
    return {"code": definition.code, "name": str(content.name), "about": str(content.about), "theme": content.theme,
            "version": definition.version.number}  # fmt: skip


def case_out(case: Case) -> dict[str, Any]:
    """A case as a list shows it."""
    return {
        "id": case.pk, "number": case.number, "service": case.definition.code, "service_name": str(case.definition.title),
        "applicant": case.name, "state": case.state, "state_name": str(STATES[case.state]), "started_at": case.started_at,
        "submitted_at": case.submitted_at, "due_on": case.due_on, "closed_at": case.closed_at,
    }  # fmt: skip


def _fee(payment: Payment) -> dict[str, Any]:
    return {
        "order": payment.order, "title": str(T.read(payment.title)), "amount": payment.amount, "state": payment.state,
        "due_on": payment.due_on, "receipt_number": payment.receipt_number,
        "pay_at": reverse("matters:pay", args=[payment.case_id]) if payment.state == ASKED else "",
    }  # fmt: skip


def _clock(clock: Clock) -> dict[str, Any]:
    return {"title": str(clock.title), "due": clock.due, "signal": clock.signal, "is_provisional": clock.is_provisional,
            "because": [str(line) for line in clock.because]}  # fmt: skip


def _detail(case: Case, actor: Actor) -> dict[str, Any]:
    with together():  # what several parts of the answer rest on is read once
        return _details(case, actor)


def _details(case: Case, actor: Actor) -> dict[str, Any]:
    decision = getattr(case, "decision", None) if case.state in DECIDED_STATES else None
    opinions = [
        {"unit": str(one.unit), "state": str(one.state), "text": one.text, "at": one.at, "due": one.due, "round": one.round}
        for one in printed_opinions(case)
    ]  # fmt: skip
    history = [
        {"title": str(one.title), "at": one.at, "text": str(one.text), "state": one.state}
        for one in queries.history_of(case, names=False)
    ]
    return case_out(case) | {
        "version": case.version.number, "answers": case.answers, "materials": queries.attached_materials(case), "opinions": opinions, "history": history,
        "due_because": [str(T.read(line)) for line in case.due_because],
        "clocks": [_clock(one) for one in why_due(case)], "may": acts_open_to(case, actor), "shown": str(shown_of(case)),
        "fees": [_fee(one) for one in payments_of(case)],
        "in_hand": held.name if actor.is_staff and (held := assignment_of(case, actor)) else "",
        "outcome": decision.outcome if decision else None, "reason": decision.reason if decision else None,
    }  # fmt: skip


def seen(request: HttpRequest, case_id: UUID) -> Case:
    """The case for its applicant, or within the scope of a member of staff."""
    actor = request.actor  # type: ignore[attr-defined]
    return actions.open_case(case_id, by=actor) if actor.is_staff else queries.applicant_case(case_id, actor)


def answered(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """The case as it stands for the caller after an act."""
    return _detail(seen(request, case_id), request.actor)  # type: ignore[attr-defined]


@router.get(
    "/services", auth=PUBLIC, response=list[ServiceOut], operation_id="list_services", summary="Services that are open"
)
def services(request: HttpRequest) -> list[dict[str, Any]]:
    """Every open service."""
    del request
    return [
        _service(definition)
        for definition in queries.open_definitions().select_related("version").defer("version__content")
    ]


@router.get(
    "/services/{slug:code}",
    auth=PUBLIC,
    response={200: ServiceDetail} | REFUSED,
    operation_id="get_service",
    summary="A service: guide, form, data elements",
)
def service(request: HttpRequest, code: str) -> dict[str, Any]:
    """One service with its guide, form and data elements."""
    del request
    definition = queries.definition_by_code(code)
    assert definition.version is not None
    return _service(definition) | {"sha256": definition.version.sha256, "content": definition.version.content}


@router.post(
    "/cases",
    auth=ANYONE_KNOWN,
    response={201: CaseDetail} | REFUSED,
    operation_id="start_case",
    summary="Begin an application, or apply at once",
)
def start(request: HttpRequest, body: NewCase) -> Status[dict[str, Any]]:
    """Begin an application, and hand it in with ``submit``; known facts are filled in."""
    actor = request.actor  # type: ignore[attr-defined]
    case = actions.apply(
        body.service, organisation_id=body.organisation_id, person_id=body.person_id, answers=body.answers,
        submit=body.submit, by=actor,
    )  # fmt: skip
    return Status(201, _detail(case, actor))


@router.get(
    "/cases/{uuid:case_id}",
    auth=ANYONE_KNOWN,
    response={200: CaseDetail} | REFUSED,
    operation_id="get_case",
    summary="One case",
)
def case(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """One case."""
    return answered(request, case_id)


@router.patch(
    "/cases/{uuid:case_id}/answers",
    auth=ANYONE_KNOWN,
    response={200: CaseDetail} | REFUSED,
    operation_id="save_answers",
    summary="Fill in answers",
)
def answers(request: HttpRequest, case_id: UUID, body: Answers) -> dict[str, Any]:
    """Keep some answers; one that is wrong keeps none."""
    actions.save_answers(case_id, body.answers, complete=False, by=request.actor)  # type: ignore[attr-defined]
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/submit",
    auth=ANYONE_KNOWN,
    response={200: CaseDetail} | REFUSED,
    operation_id="submit_case",
    summary="Hand in (提交)",
)
def submit(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """Hand an application in, or in again after corrections."""
    actions.submit_case(case_id, by=request.actor)  # type: ignore[attr-defined]
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/withdraw",
    auth=ANYONE_KNOWN,
    response={200: CaseDetail} | REFUSED,
    operation_id="withdraw_case",
    summary="Withdraw (撤回)",
)
def withdraw(request: HttpRequest, case_id: UUID, body: Reason) -> dict[str, Any]:
    """Take an application back before it is decided."""
    actions.withdraw_case(case_id, reason=body.reason, by=request.actor)  # type: ignore[attr-defined]
    return answered(request, case_id)


@router.get(
    "/cases/{uuid:case_id}/certificate",
    auth=ANYONE_KNOWN,
    response={200: CertificateOut} | REFUSED,
    operation_id="get_certificate",
    summary="The certificate of a granted case",
)
def certificate(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """The certificate of a granted case, with the code that verifies at /api/credentials/verify."""
    found = getattr(seen(request, case_id), "certificate", None)
    if found is None:
        raise not_found(T("这件办件的证照", "The certificate of this case"))
    content, credential = found.content, found.credential
    return {
        "number": found.number, "title": str(T.read(content["title"])), "statement": str(T.read(content["statement"])),
        "holder": content["holder"], "office": str(T.read(content["seal"])), "issued_at": found.issued_at,
        "valid_until": credential.expires_at, "code": credential.code, "is_revoked": credential.revoked_at is not None,
    }  # fmt: skip
