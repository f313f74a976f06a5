"""What the recomputation found, for the operators' page and the monitoring."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, QuerySet

from tongban.foundation.ledger.models import CheckRun, Finding


def findings() -> QuerySet[Finding]:
    """Everything ever found: what nobody has explained yet first, the newest before."""
    return Finding.objects.order_by(F("explained_at").asc(nulls_first=True), "-last_seen_at", "pk")


def finding(finding_id: UUID) -> Finding | None:
    """One finding."""
    return Finding.objects.filter(pk=finding_id).first()


def open_findings() -> int:
    """How many nobody has explained yet."""
    return Finding.objects.filter(explained_at__isnull=True).count()


def newest_check(*, is_full: bool | None = None) -> CheckRun | None:
    """The recomputation that ended last."""
    rows = CheckRun.objects.filter(ended_at__isnull=False).order_by("-began_at")
    return (rows if is_full is None else rows.filter(is_full=is_full)).first()
