"""How long what gates know is kept, and which rows have which leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from tongban.applications.gates.actions.communities import rule_words
from tongban.applications.gates.actions.erasing import erase_passes
from tongban.applications.gates.models import Pass, PassRule
from tongban.foundation.ledger.hooks import Affairs, Due, Retention, affairs, retentions
from tongban.lib.words import T

PASS_DAYS = timedelta(days=90)


def _passes(now: datetime) -> QuerySet[Any]:
    return Pass.objects.filter(ends_at__lt=now - PASS_DAYS)


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
    """Passes three months past their end."""
    quarter = T("到期后 90 天", "90 days after their end")
    return [Retention("gates.passes", T("出入证", "Passes"), quarter, Pass, _passes, remove=erase_passes)]
