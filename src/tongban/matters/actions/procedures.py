"""Special procedures: a hearing, an expert review …; the clock stands still while they last."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters import hooks
from tongban.matters.actions.clock import record_turn
from tongban.matters.actions.common import lock_for, refuse_own, tell_applicant
from tongban.matters.models import Case, SpecialProcedure
from tongban.matters.queries import content_of
from tongban.matters.rules.cases import IN_REVIEW, READY, check_reason, moved_on
from tongban.matters.rules.clocks import Tick
from tongban.matters.rules.handling import PROCEDURES, procedure_shape


@transaction.atomic
def begin_procedure(case_id: UUID, *, kind: str, reason: str, expected_by: date, by: Actor) -> SpecialProcedure:
    """Begin a special procedure the definition knows: the clock stops, and the applicant is told until when about."""
    case = _lock(case_id, by)
    if case.state not in (IN_REVIEW, READY):
        raise moved_on("现在不能启动特别程序。", "No special procedure can begin now.", code="not_ready")
    if case.clock_stopped_at is not None:
        raise moved_on("已有一项特别程序在进行。", "A special procedure is under way already.", code="procedure_open")
    shape, why, now = procedure_shape(content_of(case), kind), check_reason(reason), timezone.now()
    today = timezone.localdate(now)
    if not today <= expected_by <= today + timedelta(days=shape.longest_days):
        text = T("预计结束日应当在 {first} 和 {last} 之间。", "It must be expected to end between {first} and {last}.")
        raise Refusal("wrong_period", text.format(first=today, last=today + timedelta(days=shape.longest_days)),
                      field="expected_by")  # fmt: skip
    assert by.unit_id is not None
    procedure = SpecialProcedure.objects.create(
        case=case,
        kind=kind,
        reason=why,
        unit_id=by.unit_id,
        by_name=by.name[:120],
        began_at=now,
        expected_by=expected_by,
    )
    basis = _BASIS.format(procedure=PROCEDURES[kind], basis=shape.reference.title)
    record_turn(case, "clock_stopped", Tick(now, "stop", basis), note=why, by=by, procedure=kind,
                expected_by=expected_by.isoformat())  # fmt: skip
    tell_applicant(case, "clock_stopped", by=by)
    return procedure


@transaction.atomic
def end_procedure(case_id: UUID, *, result: str, by: Actor) -> SpecialProcedure:
    """End the special procedure under way, with its result: the clock goes on the next day."""
    case = _lock(case_id, by)
    procedure = case.procedures.filter(ended_at__isnull=True).first()
    if procedure is None:
        raise moved_on("没有正在进行的特别程序。", "No special procedure is under way.", code="no_procedure")
    found, now = check_reason(result, field="result"), timezone.now()
    procedure.result, procedure.ended_at = found, now
    procedure.save(update_fields=["result", "ended_at"])
    record_turn(case, "clock_resumed", Tick(now, "resume", PROCEDURES[procedure.kind]), note=found, by=by,
                procedure=procedure.kind)  # fmt: skip
    tell_applicant(case, "clock_resumed", by=by)
    return procedure


def _lock(case_id: UUID, by: Actor) -> Case:
    """Held for a department that reviews the case, or the one that decides it."""
    case = lock_for(case_id, hooks.REVIEW, by)
    unit_id = by.unit_id
    if unit_id is None or (unit_id != case.decision_unit_id and not case.reviews.filter(unit_id=unit_id).exists()):
        raise Refusal("wrong_unit", T("本部门不审查这件办件。", "Your unit does not review this case."), status=403)
    refuse_own(case, by)
    return case


_BASIS = T("{procedure}（{basis}）", "{procedure} ({basis})")
