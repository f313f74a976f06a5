"""Thin out old heads: each later head vouches for the ones before it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from tongban.foundation.ledger.models import Checkpoint, Cosignature
from tongban.lib.jobs import periodic

KEPT_WHOLE = timedelta(hours=48)
AT_ONCE = 10_000  # heads in one transaction

# Kept for ever: the last head of each hour, the last of each shard (what a year's end, a resumption and the next shard
# name), and the first one a changed key signed. A receipt holds its head itself: any later head proves it.
_SPARE = """
SELECT id FROM (
  SELECT id, row_number() OVER (PARTITION BY shard_id, date_trunc('hour', signed_at) ORDER BY size DESC) AS place
  FROM ledger_checkpoint WHERE signed_at < %s
) AS old
WHERE place > 1 AND id NOT IN (
  SELECT (SELECT c.id FROM ledger_checkpoint c WHERE c.shard_id = k.shard_id AND c.size > p.index ORDER BY c.size LIMIT 1)
  FROM ledger_logkey k JOIN ledger_position p ON p.entry_id = k.entry_id AND p.shard_id = k.shard_id
) AND id NOT IN (SELECT DISTINCT ON (shard_id) id FROM ledger_checkpoint ORDER BY shard_id, size DESC)
LIMIT %s
"""


@periodic("7 19 * * *")  # 03:07 in China
def thin_checkpoints() -> int:
    """Remove heads older than two days except the last of each hour and those others refer to; how many."""
    total = 0
    before = timezone.now() - KEPT_WHOLE
    while ids := _spare(before.isoformat()):
        with transaction.atomic():
            Cosignature.objects.filter(checkpoint_id__in=ids).delete()
            Checkpoint.objects.filter(id__in=ids).delete()
        total += len(ids)
    return total


def _spare(before: str) -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_SPARE, [before, AT_ONCE])
        return [row[0] for row in cursor.fetchall()]
