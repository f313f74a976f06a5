"""Sign the head of a shard with a key that is not in the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.foundation.ledger.adapters import claims, head_of, remember, remembered
from tongban.foundation.ledger.models import Checkpoint, Cosignature, LogKey, Shard
from tongban.foundation.ledger.queries import key_in_force, newest_checkpoint, reader_of, shard_named, size_of
from tongban.lib import keys
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban_verify.checkpoints import Checkpoint as Head
from tongban_verify.cosigning import Cosigned
from tongban_verify.merkle import tree_root
from tongban_verify.notes import SigningKey, VerifierKey, sign


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
    """Refused when this machine, or a witness, has seen more than the database knows: a backup was restored.

    Going on would show a second tree to whoever saw the first.
    """
    for name, note in remembered().items():
        seen = head_of(note)
        known = shard_named(name) if seen else None
        last = newest_checkpoint(known) if known else None
        if seen and (
            last is None or seen.size > last.size or (seen.size == last.size and seen.root != bytes(last.root))
        ):
            raise _forked(
                T("本机已为日志“{origin}”签到第 {size} 条", "This machine has signed {size} leaves of {origin}").format(
                    origin=seen.origin, size=seen.size
                )
            )
    for held in claims():
        known = shard_named(held.shard)
        if held.is_disputed or known is None or held.size > size_of(known):
            raise _forked(
                T("见证方“{witness}”已见到分卷 {shard} 的第 {size} 条", "The witness {witness} has seen {size} leaves of shard {shard}")
                .format(witness=held.witness, shard=held.shard, size=held.size)
            )  # fmt: skip


def _forked(what: T) -> Refusal:
    return Refusal(
        "ledger_forked",
        T("{what}，与数据库不符：可能恢复过备份。已停止编号和签名；确认后请运行：tongban ledger resume",
          "{what}, which is not what the database holds: was a backup restored? Sequencing and signing have stopped. "
          "Once that is clear, run: tongban ledger resume").format(what=what),
        status=409,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft:
    """A head that is signed and not published yet."""

    head: Head
    note: str


def draft_head(shard: Shard) -> Draft | None:
    """Sign the shard as it stands; None when nothing was added since the last published head.

    Refused when the tree no longer begins with what was signed before: somebody changed or removed leaves.
    """
    size = size_of(shard)
    last = newest_checkpoint(shard)
    read = reader_of(shard, size)
    if last and (size < last.size or tree_root(read, last.size) != bytes(last.root)):
        raise Refusal(
            "ledger_rewritten",
            T("日志“{origin}”与 {size} 条时签过的检查点不符：已有记录被改动或删除，已停止签名。请保持数据库原状并查明原因。",
              "The log {origin} no longer holds the {size} leaves it signed: records were changed or removed, "
              "and signing has stopped. Keep the database as it is and have it examined.")
            .format(origin=shard.origin, size=last.size),
            status=409,
        )  # fmt: skip
    if last and size == last.size:
        return None
    head = Head(shard.origin, size, tree_root(read, size))
    return Draft(head, sign(head.text(), checked_key(shard, key_in_force(shard, size))))


def publish(shard: Shard, draft: Draft, cosigned: Iterable[tuple[VerifierKey, Cosigned]] = ()) -> Checkpoint | None:
    """Let a head be seen, with the witnesses' lines there are; None when another sequencer published that size."""
    try:
        with transaction.atomic():
            head = draft.head
            made = Checkpoint.objects.create(
                shard=shard, size=head.size, root=head.root, note=draft.note, signed_at=timezone.now()
            )
            for key, each in cosigned:
                add_cosignature(made, key, each)
            transaction.on_commit(lambda: remember(shard.name, draft.note))
            return made
    except IntegrityError:  # another sequencer published the same size; the unique index let one of us win
        return None


def add_cosignature(checkpoint: Checkpoint, key: VerifierKey, cosigned: Cosigned) -> None:
    """Keep a witness's line under a published head; a second one of the same key changes nothing."""
    at = datetime.fromtimestamp(cosigned.at, UTC)
    row = Cosignature(
        checkpoint=checkpoint, witness=key.name, key_id=key.id.hex(), line=cosigned.line, cosigned_at=at
    )  # fmt: skip
    Cosignature.objects.bulk_create([row], ignore_conflicts=True)


def sign_checkpoint(shard: Shard) -> Checkpoint | None:
    """Sign the shard as it stands and publish that at once, without witnesses; None when nothing was added."""
    draft = draft_head(shard)
    return publish(shard, draft) if draft else None
