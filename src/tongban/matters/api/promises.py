"""Promises by API: what an applicant promised and hands in, what the office looks after (容缺, 告知承诺)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router

from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.matters import actions
from tongban.matters.api.cases import REFUSED, seen
from tongban.matters.models import Promise
from tongban.matters.queries.promises import CHECK, promise_acts, promise_at_desk, promises_of, promises_waiting
from tongban.web.api import ANYONE_KNOWN, STAFF, Shape, hundred_of
from tongban.web.audiences import actor_of

router = Router()


class PromiseOut(Shape):
    """One promise of a case, in the words that were shown when it was made."""

    id: UUID
    case_id: UUID
    kind: str = Field(description="material (handed in later) or condition (met without proof)", examples=["material"])
    element: str = Field(examples=["material.staff_list"])
    title: str = Field(examples=["返岗职工花名册"])
    text: str
    sha256: str = Field(description="of the text as it was shown")
    state: str = Field(description="open, kept, broken or void", examples=["open"])
    made_at: datetime
    made_by: str
    due_on: date | None = Field(description="none until its days are counted")
    settled_at: datetime | None
    barred_until: date | None = Field(description="of a broken one: no further promise of its maker counts until then")
    may: list[str] = Field(description="what the caller may do with it now", examples=[["kept", "broken"]])


class Supplied(Shape):
    """Documents sent to /api/documents before (purpose documents.material)."""

    documents: list[UUID] = Field(min_length=1, max_length=20)


class Findings(Shape):
    """What was looked at: when, by whom, what was seen."""

    note: str = Field(max_length=500, examples=["12 月 3 日现场查看，场所与承诺一致"])


class Breach(Shape):
    """Why a promise counts as broken; the applicant reads it."""

    reason: str = Field(max_length=500, examples=["期满未补交，经电话催告仍未提交"])


_ONE = {200: PromiseOut} | REFUSED


def _out(promise: Promise, by: Actor) -> dict[str, Any]:
    names = set(PromiseOut.model_fields) - {"id", "title", "text", "may"}
    may = promise_acts(promise, timezone.localdate(), by) if CHECK in by.capabilities else []
    if not by.is_staff and promise.kind == "material" and promise.state == "open":
        may = ["supply"]
    said = {"id": promise.pk, "title": str(T.read(promise.title)), "text": str(T.read(promise.text)), "may": may}
    return said | {name: getattr(promise, name) for name in names}


@router.get(
    "/cases/{uuid:case_id}/promises", auth=ANYONE_KNOWN, response={200: list[PromiseOut]} | REFUSED,
    operation_id="list_promises_of_case", summary="Promises made in a case",
)  # fmt: skip
def of_case(request: HttpRequest, case_id: UUID) -> list[dict[str, Any]]:
    """What was promised in a case."""
    return [_out(one, actor_of(request)) for one in promises_of(seen(request, case_id))]


@router.post(
    "/promises/{uuid:promise_id}/supply",
    auth=ANYONE_KNOWN,
    response=_ONE,
    operation_id="supply_material",
    summary="Hand in a promised material",
)
def supply(request: HttpRequest, promise_id: UUID, body: Supplied) -> dict[str, Any]:
    """Hand in a material that was promised: the promise is kept."""
    by = actor_of(request)
    return _out(actions.supply_material(promise_id, [str(one) for one in body.documents], by=by), by)


@router.get(
    "/promises",
    auth=STAFF,
    response={200: list[PromiseOut]} | REFUSED,
    operation_id="list_promises",
    summary="Promises to look after",
)
def waiting(request: HttpRequest, offset: Query[int] = 0) -> list[dict[str, Any]]:
    """Promises the caller's unit looks after, the nearest day first; 100 at a time."""
    by = actor_of(request)
    return [_out(one, by) for one in hundred_of(promises_waiting(by), offset)]


@router.get("/promises/{uuid:promise_id}", auth=STAFF, response=_ONE, operation_id="get_promise", summary="One promise")
def promise(request: HttpRequest, promise_id: UUID) -> dict[str, Any]:
    """One promise at the desk that looks after it."""
    by = actor_of(request)
    return _out(promise_at_desk(promise_id, by), by)


@router.post(
    "/promises/{uuid:promise_id}/kept",
    auth=STAFF,
    response=_ONE,
    operation_id="confirm_promise",
    summary="Find a promise kept",
)
def kept(request: HttpRequest, promise_id: UUID, body: Findings) -> dict[str, Any]:
    """A check found the promised condition met."""
    by = actor_of(request)
    return _out(actions.confirm_promise(promise_id, note=body.note, by=by), by)


@router.post(
    "/promises/{uuid:promise_id}/report",
    auth=STAFF,
    response=_ONE,
    operation_id="report_promise",
    summary="Report a promise not kept",
)
def report(request: HttpRequest, promise_id: UUID, body: Findings) -> dict[str, Any]:
    """A department found the condition unmet: the deciding office goes on with it."""
    by = actor_of(request)
    return _out(actions.report_promise(promise_id, note=body.note, by=by), by)


@router.post(
    "/promises/{uuid:promise_id}/break",
    auth=STAFF,
    response=_ONE,
    operation_id="break_promise",
    summary="Settle that a promise was broken",
)
def broken(request: HttpRequest, promise_id: UUID, body: Breach) -> dict[str, Any]:
    """A promise was not kept: an open case ends, a certificate is revoked, its maker is barred for a time."""
    by = actor_of(request)
    return _out(actions.break_promise(promise_id, reason=body.reason, by=by), by)
