"""Write a leaf in the transaction of the business it tells of."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from tongban.foundation.ledger.models import Entry, Handle, Salt
from tongban.foundation.ledger.rules import Chain, Leaf, build_leaf, check_moment
from tongban.lib.actors import Actor
from tongban.lib.repeated import ask, change
from tongban.lib.together import once, write

Subject = tuple[str, UUID]  # its kind, such as "matters.case", and its id


def record(
    leaf_type: str, *, by: Actor, subject: Subject | None = None, values: Mapping[str, Any], at: datetime | None = None,
    is_new: bool = False,
) -> Entry:  # fmt: skip
    """Add a leaf to the log, exactly when the current transaction commits; refused outside a transaction.

    ``values`` holds exactly the fields of the type (docs/ledger.md); ``at`` is now, give or take five minutes. The
    receipt is at /log/receipt/<hash in hexadecimal> as soon as the next checkpoint is signed. ``is_new`` says that the
    subject was made in this transaction: nobody else can know it, so that its chain needs no lock.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("ledger.record belongs in the transaction of the business it tells of")
    now = timezone.now()
    handle = once(("ledger.handle", subject), lambda: _handle_of(subject, is_new=is_new)) if subject else None
    leaf = build_leaf(
        leaf_type,
        at=check_moment(at or now, now),
        values=values,
        actor=_identity(by),
        channel=by.channel,
        chain=Chain(bytes(handle.handle), bytes(handle.last)) if handle else None,
    )
    return add_entry(leaf, handle, is_waiting=True)


# One statement, because this stands in the transaction of every business: entries, salts, the wait for a place, chains.
_ADD = """
WITH entry AS (
  INSERT INTO ledger_entry (id, type, at, body, hash, subject)
  SELECT * FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::bytea[], %s::bytea[], %s::bytea[])
),
salts AS (
  INSERT INTO ledger_salt (id, entry_id, field, salt)
  SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::bytea[])
),
waiting AS (INSERT INTO ledger_pending (entry_id) SELECT * FROM unnest(%s::uuid[])),
begun AS (
  INSERT INTO ledger_handle (id, subject_kind, subject_id, handle, last)
  SELECT * FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::bytea[], %s::bytea[])
)
UPDATE ledger_handle SET last = given.last FROM unnest(%s::uuid[], %s::bytea[]) AS given (id, last)
WHERE ledger_handle.id = given.id
"""


@dataclass(slots=True)
class _New:
    """A leaf to store: where its chain goes on, and whether it waits for a place."""

    entry: Entry
    salts: list[Salt]
    handle: Handle | None
    is_waiting: bool


def add_entry(leaf: Leaf, handle: Handle | None = None, *, is_waiting: bool = False) -> Entry:
    """Store a leaf, its salts, and that it is its affair's last one; it has no place yet."""
    entry = Entry(type=leaf.type.name, at=leaf.at, body=leaf.body, hash=leaf.hash, subject=leaf.subject)
    salts = [Salt(entry=entry, field=name, salt=salt) for name, salt in leaf.salts.items()]
    if handle is not None:
        handle.last = leaf.hash
    write(_add_entries, _New(entry, salts, handle, is_waiting))
    return entry


def _add_entries(new: list[_New]) -> None:
    handles = list({one.handle.id: one.handle for one in new if one.handle is not None}.values())
    begun = [one for one in handles if one._state.adding]
    gone_on = [one for one in handles if not one._state.adding]
    rows = [
        *_columns([one.entry for one in new], "id", "type", "at", "body", "hash", "subject"),
        *_columns([salt for one in new for salt in one.salts], "id", "entry_id", "field", "salt"),
        *_columns([one.entry for one in new if one.is_waiting], "id"),
        *_columns(begun, "id", "subject_kind", "subject_id", "handle", "last"),
        *_columns(gone_on, "id", "last"),
    ]
    change(_ADD, rows)
    for row in [*begun, *(one.entry for one in new)]:
        row._state.adding = False


def _columns(rows: Sequence[Any], *names: str) -> list[list[Any]]:
    return [[getattr(row, name) for row in rows] for name in names]


_FIND = "SELECT id, handle, last FROM ledger_handle WHERE subject_kind = %s AND subject_id = %s FOR UPDATE"
_BEGIN = """
INSERT INTO ledger_handle AS known (id, subject_kind, subject_id, handle, last) VALUES (%s, %s, %s, %s, '')
ON CONFLICT (subject_kind, subject_id) DO UPDATE SET subject_kind = known.subject_kind
RETURNING id, handle, last
"""


def _handle_of(subject: Subject, *, is_new: bool) -> Handle:
    """The handle of an affair, made or found, and locked: two transactions at once still write one chain."""
    kind, subject_id = subject
    handle = Handle(subject_kind=kind, subject_id=subject_id, handle=secrets.token_bytes(16), last=b"")
    if not is_new:
        found = ask(_FIND, [kind, subject_id])
        if not found:  # or somebody else begins it in this moment
            found = ask(_BEGIN, [handle.id, kind, subject_id, bytes(handle.handle)])
        ((handle.id, handle.handle, handle.last),) = found
        handle._state.adding = False
    return handle


def _identity(by: Actor) -> dict[str, Any]:
    """Who acted, as it is sealed: only what is there."""
    known = {
        "kind": by.kind, "name": by.name, "role": by.role, "account": by.account_id, "person": by.person_id,
        "client": by.client_id, "device": by.device_id, "membership": by.membership_id, "mandate": by.mandate_id,
    }  # fmt: skip
    return {name: value for name, value in known.items() if value}
