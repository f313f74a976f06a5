"""Go on after a restored backup, in the open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tongban.foundation.ledger.actions.sequencing import open_shard
from tongban.foundation.ledger.actions.signing import Draft, check_not_forked, sign_checkpoint
from tongban.foundation.ledger.adapters import claims, drop_claims, head_at, remembered
from tongban.foundation.ledger.models import Checkpoint, Shard
from tongban.foundation.ledger.queries import newest_checkpoint, shard_named, shards, size_of
from tongban.foundation.ledger.rules import origin_of, year_of
from tongban.lib import keys
from tongban.lib.jurisdictions import require_current
from tongban.lib.refusals import Refusal
from tongban.lib.witnesses import policy
from tongban.lib.words import T
from tongban_verify.checkpoints import Checkpoint as Head
from tongban_verify.errors import Unverified
from tongban_verify.notes import SigningKey, open_note, text_of


def resume(handed_in: Iterable[bytes] = (), *, is_head_lost: bool = False) -> Shard:
    """Open a shard chained to the newest head anybody is known to have seen; its first leaf names the lost range.

    Heads come from this machine's memory, from the witnesses, and from ``handed_in`` (a mirror's checkpoint). Refused
    unless the log is forked, and while a witness has seen more than the heads at hand; ``is_head_lost`` says that
    nobody has that head any more. The old shard keeps its newest head: nobody who saw it is told otherwise.
    """
    try:
        check_not_forked()
    except Refusal as refused:
        if refused.code != "ledger_forked":
            raise
    else:
        raise Refusal(
            "ledger_not_forked",
            T("日志与本机签过的检查点一致，无需另开分卷。", "The log agrees with what this machine signed: nothing to resume."),
            status=409,
        )  # fmt: skip
    notes = [*(note.encode() for note in remembered().values()), *_seen_by_witnesses(), *handed_in]
    heads = _heads(notes)
    held = {each.shard: each.size for each in claims()}
    name = max({*heads, *held}, key=lambda each: [int(part) for part in each.split("-")])
    seen = heads.get(name)
    size = max(held.get(name, 0), seen.head.size if seen else 0)
    if (seen is None or seen.head.size < size) and not is_head_lost:
        raise Refusal(
            "ledger_head_missing",
            T("见证方已见到分卷 {name} 的第 {size} 条，但手头没有那时的检查点。请向见证方或镜像要来检查点文件，运行：tongban ledger "
              "resume 辖区 --head 文件；确实无处可得时用 --head-lost。",
              "A witness has seen {size} leaves of shard {name}, but the checkpoint of that size is not at hand. Ask the "
              "witness or a mirror for it and run: tongban ledger resume JURISDICTION --head FILE. If nobody has it: "
              "--head-lost.").format(name=name, size=size),
            status=409,
        )  # fmt: skip
    return _go_on(name, seen, size)


@transaction.atomic
def _go_on(name: str, seen: Draft | None, size: int) -> Shard:
    now = timezone.now()
    origin = seen.head.origin if seen else _origin(name)
    # A backup from before the shard was opened does not know it at all.
    old = shard_named(name) or Shard.objects.create(name=name, origin=origin, opened_at=now - timedelta(seconds=1))
    held, last = size_of(old), newest_checkpoint(old)
    if seen and (last is None or last.size < seen.head.size):
        last = Checkpoint.objects.create(
            shard=old, size=seen.head.size, root=seen.head.root, note=seen.note, signed_at=now
        )
    before = Head(old.origin, last.size, bytes(last.root)) if last else None
    fresh = open_shard(now, before, {"from": min(held, size), "to": size})
    sign_checkpoint(fresh)
    transaction.on_commit(drop_claims)
    return fresh


def _origin(name: str) -> str:
    return origin_of(settings.LEDGER_NAME, require_current(), name)


def _seen_by_witnesses() -> list[bytes]:
    """What the witnesses hold of our shards, and of this year's, which a restored backup may not know."""
    origins = {_origin(str(year_of(timezone.now()))), *(shard.origin for shard in shards())}
    origins |= {_origin(each.shard) for each in claims()}
    found = (head_at(witness, origin) for witness in policy().witnesses for origin in sorted(origins))
    return [note for note in found if note]


def _heads(notes: Iterable[bytes]) -> dict[str, Draft]:
    """The newest head of each shard among notes that we signed ourselves; anything else is passed over."""
    heads: dict[str, Draft] = {}
    for note in notes:
        try:
            head = Head.parse(text_of(note))
            text, _ = open_note(note, [key.verifier for key in _our_keys(head.origin)])
        except Unverified:
            continue
        name = head.origin.rsplit("/", 1)[1]
        if name not in heads or heads[name].head.size < head.size:
            lines = note.decode().rpartition("\n\n")[2].splitlines(keepends=True)
            ours = "".join(line for line in lines if line.startswith(f"— {head.origin} "))
            heads[name] = Draft(head, f"{text}\n{ours}")
    return heads


def _our_keys(origin: str) -> list[SigningKey]:
    """The keys we may have signed a log of ours with; none for a log of somebody else's."""
    if f"/{require_current().removeprefix('j')}/" not in origin:
        return []
    return [SigningKey(origin, key.derive(origin)) for key in keys.ring().all("ledger")]
