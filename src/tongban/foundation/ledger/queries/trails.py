"""The leaves of one affair, for its holder: what was written, and where the receipts are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from tongban.foundation.ledger.models import Handle
from tongban.foundation.ledger.rules import LEAF_TYPES
from tongban.lib.words import T

LONGEST = 200  # leaves of one affair that are shown

# From the newest leaf back along ``prev``: an entry does not say in a column whose it is.
_CHAIN = """
WITH RECURSIVE chain AS (
  SELECT hash, type, at, body, 1 AS place FROM ledger_entry WHERE hash = %s
  UNION ALL
  SELECT e.hash, e.type, e.at, e.body, c.place + 1 FROM chain c JOIN ledger_entry e
  ON e.hash = decode(convert_from(c.body, 'UTF8')::jsonb ->> 'prev', 'hex') WHERE c.place < %s
)
SELECT hash, type, at FROM chain ORDER BY place
"""


@dataclass(frozen=True, slots=True)
class Step:
    """A leaf of an affair; ``leaf`` is its hash in hexadecimal, by which its receipt is found."""

    title: T
    at: datetime
    leaf: str


def trail_of(kind: str, subject_id: UUID) -> list[Step]:
    """The leaves of an affair, the newest first; none once its handle was erased."""
    handle = Handle.objects.filter(subject_kind=kind, subject_id=subject_id).first()
    if handle is None or not handle.last:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, [bytes(handle.last), LONGEST])
        return [Step(LEAF_TYPES[found].title, at, bytes(leaf).hex()) for leaf, found, at in cursor.fetchall()]
