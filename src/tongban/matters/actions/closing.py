"""The end of a case: its one decision, and the certificate that follows."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from tongban.foundation.credentials import actions as credentials
from tongban.foundation.parties.queries import name_on_paper
from tongban.lib.actors import Actor
from tongban.lib.masks import mask_name
from tongban.lib.words import T
from tongban.lib.working_days import is_past
from tongban.matters import hooks
from tongban.matters.actions.common import announce, record, record_act, tell_applicant
from tongban.matters.actions.materials import keep_materials
from tongban.matters.actions.papers import seal_papers
from tongban.matters.models import Case, Certificate, Decision
from tongban.matters.queries import content_of, reviews_of
from tongban.matters.queries.history import unit_title
from tongban.matters.queries.papers import deliver_by
from tongban.matters.rules.cases import FILED, GRANTED, NOT_NEEDED, OPEN, hash_of
from tongban.matters.rules.printing import certificate_content


def close(case: Case, outcome: str, *, reason: str, shown: str = "", by: Actor) -> Decision:
    """Write the one decision of a locked case; granted and filed ones get their certificate in the same transaction."""
    now = timezone.now()
    reviews = reviews_of(case)
    if outcome != FILED:  # what was filed is still looked at, afterwards
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
    record_act(case, outcome, by=by, at=now, note=decision.reason, opinions=decision.opinions_hash,
               is_late=decision.is_late)  # fmt: skip
    keep_materials(case, now, by=by)
    if outcome in (GRANTED, FILED):
        _certify(case, now, by)
    seal_papers.later(case_id=case.pk)
    hooks.decided.call(case_id=case.pk, outcome=outcome, by=by)
    announce(case, hooks.CASE_DECIDED, by=by, outcome=outcome)
    tell_applicant(case, outcome, by=by)
    return decision


def _is_late(case: Case, now: datetime) -> bool:
    return case.due_on is not None and is_past(case.due_on, now)


def _holder(case: Case) -> T:
    """As printed: a company whole and in both languages, a person masked."""
    if case.organisation is not None:
        return T(case.name, case.organisation.name_en or case.name)
    masked = mask_name(case.name)
    return T(masked, masked)


def _certify(case: Case, now: datetime, by: Actor) -> Certificate:
    content = content_of(case)
    assert case.decision_unit is not None
    holder = _holder(case)
    number = f"{case.number}-1"
    printed = certificate_content(
        content, case.values, holder=holder, number=number, office=unit_title(case.decision_unit)
    )
    last_day = timezone.localdate(now) + timedelta(days=content.certificate.valid_days)
    expires = timezone.make_aware(datetime.combine(last_day, time.max)).replace(microsecond=0)
    credential = credentials.issue(
        credentials.Content("certificate", holder.zh[:60], number=number),
        subject=credentials.Subject("matters.case", case.pk), not_before=now, expires=expires, by=by,
    )  # fmt: skip
    certificate = Certificate.objects.create(
        case=case, credential=credential, number=number, content=printed, issued_at=now
    )
    record(case, "certified", by=by, at=now, number=number)
    return certificate
