"""What comes of a case: its papers, how they reach the applicant, and what the applicant thinks of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import Field, Query, Router, Status

from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.matters import actions, queries
from tongban.matters.api.cases import REFUSED, CaseOut, case_out
from tongban.matters.models import Delivery, Rating
from tongban.matters.queries.papers import case_of_papers, cases_to_deliver, delivery_of, papers_of
from tongban.web.api import ANYONE_KNOWN, STAFF, Shape, hundred_of
from tongban.web.audiences import actor_of
from tongban.web.downloads import send_file

router = Router()


class PaperOut(Shape):
    """A statutory paper or certificate of a case; made at the latest when it is downloaded."""

    id: UUID = Field(description="of the event that owes it")
    kind: str = Field(examples=["granted"])
    title: str = Field(examples=["准予行政许可决定书"])
    number: str = Field(examples=["FGFC202002170001-准予-1"])
    at: datetime
    is_sealed: bool


class CaseDeliveryOut(Shape):
    """How a decision reached the applicant, or is on its way; ``delivered_at`` is empty until it did."""

    way: str = Field(examples=["post"])
    carrier: str = Field(examples=["中国邮政"])
    tracking: str = Field(examples=["EZ123456789CN"])
    sent_at: datetime | None
    delivered_at: datetime | None
    receiver: str = Field(examples=["刘建国"])
    evidence: str


class HandedOver(Shape):
    """Handed over at a window: who took it, and what they showed."""

    receiver: str = Field(max_length=120, examples=["刘建国"])
    evidence: str = Field(max_length=500, examples=["居民身份证原件，已签收"])


class Posted(Shape):
    """Given to the post."""

    carrier: str = Field(max_length=60, examples=["中国邮政"])
    tracking: str = Field(max_length=60, examples=["EZ123456789CN"])


class Receipt(Shape):
    """What the post says: when it arrived, and who took it."""

    delivered_on: date = Field(examples=["2026-12-03"])
    receiver: str = Field(max_length=120, examples=["刘建国"])


class NewRating(Shape):
    """Five levels, 5 the best; a bad one (1 or 2) may say why, by reasons or in words."""

    level: int = Field(examples=[2])
    reasons: list[str] = Field([], description="codes", examples=[["slow"]])
    text: str = Field("", max_length=1000, examples=["等了太久"])


class RatingOut(Shape):
    """A rating and what became of it."""

    id: UUID
    case_id: UUID
    number: str | None
    level: int
    reasons: list[str]
    text: str
    rated_at: datetime
    follow: str = Field(description="none, open, answered, appealed or settled", examples=["open"])
    follow_due_on: date | None
    is_confirmed: bool | None
    measure: str
    answer: str


class RatingAnswer(Shape):
    """Whether a bad rating is true, and what is done about it."""

    is_confirmed: bool
    measure: Literal["fixed", "planned", "explained"] = Field(examples=["fixed"])
    measure_by: date | None = Field(None, description="with `planned`: until when")
    answer: str = Field(max_length=1000, examples=["已向申请人说明，并增设一个窗口"])


class Callback(Shape):
    """What the applicant said when called back."""

    is_content: bool
    note: str = Field(max_length=500, examples=["申请人表示满意"])


class Appeal(Shape):
    """Why a rating should not count."""

    reason: str = Field(max_length=2000, examples=["评价的是另一件事"])


class Ruling(Shape):
    """The auditor's ruling on an appeal: upheld takes the rating out of the score."""

    is_upheld: bool
    reason: str = Field(max_length=2000, examples=["情况属实，评价对象有误"])


_PDF = {"responses": {200: {"description": "The sealed PDF.", "content": {"application/pdf": {
    "schema": {"type": "string", "format": "binary"}}}}}}  # fmt: skip
_RATING = {200: RatingOut} | REFUSED
_DELIVERY = {200: CaseDeliveryOut} | REFUSED


def _rating(rating: Rating) -> dict[str, Any]:
    names = set(RatingOut.model_fields) - {"id", "number"}
    return {"id": rating.pk, "number": rating.case.number} | {name: getattr(rating, name) for name in names}


def _delivery(found: Delivery | None) -> dict[str, Any]:
    if found is None:
        raise not_found(T("这件办件的送达记录", "The delivery of this case"))
    return {name: getattr(found, name) for name in CaseDeliveryOut.model_fields}


@router.get(
    "/cases/{uuid:case_id}/papers",
    auth=ANYONE_KNOWN,
    response={200: list[PaperOut]} | REFUSED,
    operation_id="list_papers",
    summary="Papers of a case",
)
def papers(request: HttpRequest, case_id: UUID) -> list[dict[str, Any]]:
    """The papers of a case, oldest first."""
    return [
        {"id": one.event_id, "kind": one.kind.code, "title": str(one.title), "number": one.number, "at": one.at,
         "is_sealed": one.is_sealed}
        for one in papers_of(case_of_papers(case_id, actor_of(request)))
    ]  # fmt: skip


@router.get(
    "/cases/{uuid:case_id}/papers/{uuid:event_id}", auth=ANYONE_KNOWN, operation_id="download_paper", summary="One paper as a sealed PDF",
    response=REFUSED, openapi_extra=_PDF,
)  # fmt: skip
def paper(request: HttpRequest, case_id: UUID, event_id: UUID) -> HttpResponseBase:
    """One paper as sealed PDF; for the applicant this is the proof that a decision reached them."""
    return send_file(request, actions.open_paper(case_id, event_id, by=actor_of(request)))


