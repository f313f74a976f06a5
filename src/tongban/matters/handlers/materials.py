"""Documents ask who may see what is attached to a case, and tell when one turned out to be bad."""

from __future__ import annotations

from uuid import UUID

from tongban.foundation.documents.hooks import Grant, document_refused, may_view
from tongban.lib.actors import Actor, system
from tongban.matters import actions
from tongban.matters.queries.materials import APP, case_of_document


@may_view.answer
def may_view_material(document_id: UUID, attached_app: str, attached_id: UUID, actor: Actor) -> Grant | None:
    """A material of a case, for its applicant and for the offices that may see the case."""
    del document_id
    found = case_of_document(attached_id, actor) if attached_app == APP else None
    if found is None:
        return None
    case, at_a_desk = found
    if not at_a_desk:
        return Grant("查看本人或本单位的申请材料", case.number or "")
    return Grant("办理办件", case.number or "", case.person_id or case.submitted_by_id)


@document_refused.answer
def material_refused(document_id: UUID, attached_app: str, attached_id: UUID | None, code: str) -> None:
    """A material was refused after its upload: the case says so."""
    if attached_app == APP and attached_id is not None:
        by = system("documents", channel="job")
        actions.note_refused_material(attached_id, document_id, code, by=by)
