"""``{% log_trail kind id %}``: what of an affair stands in the public log, with its receipts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import template

from tongban.foundation.ledger.queries import trail_of

register = template.Library()


@register.inclusion_tag("ledger/parts/trail.html")
def log_trail(kind: str, subject_id: UUID) -> dict[str, Any]:
    """The leaves of an affair for whoever may see it; nothing when there are none."""
    return {"steps": trail_of(kind, subject_id)}
