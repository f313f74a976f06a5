"""A resident's own home: what is recorded, what they propose, leases their two sides register; and a worker's answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from tongban.applications.grid import actions, queries
from tongban.applications.grid.models import Proposal, Tenancy
from tongban.applications.grid.rules.proposals import SAID
from tongban.foundation.registers.queries import KINDS
from tongban.lib.actors import Actor
from tongban.web.api import SIGNED_IN, STAFF, Problem, Shape
from tongban.web.audiences import actor_of

router = Router(tags=["grid"])
REFUSED: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


class OwnResidenceOut(Shape):
    """Where the caller, or somebody of their household or a tenant of theirs, is recorded."""

    id: UUID
    name: str
    address: str
    kind: dict[str, str]
    since: date | None
    is_present: bool | None
    confirmed_at: datetime | None


class ProposalOut(Shape):
    """What a resident proposed: waiting, accepted, refused (with the reason) or withdrawn."""

    id: UUID
    what: str
    text: dict[str, str]
    state: str
    answer: str
    proposed_at: datetime


class TenancyOut(Shape):
    """A lease one side registered; `is_asked` when the caller is the one to confirm it."""

    id: UUID
    address: str
    part: str
    since: date
    until: date
    registered_by: str
    state: str
    good_until: datetime
    is_asked: bool
    lease_id: UUID | None


class HomeOut(Shape):
    """What is recorded of the caller."""

    phone: str
    residences: list[OwnResidenceOut]
    others: list[OwnResidenceOut]
    employers: list[str]
    proposals: list[ProposalOut]
    tenancies: list[TenancyOut]


class ProposalIn(Shape):
    """What is no longer so: `came` (address, kind, day), `left` and `gone` (residence_id, day), `phone`, `work` (employer)."""

    what: Literal["came", "left", "gone", "phone", "work"]
    residence_id: UUID | None = None
    day: date | None = None
    address: str = Field("", max_length=200)
    kind: str = Field("", max_length=10)
    phone: str = Field("", max_length=20)
    employer: str = Field("", max_length=200)
    said: str = Field("", max_length=200)


class TenancyIn(Shape):
    """A lease as one of its sides registers it; `lets` when the caller is the landlord."""

    lets: bool
    address: str = Field(max_length=200, examples=["示例小区7栋1单元101室"])
    part: str = Field("", max_length=40)
    since: date
    until: date
    other_name: str = Field(max_length=60, examples=["李四"])
    other_phone: str = Field(max_length=20, examples=["13800005103"])


class CodeIn(Shape):
    """The code from the text message."""

    code: str = Field(max_length=6, examples=["428913"])


class WhyIn(Shape):
    """Why something is refused."""

    reason: str = Field(max_length=200, examples=["房子没有租出去"])


class AcceptIn(Shape):
    """What the caller saw recorded when they accepted; changed meanwhile, nothing is written."""

    seen: dict[str, str] = Field(max_length=10, examples=[{"kind": "floating"}])


class WaitingProposalOut(ProposalOut):
    """A proposal of one's area beside what is recorded now."""

    by: str
    address: str
    recorded: dict[str, str]
    wanted: dict[str, str]


def _residence(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "name": row.name, "address": row.dwelling.address, "kind": KINDS[row.kind].as_json(), "since": row.since,
        "is_present": row.is_present, "confirmed_at": row.confirmed_at,
    }  # fmt: skip


def _proposal(row: Proposal) -> dict[str, Any]:
    return {
        "id": row.pk, "what": row.what, "text": SAID[row.what].as_json(), "state": row.state, "answer": row.answer,
        "proposed_at": row.proposed_at,
    }  # fmt: skip


def _tenancy(row: Tenancy, by: Actor) -> dict[str, Any]:
    return {
        "id": row.pk, "address": row.dwelling.address, "part": row.part, "since": row.since, "until": row.last_day,
        "registered_by": row.asker_name, "state": row.state, "good_until": row.code_until,
        "is_asked": row.asker_id != by.person_id, "lease_id": row.lease_id,
    }  # fmt: skip


@router.get("/home", auth=SIGNED_IN, response={200: HomeOut} | REFUSED, summary="What is recorded of my home")
def home(request: HttpRequest) -> dict[str, Any]:
    """Where one is recorded, with whom, where one works, what one proposed, leases to confirm."""
    by = actor_of(request)
    found = queries.own_home(by)
    return {
        "phone": found.phone, "residences": [_residence(row) for row in found.residences],
        "others": [_residence(row) for row in found.others], "employers": [row.employer for row in found.workplaces],
        "proposals": [_proposal(row) for row in queries.own_proposals(by)[:50]],
        "tenancies": [_tenancy(row, by) for row in queries.tenancies_of(by)[:50]],
    }  # fmt: skip


