"""Events over the API: reported, also by a phone that had no network; dispatched, seen to, closed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Status
from pydantic import AwareDatetime

from tongban.applications.grid import actions, queries
from tongban.applications.grid.models import Event
from tongban.applications.grid.rules.events import KINDS
from tongban.foundation.documents.actions import Chosen
from tongban.lib.actors import Actor
from tongban.web.api import STAFF, Problem, Problems, Shape, hundred_of
from tongban.web.audiences import actor_of

router = Router(tags=["grid"])
REFUSED: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problems}


class GridEventIn(Shape):
    """What was found where; `nonce` is the device's own, so that sending it again adds nothing."""

    nonce: UUID
    kind: str = Field(examples=["facility"], description="one of " + ", ".join(KINDS))
    said: str = Field(examples=["路灯不亮，已有三天"], max_length=1000)
    where: str = Field("", max_length=200, examples=["示例路18号门口"], description="needed without a dwelling")
    dwelling_id: UUID | None = None
    photo_id: UUID | None = Field(None, description="a document sent before with the purpose grid.photo")
    at: AwareDatetime | None = Field(None, description="when it was found, where that was before it could be sent")


class GridEventStep(Shape):
    """What comes next: sent to a department, seen to or returned by it, or closed."""

    step: Literal["dispatched", "handled", "returned", "closed"]
    said: str = Field("", max_length=1000, examples=["已更换灯泡"])
    unit_id: UUID | None = Field(None, description="the department; needed for `dispatched`")
    due_on: date | None = Field(None, description="for `dispatched`; the kind's own last day if left out")


class GridEventTold(Shape):
    """One step of an event."""

    state: str
    at: datetime
    by_name: str
    unit_name: str
    said: str


class GridEventOut(Shape):
    """An event as it stands: reported, dispatched, handled, returned or closed."""

    id: UUID
    kind: str
    title: dict[str, str]
    where: str
    said: str
    area_code: str
    dwelling_id: UUID | None
    photo_id: UUID | None
    by_name: str
    reported_at: datetime
    state: str
    unit: str
    due_on: date | None
    is_late: bool
    closed_at: datetime | None
    steps: list[GridEventTold] = Field([], description="of one event; empty in lists")


def _event(row: Event, *, whole: bool = True) -> dict[str, Any]:
    own = {name: getattr(row, name) for name in GridEventOut.model_fields if name in _OWN}
    steps = (
        [{name: getattr(one, name) for name in GridEventTold.model_fields} for one in row.steps.all()] if whole else []
    )
    return own | {
        "id": row.pk, "title": KINDS[row.kind][0].as_json(), "unit": row.unit.name if row.unit else "", "steps": steps,
        "is_late": row.state == "dispatched" and queries.is_late(row.due_on),
    }  # fmt: skip


_OWN = {one.name for one in Event._meta.concrete_fields} | {"dwelling_id"}
_OWN -= {"id", "unit"}


@router.get("/events", auth=STAFF, response={200: list[GridEventOut]} | REFUSED, summary="Events")
def events(request: HttpRequest, offset: Query[int] = 0, closed: Query[bool] = False) -> list[dict[str, Any]]:
    """Open events of one's area, or those sent to one's department, a hundred at a time; closed ones, too, if asked."""
    found = queries.events_visible_to(actor_of(request), open_only=not closed)
    return [_event(row, whole=False) for row in hundred_of(found, offset)]


@router.get("/events/{event_id}", auth=STAFF, response={200: GridEventOut} | REFUSED, summary="One event")
def event(request: HttpRequest, event_id: UUID) -> dict[str, Any]:
    """One event with what happened since it was reported."""
    return _event(queries.event_visible_to(actor_of(request), event_id))


@router.post(
    "/events", auth=STAFF, response={201: GridEventOut} | REFUSED, summary="Report an event",
    openapi_extra={"x-idempotent": True},  # each event carries a nonce of its own
)  # fmt: skip
def report(request: HttpRequest, body: GridEventIn) -> Status[dict[str, Any]]:
    """Report what was found in one's area, with a photo sent before; sent again, it is the same event."""
    told = body.dict()
    photo = told.pop("photo_id")
    new = actions.NewEvent(**told, photo=Chosen(document_id=photo) if photo else None)
    return Status(201, _event(actions.report_event(new, by=actor_of(request))))


@router.post("/events/{event_id}/steps", auth=STAFF, response={200: GridEventOut} | REFUSED, summary="See to an event")
def step(request: HttpRequest, event_id: UUID, body: GridEventStep) -> dict[str, Any]:
    """Dispatch an event (its grid), say what was done or why it is returned (the department), or close it (its grid)."""
    by = actor_of(request)
    _STEPS[body.step](event_id, body, by)
    return _event(queries.event_visible_to(by, event_id))


def _dispatch(event_id: UUID, body: GridEventStep, by: Actor) -> None:
    actions.dispatch_event(event_id, body.unit_id or UUID(int=0), due_on=body.due_on, said=body.said, by=by)


_STEPS: dict[str, Any] = {
    "dispatched": _dispatch,
    "handled": lambda event_id, body, by: actions.handle_event(event_id, said=body.said, by=by),
    "returned": lambda event_id, body, by: actions.return_event(event_id, said=body.said, by=by),
    "closed": lambda event_id, body, by: actions.close_event(event_id, said=body.said, by=by),
}
