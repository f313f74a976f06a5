"""How long what gates know is kept, and which rows have which leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from tongban.applications.gates.actions.communities import rule_words
from tongban.applications.gates.actions.erasing import erase_passes
from tongban.applications.gates.models import Pass, PassRule, Scan
from tongban.foundation.ledger.hooks import Affairs, Due, Retention, affairs, retentions
from tongban.lib.words import T

PASS_DAYS = timedelta(days=90)
NAMED = timedelta(days=14)
A_YEAR = timedelta(days=366)


def _passes(now: datetime) -> QuerySet[Any]:
    return Pass.objects.filter(ends_at__lt=now - PASS_DAYS)


def _make_anonymous(ids: list[UUID]) -> Sequence[tuple[str, UUID]]:
    """What remains of a scan is a number: a gate, a moment, a verdict."""
    Scan.objects.filter(before_id__in=ids).update(before=None)
    Scan.objects.filter(pk__in=ids).update(
        is_anonymous=True, held=None, by_name="", before=None, settled_by="", said=b""
    )
    return []


def _rule_leaves(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
    return {
        rule.pk: [Due("rule.changed", {"after": rule_words(rule)}, is_last=True)]
        for rule in PassRule.objects.filter(pk__in=ids)
    }


@affairs.answer
def rows_and_leaves() -> list[Affairs]:
    """Rules a community set."""
    return [Affairs("gates.passrule", PassRule.objects.all, _rule_leaves)]


@retentions.answer
def kept_for_a_time() -> list[Retention]:
    """Passes three months past their end; whose a scan was two weeks, that there was one a year."""
    quarter, fortnight, year = T("到期后 90 天", "90 days after their end"), T("14 天", "14 days"), T("一年", "1 year")
    return [
        Retention("gates.passes", T("出入证", "Passes"), quarter, Pass, _passes, remove=erase_passes),
        Retention("gates.scans", T("门岗扫码：是谁的证", "Scans at gates: whose pass it was"), fortnight, Scan,
                  lambda now: Scan.objects.filter(is_anonymous=False, at__lt=now - NAMED), remove=_make_anonymous),
        Retention("gates.scan_counts", T("门岗扫码：次数", "Scans at gates: that there was one"), year, Scan,
                  lambda now: Scan.objects.filter(at__lt=now - A_YEAR)),
    ]  # fmt: skip