@router.get(
    "/deliveries",
    auth=STAFF,
    response={200: list[CaseOut]} | REFUSED,
    operation_id="list_deliveries",
    summary="Decisions to deliver",
)
def deliveries(request: HttpRequest, offset: Query[int] = 0) -> list[dict[str, Any]]:
    """Decided cases that have not reached the applicant, most urgent first, 100 at a time."""
    return [case_out(case) for case in hundred_of(cases_to_deliver(actor_of(request)), offset)]


@router.get(
    "/cases/{uuid:case_id}/delivery",
    auth=ANYONE_KNOWN,
    response=_DELIVERY,
    operation_id="get_delivery",
    summary="How a decision was delivered",
)
def delivery(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """How a decision reached the applicant."""
    return _delivery(delivery_of(case_of_papers(case_id, actor_of(request))))


@router.post(
    "/cases/{uuid:case_id}/delivery/window",
    auth=STAFF,
    response=_DELIVERY,
    operation_id="deliver_at_window",
    summary="Hand a decision over at a window",
)
def at_window(request: HttpRequest, case_id: UUID, body: HandedOver) -> dict[str, Any]:
    """Record that a decision was handed over at a window."""
    return _delivery(
        actions.deliver_at_window(case_id, receiver=body.receiver, evidence=body.evidence, by=actor_of(request))
    )


@router.post(
    "/cases/{uuid:case_id}/delivery/post",
    auth=STAFF,
    response=_DELIVERY,
    operation_id="send_by_post",
    summary="Give a decision to the post",
)
def by_post(request: HttpRequest, case_id: UUID, body: Posted) -> dict[str, Any]:
    """Record that a decision was given to the post; its clock stands until the receipt is recorded."""
    return _delivery(actions.send_by_post(case_id, carrier=body.carrier, tracking=body.tracking, by=actor_of(request)))


@router.post(
    "/cases/{uuid:case_id}/delivery/receipt",
    auth=STAFF,
    response=_DELIVERY,
    operation_id="confirm_post",
    summary="Record the post's receipt",
)
def receipt(request: HttpRequest, case_id: UUID, body: Receipt) -> dict[str, Any]:
    """Record the post's receipt."""
    return _delivery(
        actions.confirm_post(case_id, delivered_on=body.delivered_on, receiver=body.receiver, by=actor_of(request))
    )


@router.post(
    "/cases/{uuid:case_id}/rating",
    auth=ANYONE_KNOWN,
    response={201: RatingOut} | REFUSED,
    operation_id="rate_case",
    summary="Rate a case (好差评)",
)
def rate(request: HttpRequest, case_id: UUID, body: NewRating) -> Status[dict[str, Any]]:
    """Rate a closed case, once; a bad rating opens a follow-up with its clock."""
    made = actions.rate_case(case_id, level=body.level, reasons=body.reasons, text=body.text, by=actor_of(request))
    return Status(201, _rating(made))


@router.get(
    "/ratings",
    auth=STAFF,
    response={200: list[RatingOut]} | REFUSED,
    operation_id="list_ratings",
    summary="Bad ratings to follow up",
)
def ratings(request: HttpRequest, offset: Query[int] = 0) -> list[dict[str, Any]]:
    """Bad ratings that wait for the caller's unit, and appeals that wait for the auditor; 100 at a time."""
    return [_rating(one) for one in hundred_of(queries.ratings_to_follow(actor_of(request)), offset)]


@router.get(
    "/ratings/{uuid:rating_id}", auth=STAFF, response=_RATING, operation_id="get_rating", summary="One bad rating"
)
def rating(request: HttpRequest, rating_id: UUID) -> dict[str, Any]:
    """One bad rating."""
    return _rating(queries.rating_visible_to(actor_of(request), rating_id))


@router.post(
    "/ratings/{uuid:rating_id}/answer",
    auth=STAFF,
    response=_RATING,
    operation_id="answer_rating",
    summary="Answer a bad rating",
)
def answer(request: HttpRequest, rating_id: UUID, body: RatingAnswer) -> dict[str, Any]:
    """Say whether it is true and what is done; the applicant is told."""
    return _rating(actions.answer_rating(rating_id, by=actor_of(request), **body.dict()))


@router.post(
    "/ratings/{uuid:rating_id}/callback",
    auth=STAFF,
    response=_RATING,
    operation_id="call_back",
    summary="Record the call to whoever rated",
)
def callback(request: HttpRequest, rating_id: UUID, body: Callback) -> dict[str, Any]:
    """Record the call to the applicant; by somebody else than whoever answered."""
    return _rating(actions.call_back(rating_id, is_content=body.is_content, note=body.note, by=actor_of(request)))


@router.post(
    "/ratings/{uuid:rating_id}/appeal",
    auth=STAFF,
    response=_RATING,
    operation_id="appeal_rating",
    summary="Appeal against a rating",
)
def appeal(request: HttpRequest, rating_id: UUID, body: Appeal) -> dict[str, Any]:
    """Ask the auditor to take a mistaken rating out of the score."""
    return _rating(actions.appeal_rating(rating_id, reason=body.reason, by=actor_of(request)))


@router.post(
    "/ratings/{uuid:rating_id}/settle",
    auth=STAFF,
    response=_RATING,
    operation_id="settle_appeal",
    summary="Settle an appeal against a rating",
)
def settle(request: HttpRequest, rating_id: UUID, body: Ruling) -> dict[str, Any]:
    """Rule on an appeal."""
    return _rating(actions.settle_appeal(rating_id, is_upheld=body.is_upheld, reason=body.reason, by=actor_of(request)))
