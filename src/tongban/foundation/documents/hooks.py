"""Moments documents offers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from tongban.foundation.documents.rules.purposes import declare_purpose
from tongban.lib.hooks import Hook
from tongban.lib.words import T

__all__ = [
    "MATERIAL",
    "Grant",
    "declare_purpose",
    "document_ready",
    "document_refused",
    "documents_erased",
    "may_view",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grant:
    """Why somebody may see a document; what the person it belongs to reads in “who looked”.

    ``person_id`` is who reads it when the document belongs to no person: whoever sent it in for their company.
    """

    reason: str
    case_number: str = ""
    person_id: UUID | None = None


may_view = Hook(
    "documents.may_view",
    "May this actor see a document that is attached to something? Arguments: document_id, attached_app, attached_id, "
    "actor. The app named by attached_app answers a Grant(reason, case_number, person_id); everybody else, and whoever says no, None.",
)
document_ready = Hook(
    "documents.ready",
    "A document passed every check and can be opened. Arguments: document_id, attached_app, attached_id.",
)
document_refused = Hook(
    "documents.refused",
    "A document was refused after its upload (virus, unreadable). Arguments: document_id, attached_app, attached_id, code.",
)
documents_erased = Hook(
    "documents.erased",
    "Documents past their retention were erased. Arguments: count, day. Called for each batch.",
)

MATERIAL = declare_purpose(
    "documents.material",
    T("办事材料", "Supporting document"),
    legal_basis=T(
        "《个人信息保护法》（2021-11-01）第十三条第一款第三项",
        "Personal Information Protection Law (2021-11-01) Art. 13(1)(3)",
    ),
    retention_days=5 * 365,
    max_mb=500,
)
