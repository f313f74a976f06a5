"""Go on after a restored backup, in the open."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from tongban.foundation.ledger.actions.sequencing import open_shard
from tongban.foundation.ledger.actions.signing import check_not_forked, sign_checkpoint
from tongban.foundation.ledger.adapters import head_of, remembered
from tongban.foundation.ledger.models import Checkpoint, Shard
from tongban.foundation.ledger.queries import newest_checkpoint, shard_named, size_of
from tongban.lib.refusals import Refusal
from tongban.lib.words import T


@transaction.atomic
def resume() -> Shard:
    """Open a shard chained to the newest head this machine signed; its first leaf names the range that was lost.

    Refused unless the log is forked. The old shard keeps that head: nobody who saw it is told otherwise.
    """
    try:
        check_not_forked()
    except Refusal:
        pass
    else:
        raise Refusal(
            "ledger_not_forked",
            T("日志与本机签过的检查点一致，无需另开分卷。", "The log agrees with what this machine signed: nothing to resume."),
            status=409,
        )  # fmt: skip
    heads = {name: head for name, note in remembered().items() if (head := head_of(note))}
    name = max(heads, key=lambda each: [int(part) for part in each.split("-")])
    seen, now = heads[name], timezone.now()
    # A backup from before the shard was opened does not know it at all.
    old = shard_named(name) or Shard.objects.create(name=name, origin=seen.origin, opened_at=now - timedelta(seconds=1))
    held, last = size_of(old), newest_checkpoint(old)
    if last is None or last.size < seen.size:
        Checkpoint.objects.create(shard=old, size=seen.size, root=seen.root, note=remembered()[name], signed_at=now)
    fresh = open_shard(now, seen, {"from": min(held, seen.size), "to": seen.size})
    sign_checkpoint(fresh)
    return fresh
