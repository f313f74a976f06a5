"""Who may open the papers of cases: documents asks."""

from __future__ import annotations

from uuid import UUID

from tongban.foundation.documents.hooks import Grant, may_view
from tongban.lib.actors import Actor
from tongban.matters.models import Paper
from tongban.matters.queries.papers import may_have_papers


@may_view.answer
def may_view_paper(document_id: UUID, attached_app: str, attached_id: UUID, actor: Actor) -> Grant | None:
    """The applicant, the offices that handle the case, and who delivers it; None for what is no paper of a case."""
    if attached_app != "matters":
        return None
    paper = Paper.objects.select_related("case__definition").filter(pk=attached_id, document_id=document_id).first()
    if paper is None or not may_have_papers(paper.case, actor):
        return None
    return Grant("查看办件文书", paper.case.number or "")
