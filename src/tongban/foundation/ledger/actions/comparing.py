"""The comparisons of the nightly recomputation: each reads one batch and tells what does not fit."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from tongban.foundation.ledger.hooks import Affairs, affairs
from tongban.foundation.ledger.models import Entry, Erased, Handle, Position, Salt, Shard, Subtree
from tongban.foundation.ledger.queries.tree import newest_checkpoint, reader_of
from tongban.foundation.ledger.rules import leaf_text
from tongban.foundation.ledger.rules.comparing import Fault, Held, compare, in_order
from tongban_verify.merkle import leaf_hash, perfect_root, tree_root
from tongban_verify.tiles import WIDTH

Key = tuple[str, UUID]  # the kind and id of an affair


def known_affairs() -> dict[str, Affairs]:
    """What the apps answer, by kind."""
    return {one.kind: one for answer in affairs.call() for one in answer}


def name_of(kind: str, subject_id: UUID) -> str:
    """How a finding names a row."""
    return f"{kind} {subject_id}"


def faults_of_leaves(shard: Shard, first: int, count: int) -> tuple[list[Fault], int]:
    """Read leaves again: their bytes, places, tiles, salts and affairs; also, how many there were."""
    rows = Position.objects.filter(shard=shard, index__gte=first, index__lt=first + count)
    found = [(place.index, place.entry) for place in rows.select_related("entry").order_by("index")]
    faults = [
        Fault("leaf_missing", f"{shard.name}/{index}")
        for index in sorted(set(range(first, found[-1][0] + 1)) - {index for index, _ in found})
    ] if found else []  # fmt: skip
    said: dict[UUID, Mapping[str, Any]] = {}
    for index, entry in found:
        said[entry.pk] = _said(entry)
        if not _is_itself(entry, said[entry.pk]):
            faults.append(Fault("leaf_changed", f"{shard.name}/{index}", bytes(entry.hash).hex()))
    faults += _tile_faults(shard, {index: bytes(entry.hash) for index, entry in found})
    faults += _loose_ends(shard, found, said)
    return faults, len(found)


def _said(entry: Entry) -> Mapping[str, Any]:
    try:
        said = json.loads(bytes(entry.body))
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _is_itself(entry: Entry, said: Mapping[str, Any]) -> bool:
    """Whether an entry's columns are what its body says, and its hash that of its body."""
    subject = bytes(entry.subject).hex() if entry.subject is not None else None
    return (
        leaf_hash(bytes(entry.body)) == bytes(entry.hash)
        and said.get("type") == entry.type
        and said.get("at") == leaf_text(entry.at)
        and said.get("subject") == subject
    )


