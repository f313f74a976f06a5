"""What a member of staff may do with a case now, and who of a unit has what in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from tongban.foundation.parties.queries import colleagues_in_unit
from tongban.lib.actors import Actor
from tongban.lib.asked import AskedBy
from tongban.matters.models import Assignment, Case, Review
from tongban.matters.queries.cases import NOBODYS, concerned_with, events_of, reviews_of
from tongban.matters.queries.definitions import content_of
from tongban.matters.rules.cases import GRANTED, IN_REVIEW, OPEN, OPEN_STATES, READY, RECEIVED

if TYPE_CHECKING:
    from tongban.foundation.parties.queries.staff import Colleague

# As declared in hooks.py, which stands on the same layer and cannot be imported here.
_ACCEPT, _REVIEW, _DECIDE = "matters.accept_case", "matters.review_case", "matters.decide_case"


def acts_open_to(case: Case, by: Actor, *, is_own: bool | None = None) -> list[str]:
    """What the actor may do with a case now, the expected next step first; nothing for somebody concerned with it.

    ``is_own`` spares asking again whether the actor is.
    """
    if not by.is_staff or (concerned_with(case, by) if is_own is None else is_own):
        return []
    mine = next((one for one in reviews_of(case) if one.unit_id == by.unit_id), None)
    acts = _at_acceptance(case, by)
    if _REVIEW in by.capabilities and mine and mine.state == OPEN and case.state in (IN_REVIEW, "filed"):
        acts.append("review")
    decides = _DECIDE in by.capabilities and case.decision_unit_id == by.unit_id
    if decides:
        acts += _while_deciding(case)
    if _REVIEW in by.capabilities and (mine is not None or case.decision_unit_id == by.unit_id):
        acts += _procedures(case)
    return acts


def _at_acceptance(case: Case, by: Actor) -> list[str]:
    if case.state == RECEIVED and _ACCEPT in by.capabilities and case.acceptance_unit_id == by.unit_id:
        return ["accept", "return", "decline"]
    return []


def _while_deciding(case: Case) -> list[str]:
    acts = []
    if case.state == READY:
        acts += ["decide", "return"] if case.clock_stopped_at is None else ["return"]
    if _may_extend(case):
        acts.append("extend")
    if case.state in OPEN_STATES:
        acts.append("terminate")
    certificate = getattr(case, "certificate", None) if case.state in (GRANTED, "filed") else None
    if certificate is not None and certificate.credential.revoked_at is None:
        acts.append("revoke")
    return acts


def _may_extend(case: Case) -> bool:
    extension = content_of(case).definition.clocks.extension
    if case.state not in (IN_REVIEW, READY) or extension is None or not extension.working_days:
        return False
    return not any(event.kind == "extended" for event in events_of(case))


def _procedures(case: Case) -> list[str]:
    if case.state not in (IN_REVIEW, READY):
        return []
    if case.procedures.filter(ended_at__isnull=True).exists():
        return ["end_procedure"]
    known = content_of(case).definition.special_procedures
    return ["begin_procedure"] if known and case.clock_stopped_at is None else []


def assignment_of(case: Case, by: Actor) -> Assignment | None:
    """Who of the actor's unit has the case in hand."""
    return Assignment.objects.filter(case=case, unit_id=by.unit_id).first() if by.unit_id else None


def with_hands(rows: QuerySet[Any], by: Actor, case: str) -> QuerySet[Any]:
    """The rows with ``hands``, the name of who in the actor's unit has each in hand; ``case`` is a row's case."""
    held = Assignment.objects.filter(case_id=OuterRef(case), unit_id=by.unit_id or NOBODYS)
    found: QuerySet[Any] = rows.annotate(hands=Subquery(held.values("name")[:1]))
    return found


def in_hand(by: Actor) -> QuerySet[Assignment]:
    """What colleagues of the actor's unit have in hand that still waits for that unit."""
    waiting = Q(case__state=RECEIVED, case__acceptance_unit_id=by.unit_id) | Q(
        case__state=READY, case__decision_unit_id=by.unit_id
    )
    unit_id = by.unit_id or NOBODYS
    reviewing = Review.objects.filter(unit_id=unit_id, state=OPEN).values("case_id")
    return Assignment.objects.filter(waiting | Q(case_id__in=reviewing), unit_id=unit_id)


def workload(by: Actor) -> list[tuple[Colleague, int]]:
    """How many waiting cases each colleague of the actor's unit has in hand, who has none included."""
    if by.unit_id is None:
        return []
    counts = dict(_LOAD(by))
    return [(person, counts.get(person.pk, 0)) for person in colleagues_in_unit(by)]


_LOAD = AskedBy[tuple[UUID, int]](lambda by: in_hand(by).values_list("person_id").annotate(n=Count("pk")).order_by())
