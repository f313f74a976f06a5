"""What offices do with a case: accept or decline, review, return and decide, stop and lengthen its clock, end it."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, get_args
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router

from tongban.matters import actions
from tongban.matters.api.cases import REFUSED, CaseDetail, answered
from tongban.matters.rules.shape import ProcedureKind
from tongban.web.api import STAFF, Shape
from tongban.web.audiences import actor_of

router = Router()
_ANSWER = {200: CaseDetail} | REFUSED
_SHOWN = Field(
    "", max_length=129, description="`shown` of the case as it was read: refused when that changed; empty: not compared"
)


class Why(Shape):
    """The reason, which the applicant reads."""

    reason: str = Field(max_length=2000, examples=["不属于本机关职权范围，请向区住建局申请"])


class Opinion(Shape):
    """The opinion of the caller's unit."""

    opinion: Literal["approved", "correction", "objected"]
    text: str = Field("", max_length=2000, examples=["方案可行"])
    shown: str = _SHOWN


class DecisionIn(Shape):
    """The decision."""

    outcome: Literal["granted", "refused"]
    reason: str = Field("", max_length=2000)
    shown: str = _SHOWN


class Note(Shape):
    """What has to be corrected beyond what the departments wrote."""

    note: str = Field("", max_length=2000, examples=["请补充防疫物资清单"])
    why_again: str = Field("", max_length=500, description="needed when corrections were asked for before")


class Procedure(Shape):
    """A special procedure: its time is not counted."""

    kind: Literal[get_args(ProcedureKind)] = Field(examples=["hearing"])  # type: ignore[valid-type]
    reason: str = Field(max_length=500, examples=["利害关系人申请听证"])
    expected_by: date = Field(examples=["2026-12-15"])


class Result(Shape):
    """What a special procedure found."""

    result: str = Field(max_length=2000, examples=["听证会认为条件具备"])


class Hand(Shape):
    """Somebody who works in the caller's unit."""

    person_id: UUID


class Seen(Shape):
    """A case as it was read."""

    case_id: UUID
    shown: str = Field(max_length=129, description="`shown` of the case")


class Several(Shape):
    """Cases to approve in one act, each as it was read."""

    cases: list[Seen] = Field(max_length=10)
    text: str = Field("", max_length=2000, examples=["材料齐全"])


class BecameOf(Shape):
    """What became of one of several cases."""

    case_id: UUID
    number: str | None
    is_done: bool
    code: str = Field(description="why not; empty when done", examples=["changed_meanwhile"])
    message: str


@router.post(
    "/cases/{uuid:case_id}/review",
    auth=STAFF,
    response=_ANSWER,
    operation_id="review_case",
    summary="Give one's unit's opinion (审查)",
)
def review(request: HttpRequest, case_id: UUID, body: Opinion) -> dict[str, Any]:
    """Give the opinion of one's own unit."""
    actions.review_case(case_id, opinion=body.opinion, text=body.text, shown=body.shown, by=actor_of(request))
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/return",
    auth=STAFF,
    response=_ANSWER,
    operation_id="return_case",
    summary="Ask for corrections (补正)",
)
def send_back(request: HttpRequest, case_id: UUID, body: Note) -> dict[str, Any]:
    """Return a case for correction, once, with everything the departments ask for."""
    actions.return_for_correction(case_id, note=body.note, why_again=body.why_again, by=actor_of(request))
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/decision",
    auth=STAFF,
    response=_ANSWER,
    operation_id="decide_case",
    summary="Decide (决定)",
)
def decide(request: HttpRequest, case_id: UUID, body: DecisionIn) -> dict[str, Any]:
    """Decide; granting issues the certificate."""
    actions.decide_case(case_id, outcome=body.outcome, reason=body.reason, shown=body.shown, by=actor_of(request))
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/accept", auth=STAFF, response=_ANSWER, operation_id="accept_case", summary="Accept (受理)"
)
def accept(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """Accept what was received (受理): the clock starts, and every department has it at once."""
    actions.accept_case(case_id, by=actor_of(request))
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/decline",
    auth=STAFF,
    response=_ANSWER,
    operation_id="decline_case",
    summary="Do not accept (不予受理)",
)
def decline(request: HttpRequest, case_id: UUID, body: Why) -> dict[str, Any]:
    """Do not accept (不予受理), with the reason."""
    actions.decline_case(case_id, reason=body.reason, by=actor_of(request))
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/procedure",
    auth=STAFF,
    response=_ANSWER,
    operation_id="begin_procedure",
    summary="Begin a special procedure",
)
def begin_procedure(request: HttpRequest, case_id: UUID, body: Procedure) -> dict[str, Any]:
    """Begin a special procedure the definition knows; the clock stops."""
    actions.begin_procedure(
        case_id, kind=body.kind, reason=body.reason, expected_by=body.expected_by, by=actor_of(request)
    )
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/procedure/end",
    auth=STAFF,
    response=_ANSWER,
    operation_id="end_procedure",
    summary="End a special procedure",
)
def end_procedure(request: HttpRequest, case_id: UUID, body: Result) -> dict[str, Any]:
    """End the special procedure under way; the clock goes on."""
    actions.end_procedure(case_id, result=body.result, by=actor_of(request))
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/extend",
    auth=STAFF,
    response=_ANSWER,
    operation_id="extend_case",
    summary="Extend the period once",
)
def extend(request: HttpRequest, case_id: UUID, body: Why) -> dict[str, Any]:
    """Lengthen the period once, as the head of the office may."""
    actions.extend_case(case_id, reason=body.reason, by=actor_of(request))
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/terminate",
    auth=STAFF,
    response=_ANSWER,
    operation_id="terminate_case",
    summary="End without a decision (终止)",
)
def terminate(request: HttpRequest, case_id: UUID, body: Why) -> dict[str, Any]:
    """End a case without a decision (终止), with the reason."""
    actions.terminate_case(case_id, reason=body.reason, by=actor_of(request))
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/revoke",
    auth=STAFF,
    response=_ANSWER,
    operation_id="revoke_certificate",
    summary="Revoke the certificate",
)
def revoke(request: HttpRequest, case_id: UUID, body: Why) -> dict[str, Any]:
    """Revoke the certificate of a case; verification shows it at once."""
    actions.revoke_certificate(case_id, reason=body.reason, by=actor_of(request))
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/assign",
    auth=STAFF,
    response=_ANSWER,
    operation_id="assign_case",
    summary="Give a case to a colleague",
)
def assign(request: HttpRequest, case_id: UUID, body: Hand) -> dict[str, Any]:
    """Put a case into the hands of somebody of the caller's unit."""
    actions.assign_case(case_id, body.person_id, by=actor_of(request))
    return answered(request, case_id)


@router.post(
    "/reviews/approve",
    auth=STAFF,
    response={200: list[BecameOf]} | REFUSED,
    operation_id="approve_together",
    summary="Approve several cases",
)
def approve(request: HttpRequest, body: Several) -> list[dict[str, Any]]:
    """Approve several cases for the caller's unit, each as it was read; one that cannot be stops no other."""
    seen = [(one.case_id, one.shown) for one in body.cases]
    results = actions.approve_together(seen, text=body.text, by=actor_of(request))
    return [
        {
            "case_id": one.case.pk, "number": one.case.number, "is_done": one.refusal is None,
            "code": one.refusal.code if one.refusal else "", "message": str(one.refusal.message) if one.refusal else "",
        }
        for one in results
    ]  # fmt: skip
