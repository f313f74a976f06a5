"""Handing in many applications in one call."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router

from tongban.matters import actions
from tongban.matters.api.cases import ANSWERS, REFUSED
from tongban.matters.rules.bulk import LONGEST_REFERENCE, MOST
from tongban.web.api import ANYONE_KNOWN, Problem, Shape, problem_of

router = Router()


class OneOfMany(Shape):
    """One complete application of many."""

    reference: str = Field(
        max_length=LONGEST_REFERENCE, examples=["ERP-2020-000117"],
        description="the caller's own name for it, each one once: a repeat finds the case and hands nothing in again",
    )  # fmt: skip
    service: str = Field(examples=["enterprise-resumption"])
    organisation_id: UUID | None = Field(
        None, description="the company; left out: the caller's only one, or the person"
    )
    answers: dict[str, Any] = Field(examples=[ANSWERS], description="as in `start_case`; complete")


class Many(Shape):
    """Applications to hand in; each for itself."""

    cases: list[OneOfMany] = Field(min_length=1, max_length=MOST)


class HandedIn(Shape):
    """What became of one application: its case, or why it was refused."""

    reference: str
    is_done: bool
    is_repeat: bool = Field(description="handed in by an earlier call; nothing was written now")
    id: UUID | None
    number: str | None = Field(examples=["FGFC202002170001"])
    state: str = Field(description="empty when refused", examples=["in_review"])
    errors: list[Problem] = Field(description="everything found wrong with it; empty when done")


@router.post(
    "/cases/bulk", auth=ANYONE_KNOWN, response={200: list[HandedIn]} | REFUSED, operation_id="submit_in_bulk", summary="Hand in many applications",
    openapi_extra={"x-idempotent": True},  # row by row, by the caller's references
)  # fmt: skip
def submit_in_bulk(request: HttpRequest, body: Many) -> list[dict[str, Any]]:
    """Hand in up to 500 complete applications, each checked like a single one; one that is refused stops no other.

    The answer has one entry for each, in the same order. The call needs no Idempotency-Key: a row whose reference was
    handed in before comes back with its case (`is_repeat`), with other contents it is refused (`reference_reused`).
    """
    rows = [actions.Row(one.reference, one.service, one.answers, one.organisation_id) for one in body.cases]
    return [_said(one) for one in actions.submit_in_bulk(rows, by=request.actor)]  # type: ignore[attr-defined]


def _said(one: actions.Outcome) -> dict[str, Any]:
    case, problem = one.case, problem_of(one.refusal) if one.refusal else {}
    return {
        "reference": one.reference, "is_done": case is not None, "is_repeat": one.is_repeat,
        "id": case.pk if case else None, "number": case.number if case else None, "state": case.state if case else "",
        "errors": problem.get("errors") or ([problem] if problem else []),
    }  # fmt: skip
