"""Work inside a unit: who has a case in hand, and several cases approved in one act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties.queries import colleagues_in_unit, name_on_paper, require
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters import hooks
from tongban.matters.actions.common import lock_case, record
from tongban.matters.actions.reviews import review_case
from tongban.matters.models import Assignment, Case
from tongban.matters.queries import staff_case
from tongban.matters.rules.cases import APPROVED, CLOSED_STATES, moved_on

MOST_TOGETHER = 10


@transaction.atomic
def assign_case(case_id: UUID, person_id: UUID, *, by: Actor) -> Assignment:
    """Put a case into the hands of somebody of the actor's unit, the actor included; earlier hands let go. Repeatable."""
    staff_case(case_id, by)
    case = lock_case(case_id)
    require(by, hooks.VIEW, region=case.region_code)
    if case.state in CLOSED_STATES:
        raise moved_on("这件事已经办结。", "This case is closed.", code="case_closed")
    person = next((one for one in colleagues_in_unit(by) if one.pk == person_id), None)
    if person is None or by.unit_id is None:
        raise Refusal(
            "not_a_colleague", T("请选择本部门在岗的同事。", "Choose somebody who works in your unit."), field="person"
        )
    before = Assignment.objects.filter(case=case, unit_id=by.unit_id).first()
    if before is not None and before.person_id == person.pk:
        return before
    kept, _ = Assignment.objects.update_or_create(
        case=case, unit_id=by.unit_id,
        defaults={"person_id": person.pk, "name": person.name[:120], "by_name": name_on_paper(by)[:120], "at": timezone.now()},
    )  # fmt: skip
    record(case, "assigned", by=by, note=person.name)
    return kept


@dataclass(frozen=True, slots=True)
class Together:
    """What became of one case of several: ``refusal`` is None where the opinion was given."""

    case: Case
    refusal: Refusal | None


def approve_together(seen: Sequence[tuple[UUID, str]], *, text: str = "", by: Actor) -> list[Together]:
    """Approve several cases for one's unit, each as it was shown; one that cannot be is named and stops no other."""
    if not seen:
        raise Refusal("nothing_chosen", T("请先勾选办件。", "Choose some cases first."))
    if len(seen) > MOST_TOGETHER:
        text_ = T("一次最多 {most} 件，每一件都应当看过。", "At most {most} at once: each has to be read.")
        raise Refusal("too_many", text_.format(most=MOST_TOGETHER))
    if any(not shown for _, shown in seen):
        raise Refusal("not_opened", T("只能同意您打开看过的办件。", "You can approve only what you opened."))
    return [_approve_one(case_id, shown, text, by) for case_id, shown in seen]


def _approve_one(case_id: UUID, shown: str, text: str, by: Actor) -> Together:
    case = staff_case(case_id, by)
    try:
        review_case(case_id, opinion=APPROVED, text=text, shown=shown, by=by)
    except Refusal as refusal:
        return Together(case, refusal)
    return Together(case, None)