@router.post("/home/proposals", auth=SIGNED_IN, response={201: ProposalOut} | REFUSED, summary="Propose a correction")
def propose(request: HttpRequest, body: ProposalIn) -> Status[Any]:
    """Say what is no longer so; a grid worker confirms or refuses it."""
    return Status(201, _proposal(actions.propose(actions.NewProposal(**body.dict()), by=actor_of(request))))


@router.post(
    "/home/proposals/{own_proposal_id}/withdraw", auth=SIGNED_IN, response={200: ProposalOut} | REFUSED,
    summary="Take a proposal back",
)  # fmt: skip
def withdraw(request: HttpRequest, own_proposal_id: UUID) -> dict[str, Any]:
    """Take back what one proposed."""
    return _proposal(actions.withdraw_proposal(own_proposal_id, by=actor_of(request)))


@router.post("/home/leases", auth=SIGNED_IN, response={201: TenancyOut} | REFUSED, summary="Register a lease")
def register(request: HttpRequest, body: TenancyIn) -> Status[Any]:
    """Register a lease; the other side gets a code by text message and confirms."""
    by = actor_of(request)
    return Status(201, _tenancy(actions.register_tenancy(actions.NewTenancy(**body.dict()), by=by), by))


@router.post(
    "/home/leases/{tenancy_id}/confirm", auth=SIGNED_IN, response={200: TenancyOut} | REFUSED, summary="Confirm a lease"
)
def confirm(request: HttpRequest, tenancy_id: UUID, body: CodeIn) -> dict[str, Any]:
    """Confirm a lease with the code from one's telephone."""
    by = actor_of(request)
    return _tenancy(actions.confirm_tenancy(tenancy_id, body.code, by=by), by)


@router.post(
    "/home/leases/{tenancy_id}/refuse", auth=SIGNED_IN, response={200: TenancyOut} | REFUSED, summary="Refuse a lease"
)
def refuse(request: HttpRequest, tenancy_id: UUID, body: WhyIn) -> dict[str, Any]:
    """Say that it is no lease of one's own, or not like this."""
    by = actor_of(request)
    return _tenancy(actions.refuse_tenancy(tenancy_id, reason=body.reason, by=by), by)


@router.post(
    "/home/leases/{tenancy_id}/withdraw",
    auth=SIGNED_IN,
    response={200: TenancyOut} | REFUSED,
    summary="Take a lease back",
)
def take_back(request: HttpRequest, tenancy_id: UUID) -> dict[str, Any]:
    """Take back what one registered, before the other side confirms."""
    by = actor_of(request)
    return _tenancy(actions.withdraw_tenancy(tenancy_id, by=by), by)


@router.get(
    "/proposals/{proposal_id}",
    auth=STAFF,
    response={200: WaitingProposalOut} | REFUSED,
    summary="A resident's proposal",
)
def proposal(request: HttpRequest, proposal_id: UUID) -> dict[str, Any]:
    """One proposal of one's area that waits, beside what is recorded; those concerned see that it was opened."""
    by = actor_of(request)
    row = actions.open_proposal(proposal_id, by=by)
    _, there = queries.facts_beside(row)
    return _proposal(row) | {
        "by": row.by_name, "address": queries.proposal_address(row), "recorded": there, "wanted": row.wanted,
    }  # fmt: skip


@router.post(
    "/proposals/{proposal_id}/accept", auth=STAFF, response={200: ProposalOut} | REFUSED, summary="Accept a proposal"
)
def accept(request: HttpRequest, proposal_id: UUID, body: AcceptIn) -> dict[str, Any]:
    """What is recorded becomes what was proposed."""
    return _proposal(actions.accept_proposal(proposal_id, seen=body.seen, by=actor_of(request)))


@router.post(
    "/proposals/{proposal_id}/refuse", auth=STAFF, response={200: ProposalOut} | REFUSED, summary="Refuse a proposal"
)
def decline(request: HttpRequest, proposal_id: UUID, body: WhyIn) -> dict[str, Any]:
    """Leave what is recorded as it is, with a reason the resident reads."""
    return _proposal(actions.refuse_proposal(proposal_id, reason=body.reason, by=actor_of(request)))
