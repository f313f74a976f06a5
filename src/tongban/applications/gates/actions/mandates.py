"""A neighbour takes and prints the pass of somebody without a phone, by that person's mandate; the person sees each time."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from tongban.applications.gates.actions.passes import paper_of, take_pass
from tongban.applications.gates.actions.telling import tell
from tongban.applications.gates.models import Pass
from tongban.applications.gates.queries.mandates import acting_for, pass_under_mandate
from tongban.foundation.parties.actions import record_look
from tongban.lib.actors import Actor


@transaction.atomic
def take_pass_for(person_id: UUID, dwelling_id: UUID, *, by: Actor) -> Pass:
    """Take the pass of somebody's home for them, as they would themselves."""
    row = take_pass(dwelling_id, by=acting_for(by, person_id))
    record_look(person_id, what="gates.pass", reason="受您委托领取出入证", by=by)
    return row


@transaction.atomic
def paper_for(pass_id: UUID, *, by: Actor) -> bytes:
    """The pass on A6, for whoever holds the mandate of its holder: a look the holder sees, and is told of."""
    row = pass_under_mandate(by, pass_id)
    content = paper_of(row)
    if row.person_id is not None:
        record_look(row.person_id, what="gates.pass", reason="受您委托打印出入证", by=by)
    tell(row, "printed", by=by, agent=by.name)
    return content
