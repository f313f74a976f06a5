"""What matters answers: verification, my data, the portal, the desk, the demo."""

from __future__ import annotations

from uuid import UUID

from tongban.foundation.credentials.hooks import facts_shown
from tongban.lib.words import T
from tongban.matters.queries.certificates import certificate_facts


@facts_shown.answer
def show_certificate(subject_kind: str, subject_id: UUID) -> list[tuple[T, str]] | None:
    """What a verifier sees of a certificate beside its signature: title, office, printed facts."""
    return certificate_facts(subject_id) if subject_kind == "matters.case" else None
