"""Who may see a document: asked of its owner, its sender, and what it is attached to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from tongban.foundation.documents.hooks import Grant, may_view
from tongban.foundation.documents.models import Document
from tongban.foundation.documents.queries import DOCUMENT, belongs_to, principal_of
from tongban.lib.refusals import not_found

if TYPE_CHECKING:
    from tongban.lib.actors import Actor

OWN = Grant("本人")
SENT = Grant("查看自己代为上传的材料")


@dataclass(frozen=True, slots=True)
class Seen:
    """A document an actor may see, and why."""

    document: Document
    grant: Grant

    @property
    def is_own(self) -> bool:
        """Whether the viewer is whom the document belongs to."""
        return self.grant is OWN


def grant_of(document: Document, actor: Actor) -> Grant | None:
    """Why an actor may see a document, or None: its owner; what it is attached to says so; until then, who sent it."""
    if actor.kind in ("system", "job"):
        return Grant("系统处理")
    if not actor.is_known:
        return None
    if belongs_to(document, actor):
        return OWN
    if document.attached_id is None:
        principal = principal_of(actor)
        return SENT if principal is not None and document.uploader_id == principal else None
    found: Grant | None = may_view.first(
        document_id=document.pk, attached_app=document.attached_app, attached_id=document.attached_id, actor=actor
    )
    return found


def document_visible_to(document_id: UUID, actor: Actor) -> Seen:
    """The document, for whoever may see it; for all others there is none."""
    document = Document.objects.filter(pk=document_id).exclude(state=Document.State.UPLOADING).first()
    grant = grant_of(document, actor) if document else None
    if document is None or grant is None:
        raise not_found(DOCUMENT)
    return Seen(document, grant)
