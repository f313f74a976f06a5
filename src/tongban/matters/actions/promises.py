"""Promises: made with the application, counted, reminded of, kept by handing in. The office's part: actions/checks.py."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.notifications.actions import notify
from tongban.foundation.parties.queries import staff_of_unit, unit_for
from tongban.lib.actors import Actor, system
from tongban.lib.capabilities import of_role
from tongban.lib.jobs import periodic
from tongban.lib.refusals import Refusal, Refusals, not_found
from tongban.lib.words import T
from tongban.lib.working_days import add_working_days
from tongban.matters import hooks
from tongban.matters.actions.common import lock_case, lock_own_case, record_act, send_notice
from tongban.matters.actions.materials import keep_materials, take_materials
from tongban.matters.models import Case, Promise
from tongban.matters.queries import content_of
from tongban.matters.queries.clocks import calendar_now
from tongban.matters.rules.answers import check_answers
from tongban.matters.rules.cases import CLOSED_STATES, hash_of, moved_on
from tongban.matters.rules.notices import notice_for
from tongban.matters.rules.promises import (
    CONDITION,
    KEPT,
    MATERIAL,
    OPEN,
    VOID,
    check_not_barred,
    promise_shape,
    promises_in,
)

_REMINDED_BEFORE = timedelta(days=3)


def make_promises(case: Case, *, by: Actor) -> None:
    """Write down what the answers of a locked case promise, as it was shown; nobody barred may promise."""
    content = content_of(case)
    if not content.definition.promises:
        return
    made = promises_in(content, case.values, timezone.localdate())
    if not made:
        return
    asked = {"person_id": case.person_id, "organisation_id": case.organisation_id, "service": case.definition.code}
    check_not_barred(hooks.bars_promise.call(**asked), made[0].shape.promise)
    for one in made:
        checker = unit_for(one.shape.checked_by, case.region_code) if one.shape.checked_by else None
        unit_id = checker.pk if checker else case.decision_unit_id
        assert unit_id is not None
        _, is_new = Promise.objects.get_or_create(
            case=case, element=one.element,
            defaults={
                "kind": one.shape.kind, "title": one.title.as_json(), "text": one.text.as_json(), "sha256": one.sha256, "unit_id": unit_id,
                "region_code": case.region_code, "made_at": timezone.now(), "made_by": by.name[:120],
            },
        )  # fmt: skip
        if is_new:
            record_act(case, "promised", by=by, element=one.element, title=one.title.as_json(), text=one.sha256,
                       is_condition=one.shape.kind == CONDITION)  # fmt: skip


def count_promises(case: Case, kind: str) -> None:
    """From now on the days of a case's promises are counted: materials from acceptance, checks from the decision."""
    if not content_of(case).definition.promises:
        return
    for promise in Promise.objects.filter(case=case, kind=kind, state=OPEN, due_on__isnull=True):
        shape = promise_shape(content_of(case), kind, promise.element)
        days = shape.working_days if shape else 0
        promise.due_on = add_working_days(timezone.now(), days, calendar_now()).date
        promise.save(update_fields=["due_on"])


def check_nothing_owed(case: Case) -> None:
    """Refuse a result while a material is owed that has to be there first."""
    if not content_of(case).definition.promises:
        return
    for promise in Promise.objects.filter(case=case, kind=MATERIAL, state=OPEN):
        shape = promise_shape(content_of(case), MATERIAL, promise.element)
        if shape is None or shape.holds_decision:
            text = T("“{name}”还没有补交，不能准予。", "“{name}” is still owed: it cannot be granted yet.")
            raise Refusal("material_owed", text.format(name=T.read(promise.title)), status=409)


def void_promises(case: Case) -> None:
    """A case ended without a result: nothing is owed any more. Broken promises stay broken."""
    Promise.objects.filter(case=case, state=OPEN).update(state=VOID, settled_at=timezone.now())


