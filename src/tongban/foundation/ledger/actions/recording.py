"""Write a leaf in the transaction of the business it tells of."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone

from tongban.foundation.ledger.models import Entry, Handle, Salt
from tongban.foundation.ledger.rules import Chain, Leaf, build_leaf, check_moment
from tongban.lib.actors import Actor

Subject = tuple[str, UUID]  # its kind, such as "matters.case", and its id


def record(
    leaf_type: str, *, by: Actor, subject: Subject | None = None, values: Mapping[str, Any], at: datetime | None = None
) -> Entry:  # fmt: skip
    """Add a leaf to the log, exactly when the current transaction commits; refused outside a transaction.

    ``values`` holds exactly the fields of the type (docs/ledger.md); ``at`` is now, give or take five minutes. The
    receipt is at /log/receipt/<hash in hexadecimal> as soon as the next checkpoint is signed.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("ledger.record belongs in the transaction of the business it tells of")
    now = timezone.now()
    handle = _lock_handle(subject) if subject else None
    leaf = build_leaf(
        leaf_type,
        at=check_moment(at or now, now),
        values=values,
        actor=_identity(by),
        channel=by.channel,
        chain=Chain(bytes(handle.handle), bytes(handle.last)) if handle else None,
    )
    return add_entry(leaf, handle, is_waiting=True)


# One statement, because this stands in the transaction of every business: entry, salts, the wait for a place, the chain.
_ADD = """
WITH entry AS (INSERT INTO ledger_entry (id, type, at, body, hash, subject) VALUES (%s, %s, %s, %s, %s, %s)),
salts AS (
  INSERT INTO ledger_salt (id, entry_id, field, salt)
  SELECT salt_id, %s, field, salt FROM unnest(%s::uuid[], %s::text[], %s::bytea[]) AS given (salt_id, field, salt)
),
waiting AS (INSERT INTO ledger_pending (entry_id) SELECT %s::uuid WHERE %s)
UPDATE ledger_handle SET last = %s WHERE id = %s
"""


def add_entry(leaf: Leaf, handle: Handle | None = None, *, is_waiting: bool = False) -> Entry:
    """Store a leaf, its salts, and that it is its affair's last one; it has no place yet."""
    entry = Entry(type=leaf.type.name, at=leaf.at, body=leaf.body, hash=leaf.hash, subject=leaf.subject)
    salts = [Salt(entry=entry, field=name, salt=salt) for name, salt in leaf.salts.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            _ADD,
            [
                *(entry.id, entry.type, entry.at, leaf.body, leaf.hash, leaf.subject),
                *(entry.id, [row.id for row in salts], [row.field for row in salts], [row.salt for row in salts]),
                *(entry.id, is_waiting, leaf.hash, handle.id if handle else None),
            ],
        )
    entry._state.adding = False
    return entry


_LOCK = """
INSERT INTO ledger_handle AS known (id, subject_kind, subject_id, handle, last) VALUES (%s, %s, %s, %s, '')
ON CONFLICT (subject_kind, subject_id) DO UPDATE SET subject_kind = known.subject_kind
RETURNING id, handle, last
"""


def _lock_handle(subject: Subject) -> Handle:
    """The handle of an affair, made or found, and locked: two transactions at once still write one chain."""
    kind, subject_id = subject
    handle = Handle(subject_kind=kind, subject_id=subject_id)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [handle.id, kind, subject_id, secrets.token_bytes(16)])
        handle.id, handle.handle, handle.last = cursor.fetchone()
    return handle


def _identity(by: Actor) -> dict[str, Any]:
    """Who acted, as it is sealed: only what is there."""
    known = {
        "kind": by.kind, "name": by.name, "role": by.role, "account": by.account_id, "person": by.person_id,
        "client": by.client_id, "device": by.device_id, "membership": by.membership_id, "mandate": by.mandate_id,
    }  # fmt: skip
    return {name: value for name, value in known.items() if value}
