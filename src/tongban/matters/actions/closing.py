"""The end of a case: its one decision, and what follows from it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from tongban.foundation.parties.queries import name_on_paper
from tongban.lib.actors import Actor
from tongban.lib.together import write_now
from tongban.lib.working_days import is_past
from tongban.matters import hooks
from tongban.matters.actions.certifying import certify
from tongban.matters.actions.common import announce, record_act, tell_applicant
from tongban.matters.actions.materials import keep_materials
from tongban.matters.actions.papers import seal_papers
from tongban.matters.actions.payments import ask_fees, settle_fees
from tongban.matters.actions.promises import count_promises, owed_after_decision, void_promises
from tongban.matters.models import Case, Decision, Review
from tongban.matters.queries import reviews_of
from tongban.matters.queries.papers import deliver_by
from tongban.matters.rules.cases import FILED, NOT_NEEDED, OPEN, REFUSED, hash_of
from tongban.matters.rules.fees import BEFORE_CERTIFICATE
from tongban.matters.rules.promises import CONDITION


def close(
    case: Case, outcome: str, *, reason: str, shown: str = "", reviews: list[Review] | None = None, by: Actor
) -> Decision:
    """Write the one decision of a locked case; granted and filed ones get their certificate in the same transaction.

    Where a fee is due first, the certificate waits for it (actions/payments.py), and so does the day of delivery.
    """
    now = timezone.now()
    reviews = reviews_of(case) if reviews is None else reviews
    if outcome != FILED and any(one.state == OPEN for one in reviews):  # what was filed is still looked at, afterwards
        case.reviews.filter(state=OPEN).update(state=NOT_NEEDED)
    opinions = {
        r.unit_code: [r.state, r.text, r.by_name, r.closed_at.isoformat() if r.closed_at else ""] for r in reviews
    }
    assert case.decision_unit_id is not None
    decision = Decision.objects.create(
        case=case, outcome=outcome, reason=reason.strip(), unit_id=case.decision_unit_id, by_name=name_on_paper(by)[:120],
        by_person_id=by.person_id, decided_at=now, is_late=_is_late(case, now), seen_hash=case.answers_hash, shown_hash=shown, opinions_hash=hash_of(opinions),
    )  # fmt: skip
    case.state, case.closed_at, case.deliver_by = outcome, now, deliver_by(case, now)
    case.save(update_fields=["state", "closed_at", "deliver_by"])
    owed = {"owed": found} if outcome != REFUSED and (found := owed_after_decision(case)) else {}
    record_act(case, outcome, by=by, at=now, note=decision.reason, opinions=decision.opinions_hash,
               is_late=decision.is_late, **owed)  # fmt: skip
    keep_materials(case, now, by=by)
    if outcome == REFUSED:
        settle_fees(case, REFUSED, by=by)
        void_promises(case)
    else:
        count_promises(case, CONDITION)
    if outcome != REFUSED and not ask_fees(case, BEFORE_CERTIFICATE, by=by):
        certify(case, now, by)
    seal_papers.later(case_id=case.pk)
    if hooks.decided.answers:  # who answers looks for the decision
        write_now()
        hooks.decided.call(case_id=case.pk, outcome=outcome, by=by)
    announce(case, hooks.CASE_DECIDED, by=by, outcome=outcome)
    tell_applicant(case, outcome, by=by)
    return decision


def _is_late(case: Case, now: datetime) -> bool:
    return case.due_on is not None and is_past(case.due_on, now)