@transaction.atomic
def supply_material(promise_id: UUID, documents: Sequence[str], *, by: Actor) -> Promise:
    """Hand in what was promised; late counts, too, as long as the office has not acted."""
    promise = Promise.objects.filter(pk=promise_id, kind=MATERIAL).first()
    if promise is None:
        raise not_found(THIS_PROMISE)
    case = lock_own_case(promise.case_id, by)
    promise.refresh_from_db()
    if promise.state != OPEN or case.state in ("draft", "returned"):
        raise settled()
    content, element = content_of(case), promise.element
    checked = check_answers(
        content, case.values | {element: list(documents)}, today=timezone.localdate(), complete=False
    )
    wrong = [one for one in checked.refusals if one.field == element]
    given = checked.values.get(element)
    if not given and not wrong:
        wrong = [
            Refusal(
                "required", T("请上传“{name}”。", "Send “{name}”.").format(name=T.read(promise.title)), field=element
            )
        ]
    wrong = wrong or take_materials(case, content, case.values | {element: given}, by)
    if wrong:
        raise Refusals(wrong)
    now = timezone.now()
    case.answers = case.answers | {
        element: {"value": given, "source": "typed", "at": now.isoformat(timespec="seconds")}
    }
    case.answers_hash = hash_of(case.values)
    case.save(update_fields=["answers", "answers_hash"])
    settle(promise, KEPT, by)
    record_act(case, "supplied", by=by, at=now, element=element, title=promise.title, answers=case.answers_hash)
    if case.state in CLOSED_STATES and case.closed_at is not None:
        keep_materials(case, case.closed_at, by=by)
    return promise


@periodic("40 1 * * *")  # twenty to ten in China
def remind_of_promises() -> None:
    """Tell applicants once, three days before the last day, what they still owe. Safe to run twice."""
    soon = timezone.localdate() + _REMINDED_BEFORE
    due = Promise.objects.filter(state=OPEN, kind=MATERIAL, due_on__lte=soon, reminded_at__isnull=True)
    for promise_id, case_id in list(due.values_list("pk", "case_id")):
        with transaction.atomic():
            case = lock_case(case_id)
            promise = Promise.objects.get(pk=promise_id)
            if promise.state == OPEN and promise.reminded_at is None:
                promise.reminded_at = timezone.now()
                promise.save(update_fields=["reminded_at"])
                by = system("matters.remind_of_promises", channel="job")
                send_notice(case, notice_for(content_of(case), "promise_due"), day=promise.due_on, by=by)


@periodic("50 1 * * *")  # ten to ten in China
def tell_of_overdue_promises() -> None:
    """Tell a unit's people once what is overdue there, one message for all of it. Safe to run twice."""
    late = Promise.objects.filter(state=OPEN, due_on__lt=timezone.localdate(), overdue_told_at__isnull=True)
    for unit_id in set(late.values_list("unit_id", flat=True)):
        with transaction.atomic():
            found = list(late.filter(unit_id=unit_id).select_for_update().values_list("pk", flat=True))
            Promise.objects.filter(pk__in=found).update(overdue_told_at=timezone.now())
            staff = staff_of_unit(unit_id) if found else []
            looking = {one.person_id for one in staff if hooks.CHECK_PROMISES in of_role(one.role)}
            by = system("matters.tell_of_overdue_promises", channel="job")
            for person_id in sorted(looking):
                notify(template="matters.promises_overdue", parts={"count": len(found)}, person_id=person_id, by=by)


def settle(promise: Promise, state: str, by: Actor) -> None:
    """Write down how a promise of a locked case ended."""
    promise.state, promise.settled_at, promise.settled_by = state, timezone.now(), by.name[:120]
    promise.save()


def settled() -> Refusal:
    """The refusal of what cannot be done with a promise any more."""
    return moved_on("这项承诺现在不用办理。", "There is nothing to do with this promise now.", code="promise_settled")


def owed_after_decision(case: Case) -> list[dict[str, Any]]:
    """What is still owed when a case is granted, as its papers say it: name and last day."""
    if not content_of(case).definition.promises:
        return []
    owed = Promise.objects.filter(case=case, kind=MATERIAL, state=OPEN).order_by("due_on")
    return [{"title": one.title, "until": one.due_on.isoformat() if one.due_on else ""} for one in owed]


THIS_PROMISE = T("这项承诺", "This promise")
