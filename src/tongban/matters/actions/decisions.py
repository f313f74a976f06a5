"""Decide, return for correction, extend, end, revoke."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.credentials import actions as credentials
from tongban.lib.actors import Actor, system
from tongban.lib.jobs import periodic
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.together import together
from tongban.lib.words import T
from tongban.lib.working_days import add_days, is_past
from tongban.matters import hooks
from tongban.matters.actions.clock import record_turn
from tongban.matters.actions.closing import close
from tongban.matters.actions.common import (
    announce,
    confirm_anew,
    lock_case,
    lock_for_office,
    record,
    record_act,
    settle_requests,
    tell_applicant,
)
from tongban.matters.actions.materials import keep_materials
from tongban.matters.actions.payments import check_paid, settle_fees
from tongban.matters.actions.promises import check_nothing_owed, void_promises
from tongban.matters.actions.submission import screen_hashes
from tongban.matters.models import Case, Certificate, Decision, SignRequest
from tongban.matters.queries import content_of, reviews_of
from tongban.matters.queries.clocks import calendar_now
from tongban.matters.queries.shown import check_unchanged, read_of
from tongban.matters.rules.cases import (
    CORRECTION,
    GRANTED,
    IN_REVIEW,
    NOT_NEEDED,
    OPEN,
    OPEN_STATES,
    READY,
    RECEIVED,
    RETURNED,
    TERMINATED,
    check_may_decide,
    check_may_return,
    check_reason,
    check_told_once,
    moved_on,
)
from tongban.matters.rules.clocks import Tick
from tongban.matters.rules.fees import BEFORE_DECISION


@transaction.atomic
def decide_case(case_id: UUID, *, outcome: str, reason: str = "", shown: str = "", by: Actor) -> Decision:
    """Close a case with a reasoned decision; granting issues its certificate in the same transaction.

    ``shown`` is what the decider was shown (queries/shown.py); refused when anything of it changed since.
    """
    case = _lock_to_decide(case_id, by)
    confirm_anew(by)
    read = read_of(case)
    check_may_decide(case.state, [review.state for review in read.reviews], outcome, reason)
    if any(one.ended_at is None for one in read.procedures):
        raise moved_on("特别程序还没有结束，不能决定。", "A special procedure is not over yet.", code="procedure_open")
    if outcome == GRANTED:
        check_paid(case, BEFORE_DECISION)
        check_nothing_owed(case)
    with together():
        seen = check_unchanged(case, shown, opinions_too=True, read=read)
        return close(case, outcome, reason=reason, shown=seen.seal, reviews=read.reviews, by=by)


@transaction.atomic
def return_for_correction(case_id: UUID, *, note: str = "", why_again: str = "", by: Actor) -> Case:
    """Send a case back once, with everything that is missing or that all departments ask for.

    Before acceptance no clock has started. Later it stands still only by a rule the definition names.
    """
    if lock_case(case_id).state == RECEIVED:
        case = lock_for_office(case_id, hooks.ACCEPT, by, office="acceptance")
    else:
        case = _lock_to_decide(case_id, by)
    reviews = reviews_of(case)
    check_may_return(case.state, [review.state for review in reviews], note)
    check_told_once(case.events.filter(kind="returned").count(), why_again)
    now, content = timezone.now(), content_of(case)
    wanted = [f"{review.unit.name}：{review.text}" for review in reviews if review.state == CORRECTION]
    wanted += [text.strip() for text in (note, why_again) if text.strip()]
    correction = content.definition.clocks.correction
    send_back(case, "\n".join(wanted), add_days(now, correction.days, calendar_now()).date, by=by)
    return case


def send_back(case: Case, wanted: str, correct_by: date, *, by: Actor) -> None:
    """Hand a locked case back to its applicant; its clock stands still where a rule of the definition says so."""
    now, content = timezone.now(), content_of(case)
    correction = content.definition.clocks.correction
    case.state, case.correct_by, case.accept_by, case.was_returned = RETURNED, correct_by, None, True
    case.save(update_fields=["state", "correct_by", "accept_by", "was_returned"])
    said: dict[str, Any] = {
        "screens": screen_hashes(case, content), "correct_by": correct_by.isoformat(),
        "is_accepted": case.accepted_at is not None,
    }  # fmt: skip
    if correction.stops_clock is not None and case.accepted_at is not None and case.clock_stopped_at is None:
        why = _CORRECTING.format(basis=correction.stops_clock.title)
        record_turn(case, "returned", Tick(now, "stop", why), note=wanted, by=by, **said)
    else:
        record_act(case, "returned", by=by, at=now, note=wanted, **said)
    announce(case, hooks.CASE_RETURNED, by=by)
    tell_applicant(case, "returned", by=by)


@transaction.atomic
def extend_case(case_id: UUID, *, reason: str, by: Actor) -> Case:
    """Lengthen the period once, as the head of the office may (行政许可法 Art. 42); the applicant is told why."""
    case = _lock_to_decide(case_id, by)
    confirm_anew(by)
    extension = content_of(case).definition.clocks.extension
    if case.state not in (IN_REVIEW, READY):
        raise moved_on("这件事现在不能延长时限。", "The period of this case cannot be extended now.", code="not_ready")
    if extension is None or extension.working_days == 0:
        raise Refusal("no_extension", T("这项服务不能延长时限。", "This service allows no extension."), status=409)
    if case.events.filter(kind="extended").exists():
        raise moved_on(
            "时限已经延长过一次，不能再延长。", "It was extended before: once is all.", code="already_extended"
        )
    now = timezone.now()
    if case.due_on is not None and is_past(case.due_on, now):
        raise moved_on("已经超期，不能再延长。", "The last day has passed: too late to extend.", code="overdue")
    why = check_reason(reason)
    basis = _EXTENDED.format(basis=extension.reference.title)
    record_turn(case, "extended", Tick(now, "extend", basis, extension.working_days), note=why, by=by)
    tell_applicant(case, "extended", by=by)
    return case


@transaction.atomic
def terminate_case(case_id: UUID, *, reason: str, by: Actor) -> Case:
    """End a case without a decision (终止), as the office may before it decides; with the reason."""
    case = _lock_to_decide(case_id, by)
    confirm_anew(by)
    if case.state == TERMINATED:
        return case
    if case.state not in OPEN_STATES:
        raise moved_on("这件事已经办结，不能终止。", "This case is closed: it cannot be ended.", code="case_closed")
    return end(case, check_reason(reason), by=by)


def end(case: Case, reason: str, *, by: Actor) -> Case:
    """Write the end of a locked case without a decision."""
    now = timezone.now()
    case.reviews.filter(state=OPEN).update(state=NOT_NEEDED)
    case.procedures.filter(ended_at__isnull=True).update(ended_at=now)
    case.state, case.closed_at, case.correct_by, case.accept_by = TERMINATED, now, None, None
    case.save(update_fields=["state", "closed_at", "correct_by", "accept_by"])
    record_act(case, "terminated", by=by, at=now, note=reason)
    settle_requests(case, SignRequest.State.LAPSED, by=by)
    settle_fees(case, TERMINATED, by=by)
    void_promises(case)
    keep_materials(case, now, by=by)
    announce(case, hooks.CASE_CLOSED, by=by)
    tell_applicant(case, "terminated", by=by)
    return case


@periodic("20 16 * * *")  # twenty past midnight in China
def end_uncorrected() -> None:
    """End cases whose corrections did not come in time. Safe to run twice."""
    late = Case.objects.filter(state=RETURNED, correct_by__lt=timezone.localdate())
    for case_id in list(late.values_list("pk", flat=True)[:1000]):
        with transaction.atomic():
            case = lock_case(case_id)
            if case.state != RETURNED or case.correct_by is None or case.correct_by >= timezone.localdate():
                continue
            text = T("{day} 前没有补正，按退件处理。可以重新申请。", "No corrections by {day}; you may apply again.")
            end(case, text.format(day=case.correct_by).zh, by=system("matters.end_uncorrected", channel="job"))


@transaction.atomic
def revoke_certificate(case_id: UUID, *, reason: str, by: Actor) -> Certificate:
    """Revoke the certificate of a granted case; everybody who verifies it sees that at once."""
    case = _lock_to_decide(case_id, by)
    confirm_anew(by)
    return revoke(case, reason, by=by)


def revoke(case: Case, reason: str, *, by: Actor) -> Certificate:
    """Revoke the certificate of a locked case and tell everybody; once."""
    certificate = Certificate.objects.filter(case=case).select_related("credential").first()
    if certificate is None:
        raise not_found(T("这件办件的证照", "The certificate of this case"))
    was_revoked = certificate.credential.revoked_at is not None
    certificate.credential = credentials.revoke(certificate.credential_id, reason=reason, by=by)
    if not was_revoked:
        record(case, "revoked", by=by, note=reason.strip())
        announce(case, hooks.CERTIFICATE_REVOKED, by=by, certificate=certificate.number)
        tell_applicant(case, "revoked", by=by)
    return certificate


def _lock_to_decide(case_id: UUID, by: Actor) -> Case:
    return lock_for_office(case_id, hooks.DECIDE, by, office="decision")


_CORRECTING = T("等待申请人补正（{basis}）", "waiting for the applicant's corrections ({basis})")
_EXTENDED = T("经本机关负责人批准延长（{basis}）", "extended by the head of the office ({basis})")
