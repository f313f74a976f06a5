"""Documents of a case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tongban.foundation.documents.queries import documents_attached_to, standing_of
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.repeated import Repeated
from tongban.lib.together import is_known, once
from tongban.lib.words import T
from tongban.matters.models import Case
from tongban.matters.queries.cases import cases_visible_to, stands_for
from tongban.matters.queries.definitions import content_of
from tongban.matters.queries.window import held_intake
from tongban.matters.rules.materials import files_in
from tongban.matters.rules.shape import Content

if TYPE_CHECKING:
    from tongban.foundation.documents.models import Document

APP = "matters"


def in_name_of(case: Case, by: Actor) -> Actor:
    """Whoever stands for the applicant sends and uses files in the applicant's name."""
    if case.organisation_id is not None:
        return replace(by, on_behalf_of=("organisation", case.organisation_id))
    return replace(by, on_behalf_of=("person", case.person_id)) if case.person_id is not None else by


def held_documents(case: Case) -> dict[UUID, Document]:
    """Documents tied to a case that were not erased, by id."""
    if case.written is not None:
        return case.written.documents
    return once(
        ("matters.held", case.pk),
        lambda: {found.pk: found for found in documents_attached_to(APP, case.pk) if found.erased_at is None},
    )


def document_hashes(case: Case) -> dict[UUID, str]:
    """SHA-256 of each document tied to a case that was not erased, by its id."""
    if case.written is not None or is_known(("matters.held", case.pk)):
        return {found.pk: found.sha256 for found in held_documents(case).values()}
    return once(("matters.hashes", case.pk), lambda: dict(_HASHES(case_id=case.pk)))


_HASHES = Repeated[tuple[UUID, str]](
    lambda case_id: documents_attached_to(APP, case_id)
    .filter(erased_at__isnull=True).order_by().values_list("pk", "sha256")
)  # fmt: skip


def materials_lost(case: Case, content: Content) -> list[Refusal]:
    """A refusal for each question whose documents were refused after they were sent, or are gone."""
    wanted = files_in(content, case.values)
    if not wanted:
        return []
    held = held_documents(case)
    found = []
    for name, ids in wanted.items():
        for document_id in map(UUID, ids):
            document = held.get(document_id)
            if document is not None and document.state in ("scanning", "ready"):
                continue
            why = standing_of(document) if document else T("文件已不在，请重新上传。", "It is gone: send it again.")
            said = T("“{label}”：{why}", "{label}: {why}").format(label=content.elements[name].label, why=why)
            found.append(Refusal(_code_of(document), said, field=name))
    return found


def attached_materials(case: Case) -> list[dict[str, Any]]:
    """What is attached to a case, question by question, for programs."""
    wanted = files_in(content_of(case), case.values)
    held = held_documents(case) if wanted else {}
    return [
        {"element": name, "id": found.pk, "name": found.name, "size": found.size, "type": found.type, "state": found.state}
        for name, ids in wanted.items()
        for document_id in map(UUID, ids)
        if (found := held.get(document_id)) is not None
    ]  # fmt: skip


def _code_of(document: Document | None) -> str:
    return (document.refusal_code if document else "") or "document_gone"


def case_of_document(case_id: UUID, actor: Actor) -> tuple[Case, bool] | None:
    """The case a document is attached to, for whoever may see the case; and whether they do so at a desk."""
    case = Case.objects.select_related("definition").defer("answers").filter(pk=case_id).first()
    if case is None:
        return None
    if not actor.is_staff:
        return (case, False) if stands_for(case, actor) else None
    try:
        visible = cases_visible_to(actor).filter(pk=case_id).exists()
    except Refusal:
        return None
    return (case, True) if visible or held_intake(case_id, actor) else None
