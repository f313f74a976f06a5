"""Passes that were at two gates within too short a time."""

from __future__ import annotations

from django.db.models import QuerySet

from tongban.applications.gates.models import Scan
from tongban.applications.gates.rules.rights import RUN
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor


def doubts_seen_by(by: Actor) -> QuerySet[Scan]:
    """Those of the area somebody works for that nobody has judged yet, the newest first."""
    require(by, RUN)
    rows = Scan.objects.filter(before__isnull=False, settled_at__isnull=True, held__area_code__startswith=by.region)
    return rows.select_related("before", "held__community").order_by("-at")
