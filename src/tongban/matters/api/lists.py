"""Lists of cases for programs: one's own, those a desk may see, and what waits at a desk, narrowed as their pages do."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router

from tongban.foundation.parties.queries import require
from tongban.matters import hooks
from tongban.matters.api.cases import REFUSED, CaseOut
from tongban.matters.api.cases import router as cases_router
from tongban.matters.queries import inbox
from tongban.matters.queries.inbox import Wanted
from tongban.matters.queries.listed import Listed, desk_listed, own_listed, waiting_listed
from tongban.matters.rules.cases import STATES
from tongban.web.api import ANYONE_KNOWN, STAFF, Shape, part_of
from tongban.web.audiences import actor_of

router = Router()
_DESKS = {
    "acceptance": (hooks.ACCEPT, inbox.ACCEPTANCE),
    "reviews": (hooks.REVIEW, inbox.REVIEWS),
    "decisions": (hooks.DECIDE, inbox.DECISIONS),
}


class CasesAsked(Shape):
    """Which cases: each part left out narrows nothing."""

    q: str = Field("", max_length=60, description="the applicant's name, pinyin or initials, or how the number begins")
    service: str = Field("", max_length=80, description="code of the service")
    signal: Literal["", "green", "yellow", "red", "stopped"] = Field("", description="colour of the clock")
    first: date | None = Field(None, description="handed in on this day or later")
    last: date | None = Field(None, description="handed in on this day or earlier")
    offset: int = Field(0, description="how many rows to leave out, up to 10,000")
    limit: int = Field(100, ge=1, le=100, description="how many rows to give")

    def wanted(self, **more: Any) -> Wanted:
        """The same as lists take it."""
        return Wanted(self.q.strip(), self.service, self.signal, self.first, self.last, **more)


class OfState(CasesAsked):
    """Which of one's own cases, or of those a desk may see."""

    state: Literal["", *STATES] = Field("", description="the case's state")  # type: ignore[valid-type]


class OfHands(CasesAsked):
    """Which of what waits."""

    hands: Literal["", "mine", "nobody", "colleague"] = Field("", description="who has it in hand")


class WaitingOut(CaseOut):
    """A case that waits at the caller's desk."""

    last_day: date | None = Field(description="until when the caller's unit has to act")
    signal: str = Field(description="green, yellow, red or stopped", examples=["green"])
    in_hand: str = Field(description="who of the unit has it in hand; empty for nobody")


@cases_router.get(
    "/cases",
    auth=ANYONE_KNOWN,
    response={200: list[CaseOut]} | REFUSED,
    operation_id="list_cases",
    summary="Cases one applied for, or one's desk may see",
)
def cases(request: HttpRequest, asked: Query[OfState]) -> list[dict[str, Any]]:
    """The caller's cases, or those their desk may see; newest first."""
    by, part = actor_of(request), part_of(asked.offset, asked.limit)
    listed = desk_listed if by.is_staff else own_listed
    return [_case(one) for one in listed(by, asked.wanted(), asked.state, part)]


@router.get(
    "/desk/{kind}",
    auth=STAFF,
    response={200: list[WaitingOut]} | REFUSED,
    operation_id="list_waiting",
    summary="What waits at a desk",
)
def waiting(
    request: HttpRequest, kind: Literal["acceptance", "reviews", "decisions"], asked: Query[OfHands]
) -> list[dict[str, Any]]:
    """What waits for the caller's unit to accept, to review or to decide; most urgent first."""
    by, (capability, desk) = actor_of(request), _DESKS[kind]
    require(by, capability)
    found = waiting_listed(desk, by, asked.wanted(hands=asked.hands), part_of(asked.offset, asked.limit))
    return [
        _case(one.case) | {"last_day": one.last_day, "signal": one.signal, "in_hand": one.in_hand} for one in found
    ]  # fmt: skip


def _case(case: Listed) -> dict[str, Any]:
    return {
        "id": case.id, "number": case.number, "service": case.service, "service_name": str(case.service_name),
        "applicant": case.applicant, "state": case.state, "state_name": str(STATES[case.state]),
        "started_at": case.started_at, "submitted_at": case.submitted_at, "due_on": case.due_on, "closed_at": case.closed_at,
    }  # fmt: skip
