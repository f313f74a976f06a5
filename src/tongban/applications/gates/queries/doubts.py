"""Passes that were at two gates within too short a time."""

from __future__ import annotations

from django.db.models import QuerySet

from tongban.applications.gates.models import Doubt
from tongban.applications.gates.rules.rights import RUN
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor


def doubts_seen_by(by: Actor) -> QuerySet[Doubt]:
    """Those of the area somebody works for that nobody has judged yet, the newest first."""
    require(by, RUN)
    rows = Doubt.objects.filter(area_code__startswith=by.region, settled_at__isnull=True)
    return rows.select_related("first", "second__held").order_by("-noted_at")
