"""One fills in, another signs: ask, read, sign, send back, take back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router

from tongban.matters import actions
from tongban.matters.api.cases import REFUSED, CaseDetail, CaseOut, answered, case_out
from tongban.matters.queries.signing import cases_to_sign
from tongban.web.api import SIGNED_IN, Shape

router = Router()
_ANSWER = {200: CaseDetail} | REFUSED


class AskToSign(Shape):
    """A word to whoever signs."""

    note: str = Field("", max_length=500, examples=["请过目"])


class Signature(Shape):
    """What was read before signing."""

    shown: str = Field(
        max_length=129,
        description="`shown` of the case as it was read: refused when that changed",
        examples=["9f2c…-41ab…"],
    )


class Remark(Shape):
    """What should be changed before it is signed."""

    remark: str = Field(max_length=2000, examples=["返岗人数与花名册不一致，请核对"])


@router.get(
    "/signatures",
    auth=SIGNED_IN,
    response={200: list[CaseOut]} | REFUSED,
    operation_id="list_to_sign",
    summary="Applications that wait for one's signature",
)
def to_sign(request: HttpRequest) -> list[dict[str, Any]]:
    """Applications that wait for the caller's signature, the longest waiting first, at most 100."""
    return [case_out(case) for case in cases_to_sign(request.actor)[:100]]  # type: ignore[attr-defined]


@router.post(
    "/cases/{uuid:case_id}/ask-to-sign",
    auth=SIGNED_IN,
    response=_ANSWER,
    operation_id="ask_to_sign",
    summary="Ask for a signature",
)
def ask(request: HttpRequest, case_id: UUID, body: AskToSign) -> dict[str, Any]:
    """Finish filling in and ask whoever may sign; the answers are locked until it is signed, sent back or taken back."""
    actions.ask_to_sign(case_id, note=body.note, by=request.actor)  # type: ignore[attr-defined]
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/sign",
    auth=SIGNED_IN,
    response=_ANSWER,
    operation_id="sign_case",
    summary="Sign, which hands in",
)
def sign(request: HttpRequest, case_id: UUID, body: Signature) -> dict[str, Any]:
    """Sign what was read, which hands it in."""
    actions.sign_case(case_id, shown=body.shown, by=request.actor)  # type: ignore[attr-defined]
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/send-back",
    auth=SIGNED_IN,
    response=_ANSWER,
    operation_id="send_back_unsigned",
    summary="Send back unsigned",
)
def send_back(request: HttpRequest, case_id: UUID, body: Remark) -> dict[str, Any]:
    """Do not sign yet: back to whoever filled in, with what should be changed."""
    actions.send_back_unsigned(case_id, remark=body.remark, by=request.actor)  # type: ignore[attr-defined]
    return answered(request, case_id)


@router.post(
    "/cases/{uuid:case_id}/take-back",
    auth=SIGNED_IN,
    response=_ANSWER,
    operation_id="take_back_unsigned",
    summary="Take back before it is signed",
)
def take_back(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """Take an application back before it is signed, to change it."""
    actions.take_back_unsigned(case_id, by=request.actor)  # type: ignore[attr-defined]
    return answered(request, case_id)
