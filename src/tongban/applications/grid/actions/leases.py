"""A lease whose last day moves, recorded by the grid worker of the place."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from tongban.applications.grid.rules.rights import WORK
from tongban.foundation.parties.queries import require
from tongban.foundation.registers.actions import end_lease, extend_lease
from tongban.foundation.registers.queries import leases_visible_to
from tongban.lib.actors import Actor
from tongban.lib.refusals import changed_meanwhile, not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.registers.models import Lease

LEASE = T("这份租约", "This lease")


def lease_to_move(lease_id: UUID, *, by: Actor) -> Lease:
    """A lease of one's area that runs."""
    require(by, WORK)
    found = leases_visible_to(by).filter(pk=lease_id).first()
    if found is None:
        raise not_found(LEASE)
    return found


@transaction.atomic
def move_lease(lease_id: UUID, until: date, *, reason: str = "", seen: date | None = None, by: Actor) -> Lease:
    """Record that a lease goes on longer or, with a reason, ends earlier than agreed; ``seen`` is the last day that was shown."""
    found = lease_to_move(lease_id, by=by)
    if seen is not None and found.until != seen:
        raise changed_meanwhile()
    if until < found.until:
        return end_lease(lease_id, until, reason=reason, by=by)
    return extend_lease(lease_id, until, by=by)
