"""Passes past their date, within an erasure of the ledger's."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from tongban.applications.gates.models import Pass
from tongban.applications.gates.queries.passes import SUBJECT
from tongban.foundation.credentials.actions import erase_with


def erase_passes(ids: list[UUID]) -> Sequence[tuple[str, UUID]]:
    """Erase passes with their credentials; the affairs that went."""
    gone = erase_with(SUBJECT, ids)
    Pass.objects.filter(pk__in=ids).delete()
    return gone
