"""Keeping track of who looked at whom."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from tongban.foundation.parties.models import ListLook, Look, Unit
from tongban.foundation.parties.rules import check_reason
from tongban.lib.actors import Actor


@transaction.atomic
def record_look(person_id: UUID, *, what: str, reason: str, case_number: str = "", by: Actor) -> Look | None:
    """Write that ``by`` opened a person's record, for the person to see; one's own record leaves no trace.

    ``what`` names the page (``matters.case``); call it where the record is opened, after the right was checked.
    """
    if by.person_id == person_id:
        return None
    return Look.objects.create(
        person_id=person_id, actor_kind=by.kind, actor_name=by.name, unit_name=_unit_name(by), what=what[:60],
        reason=check_reason(reason), case_number=case_number[:64],
    )  # fmt: skip


@transaction.atomic
def record_looks(person_ids: Iterable[UUID], *, what: str, reason: str, by: Actor) -> int:
    """``record_look`` for everybody on a list that was taken away; how many."""
    unit, why = _unit_name(by), check_reason(reason)
    rows = [
        Look(person_id=one, actor_kind=by.kind, actor_name=by.name, unit_name=unit, what=what[:60], reason=why)
        for one in set(person_ids) - {by.person_id}
    ]
    return len(Look.objects.bulk_create(rows, batch_size=2_000))


@transaction.atomic
def record_list_look(*, what: str, criteria: str, row_count: int, by: Actor) -> ListLook:
    """Write that ``by`` saw a masked list of people: with which filter, and how many rows."""
    return ListLook.objects.create(
        actor_kind=by.kind, actor_name=by.name, unit_name=_unit_name(by), what=what[:60], criteria=criteria[:200],
        row_count=row_count,
    )  # fmt: skip


def _unit_name(by: Actor) -> str:
    if by.unit_id is None:
        return ""
    return Unit.objects.values_list("name", flat=True).filter(pk=by.unit_id).first() or ""
