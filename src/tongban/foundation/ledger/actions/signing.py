"""Sign the head of a shard with a key that is not in the database."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.foundation.ledger.adapters import head_of, remember, remembered
from tongban.foundation.ledger.models import Checkpoint, LogKey, Shard
from tongban.foundation.ledger.queries import key_in_force, newest_checkpoint, reader_of, size_of
from tongban.lib import keys
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban_verify.checkpoints import Checkpoint as Head
from tongban_verify.merkle import tree_root
from tongban_verify.notes import SigningKey, sign


def signing_key(shard: Shard, ring_number: int) -> SigningKey:
    """The key a shard signs with, derived from a key of the ring: one key signs for one shard alone."""
    return SigningKey(shard.origin, keys.ring().numbered("ledger", ring_number).derive(shard.origin))


def checked_key(shard: Shard, log_key: LogKey) -> SigningKey:
    """The secret half of a published key; refused when the key file holds another one."""
    key = signing_key(shard, log_key.ring_number)
    if str(key.verifier) != log_key.verifier:
        raise Refusal(
            "ledger_key_differs",
            T("密钥文件里的日志签名密钥与已公布的公钥不符，已停止签名。请恢复原来的密钥文件。",
              "The key file's signing key is not the one published for the log: signing has stopped. "
              "Restore the original key file."),
            status=409,
        )  # fmt: skip
    return key


def check_not_forked() -> None:
    """Refused when this machine signed more than the database knows: a backup was restored.

    Going on would show a second tree to whoever saw the first.
    """
    for name, note in remembered().items():
        seen = head_of(note)
        known = Shard.objects.filter(name=name).first() if seen else None
        last = newest_checkpoint(known) if known else None
        if seen and (
            last is None or seen.size > last.size or (seen.size == last.size and seen.root != bytes(last.root))
        ):
            raise Refusal(
                "ledger_forked",
                T("本机已为日志“{origin}”签到第 {size} 条，而数据库只知道更早的状态：可能恢复过备份。已停止编号和签名；"
                  "确认后请运行：tongban ledger resume",
                  "This machine has signed {size} leaves of {origin}, but the database only knows an earlier state: was a "
                  "backup restored? Sequencing and signing have stopped. Once that is clear, run: tongban ledger resume")
                .format(origin=seen.origin, size=seen.size),
                status=409,
            )  # fmt: skip


def sign_checkpoint(shard: Shard) -> Checkpoint | None:
    """Sign the shard as it stands; None when nothing was added since the last time.

    Refused when the tree no longer begins with what was signed before: somebody changed or removed leaves.
    """
    size = size_of(shard)
    last = newest_checkpoint(shard)
    read = reader_of(shard, size)
    if last and (size < last.size or tree_root(read, last.size) != bytes(last.root)):
        raise Refusal(
            "ledger_rewritten",
            T("日志“{origin}”与 {size} 条时签过的检查点不符：已有记录被改动或删除，已停止签名。",
              "The log {origin} no longer holds the {size} leaves it signed: records were changed or removed, "
              "and signing has stopped.").format(origin=shard.origin, size=last.size),
            status=409,
        )  # fmt: skip
    if last and size == last.size:
        return None
    root = tree_root(read, size)
    note = sign(Head(shard.origin, size, root).text(), checked_key(shard, key_in_force(shard, size)))
    try:
        with transaction.atomic():
            made = Checkpoint.objects.create(shard=shard, size=size, root=root, note=note, signed_at=timezone.now())
            transaction.on_commit(lambda: remember(shard.name, note))
            return made
    except IntegrityError:  # another sequencer signed the same size; the unique index let one of us win
        return None
