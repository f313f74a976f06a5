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

from tongban.foundation.ledger.models import Entry, Handle, Pending, Salt
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
    if handle:
        handle.last = leaf.hash
        handle.save(update_fields=["last"])
    entry = add_entry(leaf)
    Pending.objects.create(entry=entry)
    return entry


def add_entry(leaf: Leaf) -> Entry:
    """Store a leaf and its salts; it has no place yet."""
    entry = Entry.objects.create(type=leaf.type.name, at=leaf.at, body=leaf.body, hash=leaf.hash, subject=leaf.subject)
    Salt.objects.bulk_create([Salt(entry=entry, field=name, salt=salt) for name, salt in leaf.salts.items()])
    return entry


def _lock_handle(subject: Subject) -> Handle:
    """The handle of an affair, locked: its leaves form one chain even when two transactions write at once."""
    kind, subject_id = subject
    fresh = Handle(subject_kind=kind, subject_id=subject_id, handle=secrets.token_bytes(16))
    found = Handle.objects.select_for_update().filter(subject_kind=kind, subject_id=subject_id)
    handle = found.first()
    if handle is None:
        Handle.objects.bulk_create([fresh], ignore_conflicts=True)  # another transaction may have been first
        handle = found.get()
    return handle


def _identity(by: Actor) -> dict[str, Any]:
    """Who acted, as it is sealed: only what is there."""
    known = {
        "kind": by.kind, "name": by.name, "role": by.role, "account": by.account_id, "person": by.person_id,
        "client": by.client_id, "device": by.device_id, "membership": by.membership_id, "mandate": by.mandate_id,
    }  # fmt: skip
    return {name: value for name, value in known.items() if value}
