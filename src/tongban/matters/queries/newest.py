"""The newest cases of whom somebody acts for, which cost the same whether these have ten cases or a hundred thousand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet

from tongban.foundation.parties.queries import Ground
from tongban.lib.repeated import Repeated
from tongban.matters.models import Case

ORDER = ("-started_at", "pk")
_FEW = 8


class Newest:
    """The newest cases of a few people and companies; ``read`` says what of each, ``count`` how many.

    Those of each one are read from an index in their order and merged. Of all at once (``IN``) no index holds the order, and
    every case they ever had would be read and sorted.
    """

    def __init__(self, read: Callable[[QuerySet[Case]], QuerySet[Any]], count: int) -> None:
        self._read, self._count = read, count
        self._made: dict[tuple[str, ...], Repeated[tuple[Any, ...]]] = {}

    def __call__(self, grounds: Sequence[Ground]) -> list[tuple[Any, ...]] | None:
        """The rows; None where these grounds are not few or are for some services only: that takes a query of its own."""
        if len(grounds) > _FEW or any(one.services for one in grounds):
            return None
        if not grounds:
            return []
        whose = {f"{one.kind}_{place}": one.principal_id for place, one in enumerate(sorted(grounds, key=_kind))}
        asked = self._made.setdefault(tuple(whose), Repeated(self._merged, planned_anew=True))
        return asked(**whose)

    def _merged(self, **whose: Any) -> QuerySet[Any]:
        first, *others = (self._of(name.partition("_")[0], principal) for name, principal in whose.items())
        return first.union(*others, all=True).order_by(*ORDER)[: self._count] if others else first

    def _of(self, kind: str, principal: Any) -> QuerySet[Any]:
        return self._read(Case.objects.filter(**{f"{kind}_id": principal})).order_by(*ORDER)[: self._count]


def _kind(ground: Ground) -> str:
    return ground.kind
