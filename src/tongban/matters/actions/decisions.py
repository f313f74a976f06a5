"""Decide, return for correction, revoke."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.credentials import actions as credentials
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.masks import mask_name
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.lib.working_days import is_past, working_days_between
from tongban.matters import hooks
from tongban.matters.actions.common import announce, lock_case, record, record_act, tell_applicant
from tongban.matters.actions.submission import screen_hashes
from tongban.matters.models import Case, Certificate, Decision
from tongban.matters.queries import concerned_with, content_of, reviews_of
from tongban.matters.queries.history import unit_title
from tongban.matters.rules.cases import (
    CORRECTION,
    DRAFT,
    GRANTED,
    RETURNED,
    check_may_decide,
    check_may_return,
    check_not_own,
    hash_of,
)
from tongban.matters.rules.printing import certificate_content


@transaction.atomic
def decide_case(case_id: UUID, *, outcome: str, reason: str = "", by: Actor) -> Decision:
    """Close a case with a reasoned decision; granting issues its certificate in the same transaction."""
    case = _lock_to_decide(case_id, by)
    reviews = reviews_of(case)
    check_may_decide(case.state, [review.state for review in reviews], outcome, reason)
    now = timezone.now()
    opinions = {
        r.unit_code: [r.state, r.text, r.by_name, r.closed_at.isoformat() if r.closed_at else ""] for r in reviews
    }
    assert case.decision_unit_id is not None
    decision = Decision.objects.create(
        case=case, outcome=outcome, reason=reason.strip(), unit_id=case.decision_unit_id, by_name=by.name,
        by_person_id=by.person_id, decided_at=now, seen_hash=case.answers_hash, opinions_hash=hash_of(opinions),
    )  # fmt: skip
    case.state, case.closed_at = outcome, now
    case.save(update_fields=["state", "closed_at"])
    record_act(case, outcome, by=by, at=now, note=decision.reason, opinions=decision.opinions_hash,
               is_late=_is_late(case, now))  # fmt: skip
    if outcome == GRANTED:
        _certify(case, now, by)
    hooks.decided.call(case_id=case.pk, outcome=outcome, by=by)
    announce(case, hooks.CASE_DECIDED, by=by, outcome=outcome)
    tell_applicant(case, outcome, by=by)
    return decision


@transaction.atomic
def return_for_correction(case_id: UUID, *, note: str = "", by: Actor) -> Case:
    """Send a case back to the applicant once, with everything all departments ask for; the clock stands still meanwhile."""
    case = _lock_to_decide(case_id, by)
    reviews = reviews_of(case)
    check_may_return(case.state, [review.state for review in reviews], note)
    now = timezone.now()
    wanted = [f"{review.unit.name}：{review.text}" for review in reviews if review.state == CORRECTION]
    if note.strip():
        wanted.append(note.strip())
    case.paused_days_left = working_days_between(timezone.localdate(now), case.due_on) if case.due_on else 0
    case.state = RETURNED
    case.save(update_fields=["state", "paused_days_left"])
    record_act(case, "returned", by=by, at=now, note="\n".join(wanted), screens=screen_hashes(case, content_of(case)),
               days_left=case.paused_days_left)  # fmt: skip
    announce(case, hooks.CASE_RETURNED, by=by)
    tell_applicant(case, "returned", by=by)
    return case


@transaction.atomic
def revoke_certificate(case_id: UUID, *, reason: str, by: Actor) -> Certificate:
    """Revoke the certificate of a granted case; everybody who verifies it sees that at once."""
    case = _lock_to_decide(case_id, by)
    certificate = Certificate.objects.filter(case=case).select_related("credential").first()
    if certificate is None:
        raise not_found(T("这件办件的证照", "The certificate of this case"))
    was_revoked = certificate.credential.revoked_at is not None
    certificate.credential = credentials.revoke(certificate.credential_id, reason=reason, by=by)
    if not was_revoked:
        record(case, "revoked", by=by, note=reason.strip())
        announce(case, hooks.CERTIFICATE_REVOKED, by=by, certificate=certificate.number)
    return certificate


def _is_late(case: Case, now: datetime) -> bool:
    return case.due_on is not None and is_past(case.due_on, now)


def _lock_to_decide(case_id: UUID, by: Actor) -> Case:
    case = lock_case(case_id)
    require(by, hooks.DECIDE, region=case.region_code)
    if case.state == DRAFT or case.number is None:
        raise not_found(T("这件办件", "This case"))
    require(by, hooks.DECIDE, unit_id=case.decision_unit_id)
    if concerned_with(case, by):
        check_not_own(by.person_id, {by.person_id})
    return case


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
