"""A lease that ends takes its tenants' passes with it, and so does moving out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from tongban.applications.gates.actions import end_for_left, end_with_lease
from tongban.foundation.registers.hooks import lease_ended, residence_ended
from tongban.lib.actors import Actor


@lease_ended.answer
def end_passes(
    lease_id: UUID, dwelling_id: UUID, area_code: str, last_day: date, tenants: Sequence[UUID], by: Actor
) -> None:
    """Revoke them at once."""
    del lease_id, area_code, last_day
    end_with_lease(dwelling_id, tenants, by=by)


@residence_ended.answer
def end_passes_of_who_left(person_id: UUID, dwelling_id: UUID, by: Actor) -> None:
    """Theirs at once, and their name on a household's."""
    end_for_left(person_id, dwelling_id, by=by)