def _tile_faults(shard: Shard, hashes: Mapping[int, bytes]) -> list[Fault]:
    """Full tiles whose leaves no longer give the root that was noted when they were filled."""
    numbers = {index // WIDTH for index in hashes}
    noted = Subtree.objects.filter(shard=shard, level=0, number__in=numbers).values_list("number", "root")
    faults = []
    for number, root in noted:
        tile = [hashes.get(index, b"") for index in range(number * WIDTH, (number + 1) * WIDTH)]
        if any(not one for one in tile) or perfect_root(tile) != bytes(root):
            faults.append(Fault("tree_changed", f"{shard.name}/{number * WIDTH}"))
    return faults


def _loose_ends(shard: Shard, found: list[tuple[int, Entry]], said: Mapping[UUID, Mapping[str, Any]]) -> list[Fault]:
    """Leaves whose affair or salts are gone although no erasure tells of it."""
    subjects = {bytes(entry.subject) for _, entry in found if entry.subject is not None}
    handles = Handle.objects.filter(handle__in=subjects).values_list("handle", flat=True)
    known = {bytes(handle) for handle in handles}
    erased = _erased(subjects - known)
    salts: dict[UUID, set[str]] = defaultdict(set)
    for entry_id, name in Salt.objects.filter(entry_id__in=list(said)).values_list("entry_id", "field"):
        salts[entry_id].add(name)
    faults = []
    for index, entry in found:
        subject, where = bytes(entry.subject or b""), f"{shard.name}/{index}"
        if subject in erased:
            if not erased[subject]:
                faults.append(Fault("erasure_invented", where, subject.hex()))
            continue
        if subject and subject not in known:
            faults.append(Fault("subject_missing", where, subject.hex()))
        lost = sorted(set(said[entry.pk].get("commit", {})) - salts[entry.pk])
        if lost:
            faults.append(Fault("salt_missing", where, ", ".join(lost)))
    return faults


def _erased(subjects: set[bytes]) -> dict[bytes, bool]:
    """Of these names those the tables call erased, and whether a leaf of the log says so."""
    rows = Erased.objects.filter(handle__in=subjects).select_related("entry")
    told: dict[UUID, frozenset[str]] = {}
    answer = {}
    for row in rows:
        if row.entry_id not in told:
            said = _said(row.entry)
            is_told = said.get("type") == "data.erased" and _is_itself(row.entry, said)
            told[row.entry_id] = frozenset(said["open"].get("subjects", ()) if is_told else ())
        answer[bytes(row.handle)] = bytes(row.handle).hex() in told[row.entry_id]
    return answer


def faults_of_head(shard: Shard) -> list[Fault]:
    """Whether the leaves still give the head that was signed last."""
    head = newest_checkpoint(shard)
    if head is None:
        return []
    held = Position.objects.filter(shard=shard, index__lt=head.size).count()
    if held == head.size and tree_root(reader_of(shard, head.size), head.size) == bytes(head.root):
        return []
    return [Fault("tree_changed", shard.name, str(head.size))]


def faults_of_affairs(handles: Iterable[Handle]) -> list[Fault]:
    """Compare the rows of these affairs with their leaves, both ways."""
    wanted = {bytes(one.handle): one for one in handles}
    held: dict[bytes, list[Held]] = {name: [] for name in wanted}
    entries = list(Entry.objects.filter(subject__in=list(wanted)).order_by("id"))
    salts: dict[UUID, dict[str, bytes]] = defaultdict(dict)
    for entry_id, sealed, salt in Salt.objects.filter(entry__in=entries).values_list("entry_id", "field", "salt"):
        salts[entry_id][sealed] = bytes(salt)
    for entry in entries:
        said = _said(entry)
        if _is_itself(entry, said) and entry.subject is not None:  # a changed one is told of where it stands
            held[bytes(entry.subject)].append(Held(bytes(entry.hash), said, salts[entry.pk]))
    due = _due(wanted.values())
    faults: list[Fault] = []
    for name, handle in wanted.items():
        about = name_of(handle.subject_kind, handle.subject_id)
        leaves, broken = in_order(about, held[name], bytes(handle.last))
        faults += broken
        rows = due.get((handle.subject_kind, handle.subject_id))
        faults += [Fault("row_missing", about)] if rows is None else list(compare(about, rows, leaves))
    return faults


def _due(handles: Iterable[Handle]) -> dict[Key, list[Any]]:
    ids: dict[str, list[UUID]] = defaultdict(list)
    for handle in handles:
        ids[handle.subject_kind].append(handle.subject_id)
    known = known_affairs()
    return {
        (kind, subject_id): due
        for kind, wanted in ids.items()
        if kind in known
        for subject_id, due in known[kind].leaves(wanted).items()
    }


def rows_without_handle(kind: str, after: UUID | None, count: int) -> tuple[list[UUID], UUID | None]:
    """Of the next rows that must have leaves, those no affair of the log stands for; and the last row looked at."""
    rows = known_affairs()[kind].rows().order_by("pk")
    ids: Sequence[UUID] = list((rows.filter(pk__gt=after) if after else rows).values_list("pk", flat=True)[:count])
    known = set(Handle.objects.filter(subject_kind=kind, subject_id__in=ids).values_list("subject_id", flat=True))
    return [one for one in ids if one not in known], ids[-1] if ids else None


def entries_without_place(after: UUID | None, count: int) -> list[Entry]:
    """Leaves that have neither a place nor a turn."""
    rows = Entry.objects.filter(position=None, pending=None).order_by("id")
    return list((rows.filter(pk__gt=after) if after else rows).only("id", "hash", "type")[:count])
