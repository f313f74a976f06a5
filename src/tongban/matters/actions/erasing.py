"""Erase cases whose time is over."""

from __future__ import annotations

from uuid import UUID

from tongban.foundation.credentials import actions as credentials
from tongban.matters.models import Case, Certificate, Decision


def erase_cases(ids: list[UUID]) -> list[tuple[str, UUID]]:
    """Erase cases with everything that is only theirs, within a transaction of the ledger's; what else went.

    Files stay as long as their own purpose says; documents erases them.
    """
    Certificate.objects.filter(case_id__in=ids).delete()
    Decision.objects.filter(case_id__in=ids).delete()
    gone = credentials.erase_with("matters.case", ids)
    Case.objects.filter(pk__in=ids).delete()
    return gone
