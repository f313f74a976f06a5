"""Tasks over the API: a grid worker's own, answered with what came of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router

from tongban.applications.grid import actions, queries
from tongban.applications.grid.models import Task
from tongban.web.api import STAFF, Problem, Shape, hundred_of
from tongban.web.audiences import actor_of

router = Router(tags=["grid"])
REFUSED: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


class GridTaskOut(Shape):
    """Something to do in a grid until a day: open, done or withdrawn."""

    id: UUID
    title: str = Field(examples=["核实独居老人情况"])
    note: str
    area_code: str
    dwelling_id: UUID | None
    address: str
    worker_name: str = Field(description="empty where whoever works the area may do it")
    given_by: str
    due_on: date
    is_late: bool
    state: str
    result: str
    ended_at: datetime | None


class GridTaskEnd(Shape):
    """What came of a task: `done`, or `withdrawn` where it need not be done."""

    state: Literal["done", "withdrawn"] = "done"
    result: str = Field("", max_length=1000, examples=["老人身体良好"])


def _task(row: Task) -> dict[str, Any]:
    own = {name: getattr(row, name) for name in GridTaskOut.model_fields if name not in ("id", "address", "is_late")}
    address = row.dwelling.address if row.dwelling else ""
    return own | {"id": row.pk, "address": address, "is_late": row.state == "open" and queries.is_late(row.due_on)}


@router.get("/tasks", auth=STAFF, response={200: list[GridTaskOut]} | REFUSED, summary="My tasks")
def tasks(request: HttpRequest, offset: Query[int] = 0) -> list[dict[str, Any]]:
    """Open tasks of one's grids that are one's own or anybody's there, those due first, a hundred at a time."""
    return [_task(row) for row in hundred_of(queries.own_tasks(actor_of(request)), offset)]


@router.get("/tasks/{task_id}", auth=STAFF, response={200: GridTaskOut} | REFUSED, summary="One task")
def task(request: HttpRequest, task_id: UUID) -> dict[str, Any]:
    """One task of one's area."""
    return _task(queries.task_visible_to(actor_of(request), task_id))


@router.post("/tasks/{task_id}/end", auth=STAFF, response={200: GridTaskOut} | REFUSED, summary="Finish a task")
def end(request: HttpRequest, task_id: UUID, body: GridTaskEnd) -> dict[str, Any]:
    """Say that a task is done, or that it need not be, with a word on what came of it."""
    by = actor_of(request)
    return _task(actions.end_task(task_id, result=body.result, withdrawn=body.state == "withdrawn", by=by))
