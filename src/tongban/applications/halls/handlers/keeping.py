"""How halls stand against the public log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from tongban.applications.halls.models import Hall
from tongban.applications.halls.rules.shape import declared
from tongban.foundation.ledger.hooks import Affairs, Due, affairs


def _hall_leaves(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
    """The newest leaf says what a hall asks about health now."""
    return {
        hall.pk: [Due("rule.changed", {"after": declared(hall.declaration)}, is_last=True)]
        for hall in Hall.objects.filter(pk__in=ids)
    }


@affairs.answer
def rows_and_leaves() -> list[Affairs]:
    """Halls that ask about health."""
    return [Affairs("halls.hall", lambda: Hall.objects.exclude(declaration={}), _hall_leaves)]
