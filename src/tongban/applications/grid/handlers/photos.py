"""Who may see the photo of an event."""

from __future__ import annotations

from uuid import UUID

from tongban.applications.grid.queries import event_visible_to
from tongban.applications.grid.rules.rights import HANDLE, WORK
from tongban.foundation.documents.hooks import Grant, may_view
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal


@may_view.answer
def may_view_photo(document_id: UUID, attached_app: str, attached_id: UUID, actor: Actor) -> Grant | None:
    """Whoever works the grid, and the department the event was sent to."""
    if attached_app != "grid" or not actor.second_factor or not actor.capabilities & {WORK, HANDLE}:
        return None
    try:
        event = event_visible_to(actor, attached_id)
    except Refusal:
        return None
    return Grant("处置网格事件", person_id=event.person_id) if event.photo_id == document_id else None
