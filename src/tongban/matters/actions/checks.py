"""The office looks after promises: a condition is found met, or a promise broken, with what follows from it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, forbidden, not_found
from tongban.lib.words import T
from tongban.matters import hooks
from tongban.matters.actions.common import confirm_anew, lock_case, record, record_act, refuse_own, send_notice
from tongban.matters.actions.decisions import end, revoke
from tongban.matters.actions.promises import THIS_PROMISE, settle, settled
from tongban.matters.models import Promise
from tongban.matters.queries import content_of
from tongban.matters.rules.cases import CLOSED_STATES, check_reason, moved_on
from tongban.matters.rules.notices import notice_for
from tongban.matters.rules.promises import BROKEN, CONDITION, KEPT, MATERIAL, OPEN, promise_shape


@transaction.atomic
def confirm_promise(promise_id: UUID, *, note: str, by: Actor) -> Promise:
    """The later check found a condition met; what was looked at is written down."""
    promise = _lock_to_settle(promise_id, by)
    if promise.kind != CONDITION:
        raise moved_on("容缺的材料由申请人补交。", "A material is handed in by its applicant.", code="not_a_condition")
    found = check_reason(note, field="note")
    settle(promise, KEPT, by)
    record_act(promise.case, "promise_kept", by=by, note=found, element=promise.element, title=promise.title)
    return promise


@transaction.atomic
def report_promise(promise_id: UUID, *, note: str, by: Actor) -> Promise:
    """A department found a condition unmet: it goes to the deciding office, which alone draws the consequences."""
    promise = _lock_to_settle(promise_id, by)
    if promise.kind != CONDITION or promise.unit_id == promise.case.decision_unit_id:
        raise moved_on("决定部门直接认定。", "The deciding office decides it itself.", code="not_a_condition")
    found = check_reason(note, field="note")
    assert promise.case.decision_unit_id is not None
    promise.unit_id, promise.due_on = promise.case.decision_unit_id, timezone.localdate()
    promise.save(update_fields=["unit", "due_on"])
    record(promise.case, "promise_reported", by=by, note=found, element=promise.element, title=promise.title)
    return promise


@transaction.atomic
def break_promise(promise_id: UUID, *, reason: str, by: Actor) -> Promise:
    """A promise was not kept: its maker is barred for a time, an open case ends, a certificate is revoked.

    A material may be handed in until its last day is over; a condition is found unmet whenever somebody looks.
    """
    promise = _lock_to_settle(promise_id, by)
    require(by, hooks.DECIDE, unit_id=promise.case.decision_unit_id)
    confirm_anew(by)
    why, today, case = check_reason(reason), timezone.localdate(), promise.case
    if promise.kind == MATERIAL and (promise.due_on is None or promise.due_on >= today):
        text = T(
            "承诺的期限是 {day}，期满还没有补交才能认定。", "It may be handed in until {day}; only then is it broken."
        )
        raise Refusal("promise_not_due", text.format(day=promise.due_on or "-"), status=409)
    shape = promise_shape(content_of(case), promise.kind, promise.element)
    promise.barred_until = today + timedelta(days=shape.barred_days if shape else 365)
    settle(promise, BROKEN, by)
    record_act(case, "promise_broken", by=by, note=why, element=promise.element, title=promise.title,
               barred_until=promise.barred_until.isoformat())  # fmt: skip
    send_notice(case, notice_for(content_of(case), "promise_broken"), day=promise.barred_until, by=by)
    if case.state not in CLOSED_STATES:
        end(case, why, by=by)
    elif getattr(case, "certificate", None) is not None:
        revoke(case, why, by=by)
    return promise


def _lock_to_settle(promise_id: UUID, by: Actor) -> Promise:
    promise = Promise.objects.filter(pk=promise_id).first()
    if promise is None:
        raise not_found(THIS_PROMISE)
    case = lock_case(promise.case_id)
    promise.refresh_from_db()
    promise.case = case
    require(by, hooks.CHECK_PROMISES, region=promise.region_code)
    if by.unit_id not in (promise.unit_id, case.decision_unit_id):
        raise forbidden(T("这项承诺由另一个部门核查。", "Another unit looks after this promise."))
    refuse_own(case, by)
    if promise.state != OPEN:
        raise settled()
    return promise
