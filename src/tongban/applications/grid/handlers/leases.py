"""A lease that ends leaves a task: somebody has to see whether the tenants left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from tongban.applications.grid.actions import ask_after_lease
from tongban.foundation.registers.hooks import lease_ended
from tongban.lib.actors import Actor


@lease_ended.answer
def look_after_lease(
    lease_id: UUID, dwelling_id: UUID, area_code: str, last_day: date, tenants: Sequence[UUID], by: Actor
) -> None:
    """A task for the grid, where tenants are still recorded."""
    if tenants:
        ask_after_lease(lease_id, dwelling_id, area_code, last_day, by=by)
