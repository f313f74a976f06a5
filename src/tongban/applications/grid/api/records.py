"""What a grid worker corrects of what is recorded: how somebody is reached, where they work, when a lease ends."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router

from tongban.applications.grid import actions
from tongban.foundation.registers.queries import leases_visible_to
from tongban.web.api import STAFF, Problem, Shape, hundred_of
from tongban.web.audiences import actor_of

if TYPE_CHECKING:
    from tongban.foundation.registers.models import Lease

router = Router(tags=["grid"])
REFUSED: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


class ContactOut(Shape):
    """How a resident is reached and where they work, "" for what is not recorded."""

    name: str
    recorded: dict[str, str] = Field(examples=[{"phone": "+8613800005103", "employer": "柳荫纸品厂"}])


class ContactIn(Shape):
    """What is so, "" for none, and what was recorded when that was said; changed meanwhile, nothing is written."""

    seen: dict[str, str] = Field(max_length=2, examples=[{"phone": "13800005103", "employer": ""}])
    wanted: dict[str, str] = Field(max_length=2, examples=[{"phone": "13800005104"}])


class ContactCorrectedOut(Shape):
    """Which facts were written."""

    written: list[str]


class LeaseOut(Shape):
    """A lease of one's area; both days are included."""

    id: UUID
    dwelling_id: UUID
    address: str
    part: str
    since: date
    until: date
    ended_early: bool
    end_reason: str


class LeaseIn(Shape):
    """The new last day; an earlier one needs a reason. `seen` is the last day the caller was shown: moved since, nothing is written."""

    until: date
    reason: str = Field("", max_length=200, examples=["提前退租"])
    seen: date | None = None


def _lease(row: Lease) -> dict[str, Any]:
    return {
        "id": row.pk, "dwelling_id": row.dwelling_id, "address": row.dwelling.address, "part": row.part, "since": row.since,
        "until": row.until, "ended_early": row.ended_early_at is not None, "end_reason": row.end_reason,
    }  # fmt: skip


@router.get("/leases", auth=STAFF, response={200: list[LeaseOut]} | REFUSED, summary="Leases that run, or ended")
def leases(
    request: HttpRequest, area: Query[str] = "", ended: Query[bool] = False, offset: Query[int] = 0
) -> list[dict[str, Any]]:
    """Leases of one's area by their last day, or with `ended` those over with tenants still recorded; a hundred at a time."""
    by = actor_of(request)
    return [_lease(one) for one in hundred_of(leases_visible_to(by, area=area[:15], ended=ended), offset)]


@router.get("/leases/{lease_id}", auth=STAFF, response={200: LeaseOut} | REFUSED, summary="A lease that runs")
def lease(request: HttpRequest, lease_id: UUID) -> dict[str, Any]:
    """One lease of one's area."""
    return _lease(actions.lease_to_move(lease_id, by=actor_of(request)))


@router.post("/leases/{lease_id}", auth=STAFF, response={200: LeaseOut} | REFUSED, summary="Move a lease's last day")
def move_lease(request: HttpRequest, lease_id: UUID, body: LeaseIn) -> dict[str, Any]:
    """The lease goes on longer or, with a reason, ends earlier; ended in the past, it is over at once."""
    said = body.dict()
    return _lease(actions.move_lease(lease_id, said.pop("until"), **said, by=actor_of(request)))


@router.get(
    "/residences/{residence_id}/contact",
    auth=STAFF,
    response={200: ContactOut} | REFUSED,
    summary="How somebody is reached",
)
def contact(request: HttpRequest, residence_id: UUID) -> dict[str, Any]:
    """Telephone and employer of a resident of one's area; they see that it was opened."""
    row, there = actions.open_contact(residence_id, by=actor_of(request))
    return {"name": row.name, "recorded": there}


@router.post(
    "/residences/{residence_id}/contact", auth=STAFF, response={200: ContactCorrectedOut} | REFUSED,
    summary="Correct how somebody is reached",
)  # fmt: skip
def correct_contact(request: HttpRequest, residence_id: UUID, body: ContactIn) -> dict[str, Any]:
    """Put right what is recorded wrongly; the person is told."""
    rows = actions.correct_contact(residence_id, seen=body.seen, wanted=body.wanted, by=actor_of(request))
    return {"written": [fact for row in rows for fact in row.wanted or {}]}
