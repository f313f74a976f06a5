"""One department's opinion."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties.actions import record_look
from tongban.foundation.parties.queries import name_on_paper
from tongban.lib.actors import Actor
from tongban.lib.together import together
from tongban.lib.working_days import is_past
from tongban.matters import hooks
from tongban.matters.actions.common import lock_for, record, record_act, refuse_own
from tongban.matters.models import Case, Review
from tongban.matters.queries import content_of, own_review, staff_case
from tongban.matters.queries.shown import check_unchanged, read_of
from tongban.matters.rules.cases import IN_REVIEW, NOT_NEEDED, OPEN, READY, check_may_review
from tongban.matters.rules.handling import is_joined


@transaction.atomic
def open_case(case_id: UUID, *, by: Actor) -> Case:
    """A case opened at a desk; the person it concerns sees in “who looked” that it was."""
    case = staff_case(case_id, by)
    person_id = case.person_id or case.submitted_by_id
    if person_id is not None:
        reason = "办理办件"
        record_look(person_id, what="matters.case", reason=reason, case_number=case.number or "", by=by)
    return case


@transaction.atomic
def review_case(case_id: UUID, *, opinion: str, text: str = "", shown: str = "", by: Actor) -> Review:
    """Give the opinion of the actor's unit: approved, objected or correction. The last one makes the case ready.

    ``shown`` is what the reviewer was shown (queries/shown.py); refused when answers or documents changed since.
    """
    case = lock_for(case_id, hooks.REVIEW, by, alone=True)
    read = read_of(case)
    review = own_review(read.reviews, by)
    refuse_own(case, by)
    check_may_review(case.state, review.state, opinion, text)
    seen = check_unchanged(case, shown, opinions_too=False, read=read)
    now = timezone.now()
    review.state, review.text, review.closed_at = opinion, text.strip(), now
    review.by_name, review.by_person_id, review.seen_hash = name_on_paper(by)[:120], by.person_id, case.answers_hash
    review.shown_hash = seen.seal
    review.save(update_fields=["state", "text", "closed_at", "by_name", "by_person_id", "seen_hash", "shown_hash"])
    with together():
        record_act(
            case, "reviewed", by=by, at=now, note=review.text, state=opinion, round=review.round,
            unit=review.unit_code, is_late=is_past(review.due_on, now),
        )  # fmt: skip
        _join(case, read.reviews, now, by)
    return review


def _join(case: Case, reviews: list[Review], now: datetime, by: Actor) -> None:
    """Hand the case to the deciding office once enough has been said; who has not spoken by then need not."""
    states = {one.unit_code: one.state for one in reviews}
    if case.state != IN_REVIEW or not is_joined(content_of(case).definition.reviews, states):
        return
    if OPEN in states.values():
        case.reviews.filter(state=OPEN).update(state=NOT_NEEDED, closed_at=now)
    case.state = READY
    case.save(update_fields=["state"])
    record(case, "ready", by=by, at=now)
