"""Who broke a promise is not believed for a time."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from tongban.lib.words import T
from tongban.matters.hooks import bars_promise
from tongban.matters.queries.promises import barred_until


@bars_promise.answer
def broke_an_earlier_one(person_id: UUID | None, organisation_id: UUID | None, service: str) -> T | None:
    """Whoever broke a promise of any service, until the day that service's definition set."""
    del service
    until = barred_until(person_id, organisation_id, timezone.localdate())
    if until is None:
        return None
    text = T("以前的承诺没有兑现，{day} 前不再适用。", "An earlier promise was not kept; none counts until {day}.")
    return text.format(day=until)
