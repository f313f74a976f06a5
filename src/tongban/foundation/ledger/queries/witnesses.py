"""Who cosigned what, how the parts of the log are doing, who else keeps a copy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from tongban.foundation.ledger.models import Checkpoint, Condition, Cosignature, Shard
from tongban.foundation.ledger.queries.tree import every_key, newest_checkpoint
from tongban.lib.witnesses import policy_or_none, policy_text
from tongban_verify.notes import VerifierKey
from tongban_verify.policy import Group

HEADS_LOOKED_AT = 100  # for one with its quorum, before a receipt is given under the newest one
NOT_ON_TIME = timedelta(minutes=2)  # a witness that has not cosigned the newest head for so long is behind


def witnessed_size(shard: Shard, key: VerifierKey) -> int:
    """The size a witness cosigned last, as far as we were told; 0 before the first."""
    rows = Cosignature.objects.filter(checkpoint__shard=shard, witness=key.name, key_id=key.id.hex())
    found: int | None = rows.aggregate(size=Max("checkpoint__size"))["size"]
    return found or 0


def note_of(checkpoint: Checkpoint) -> bytes:
    """A published head as it is served: our signature, then the witnesses' lines."""
    lines = sorted((row.cosigned_at, row.line) for row in checkpoint.cosignatures.all())
    return (checkpoint.note + "".join(line for _, line in lines)).encode()


def is_witnessed(checkpoint: Checkpoint, group: Group | None, keys: Iterable[VerifierKey]) -> bool:
    """Whether a head has the lines the policy asks for."""
    if group is None:
        return True
    there = {(row.witness, row.key_id) for row in checkpoint.cosignatures.all()}
    return group.is_met([key for key in keys if (key.name, key.id.hex()) in there])


def best_checkpoint(shard: Shard, index: int) -> Checkpoint | None:
    """The head to prove a leaf under: the newest with its quorum that holds the leaf, else the newest of all."""
    rules = policy_or_none()
    keys = [witness.key for witness in rules.witnesses]
    heads = Checkpoint.objects.filter(shard=shard, size__gt=index).order_by("-size").prefetch_related("cosignatures")
    if rules.group is None:
        return heads.first()
    newest = heads.first()
    if newest is None or is_witnessed(newest, rules.group, keys):
        return newest
    return next((head for head in heads[1:HEADS_LOOKED_AT] if is_witnessed(head, rules.group, keys)), newest)


@dataclass(frozen=True, slots=True)
class WitnessState:
    """A witness of the policy: when it last cosigned, how many leaves it has not seen, what is wrong if anything."""

    name: str
    key: str
    url: str
    cosigned_at: datetime | None
    size: int
    behind: int
    is_late: bool
    condition: Condition | None
    is_demo: bool


def witness_states(shard: Shard | None) -> list[WitnessState]:
    """How each witness of the policy stands to the current shard."""
    known = {row.part: row for row in Condition.objects.all()}
    head = newest_checkpoint(shard) if shard else None
    found = []
    for witness in policy_or_none().witnesses:
        key = witness.key
        rows = Cosignature.objects.filter(checkpoint__shard=shard, witness=key.name, key_id=key.id.hex())
        last = rows.select_related("checkpoint").order_by("-cosigned_at").first() if shard else None
        size = last.checkpoint.size if last else 0
        behind = max(0, head.size - size) if head else 0
        since = last.cosigned_at if last else (shard.opened_at if shard else timezone.now())
        is_late = bool(behind and timezone.now() - max(since, head.signed_at if head else since) > NOT_ON_TIME)
        is_demo = settings.DEMO and key.name.endswith(".localhost/demo")
        at, condition = last.cosigned_at if last else None, known.get(key.name)
        found.append(WitnessState(witness.name, str(key), witness.url, at, size, behind, is_late, condition, is_demo))
    return found


def is_unwitnessed(shard: Shard | None) -> bool:
    """Whether the newest published head lacks the quorum the operator asks for."""
    rules = policy_or_none()
    head = newest_checkpoint(shard) if shard else None
    return bool(head and not is_witnessed(head, rules.group, [witness.key for witness in rules.witnesses]))


def conditions() -> dict[str, Condition]:
    """How each part of the log is doing: the sequencer, and each witness by the name it signs with."""
    return {row.part: row for row in Condition.objects.all()}


def mirrors() -> list[tuple[str, str]]:
    """Copies of the log that others keep: name and address, as the operator lists them."""
    words = str(settings.LEDGER_MIRRORS).replace("，", ",").split(",")
    pairs = (word.strip().rpartition("=") for word in words if word.strip())
    return [(name.strip() or address, address.strip()) for name, _, address in pairs]


def published_policy(address: str) -> str:
    """A tlog-policy file for whoever checks the log: every shard's keys, and the witnesses we ask."""
    lines = ["# Compare it with what you get from a second place before you rely on it."]
    if settings.DEMO:
        lines.append("# A demo: its witness is run by the same machine and proves nothing.")
    lines += [f"log {key.verifier} {address}{key.shard.name}/" for key in every_key()]
    asked = policy_text().decode("utf-8", "replace").splitlines()
    lines += [line for line in asked if line.split()[:1] and line.split()[0] in ("witness", "group", "quorum")]
    return "\n".join([*lines, *(() if any(line.split()[0] == "quorum" for line in lines) else ("quorum none",)), ""])
