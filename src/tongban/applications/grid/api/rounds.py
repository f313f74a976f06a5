"""What a grid worker's phone loads before a round and sends when it is back in the network."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import AwareDatetime, Field

from tongban.applications.grid import actions, queries
from tongban.applications.grid.models import HomeVisit
from tongban.applications.grid.rules.visits import KEPT_ON_A_PHONE
from tongban.foundation.parties.actions import record_list_look
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.web.api import STAFF, Problem, Shape, problem_of

router = Router(tags=["grid"])
REFUSED: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 422: Problem}


class RoundResident(Shape):
    """Somebody recorded at a dwelling; no numbers of documents or telephones travel to a phone."""

    id: UUID
    name: str
    kind: dict[str, str]
    facts: dict[str, str] = Field(
        examples=[{"kind": "tenant", "relation": "", "since": "", "is_present": "", "until": ""}]
    )


class RoundDoor(Shape):
    """A dwelling to go to, why, and who is recorded there."""

    dwelling_id: UUID
    address: str
    why: list[dict[str, str]]
    residents: list[RoundResident]


class RoundOut(Shape):
    """The next dwellings of one's own grids; to be forgotten by the device at ``good_until``."""

    area: dict[str, str]
    person_id: UUID
    loaded_at: datetime
    good_until: datetime
    doors: list[RoundDoor]


class SaidIn(Shape):
    """What is true of one person, and what was shown as recorded when that was said."""

    residence_id: UUID
    seen: dict[str, str] = Field(max_length=10, examples=[{"kind": "floating"}])
    wanted: dict[str, str] = Field(max_length=10, examples=[{"kind": "tenant"}])


class VisitIn(Shape):
    """A visit; `nonce` is the device's own, so that sending it again adds nothing."""

    nonce: UUID
    dwelling_id: UUID
    outcome: Literal["met", "vacant", "absent"]
    at: AwareDatetime
    said: list[SaidIn] = Field([], max_length=100)


class VisitsIn(Shape):
    """Visits made while the device was offline, in their order."""

    visits: list[VisitIn] = Field(max_length=100)


class EditOut(Shape):
    """A correction made on a visit: applied, clash (a person settles it), settled or refused."""

    id: UUID
    residence_id: UUID
    state: str
    code: str = ""


class GridVisitOut(Shape):
    """What became of one visit: `recorded`, or `refused` with a code and a sentence."""

    nonce: UUID
    state: Literal["recorded", "refused"]
    code: str = ""
    message: str = ""
    edits: list[EditOut] = []


@router.get("/round", auth=STAFF, response={200: RoundOut} | REFUSED, summary="The next dwellings to visit")
def round_of(request: HttpRequest) -> dict[str, Any]:
    """What a phone needs to confirm facts without a network: the next 40 dwellings of one's own grids and who is recorded there."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    doors, now = queries.round_of(by), timezone.now()
    record_list_look(what="grid.round", criteria="", row_count=sum(len(one.residents) for one in doors), by=by)
    return {
        "area": queries.area_visible_to(by, "").name.as_json(), "person_id": by.person_id, "loaded_at": now,
        "good_until": now + KEPT_ON_A_PHONE, "doors": [_door(one) for one in doors],
    }  # fmt: skip


def _door(one: queries.Stop) -> dict[str, Any]:
    return {
        "dwelling_id": one.door.dwelling_id, "address": one.door.address, "why": [why.as_json() for why in one.door.why],
        "residents": [
            {"id": row.pk, "name": row.name, "kind": kind.as_json(), "facts": facts} for row, kind, facts in one.residents
        ],
    }  # fmt: skip


@router.post(
    "/visits", auth=STAFF, response={200: list[GridVisitOut]} | REFUSED, summary="Visits made offline",
    openapi_extra={"x-idempotent": True},  # each visit carries a nonce of its own
)  # fmt: skip
def visits(request: HttpRequest, body: VisitsIn) -> list[dict[str, Any]]:
    """Take visits over, each for itself: one that is refused does not keep back the others, and sending all again adds nothing."""
    by: Actor = request.actor  # type: ignore[attr-defined]
    return [_taken(one, by) for one in body.visits]


def _taken(one: VisitIn, by: Actor) -> dict[str, Any]:
    said = [actions.Said(each.residence_id, each.seen, each.wanted) for each in one.said]
    report = actions.Report(one.nonce, one.dwelling_id, one.outcome, said, one.at)
    try:
        return _out(actions.report_visit(report, by=by))
    except Refusal as refusal:
        if refusal.status in (401, 403):
            raise
        problem = problem_of(refusal)
        return {"nonce": one.nonce, "state": "refused", "code": problem["code"], "message": problem["message"]}


def _out(visit: HomeVisit) -> dict[str, Any]:
    edits = [
        {"id": one.pk, "residence_id": one.residence_id, "state": one.state, "code": one.refusal.get("code", "")}
        for one in visit.edits.all()
    ]
    return {"nonce": visit.nonce, "state": "recorded", "edits": edits}
