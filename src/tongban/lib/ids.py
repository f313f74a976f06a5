"""Keys made in Python, so that no node of a cluster has to be asked for the next number."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from uuid6 import uuid7 as _uuid7


def uuid7() -> UUID:
    """A UUIDv7 (RFC 9562): sorted by time of making, unique without a database."""
    return UUID(int=_uuid7().int)


def uuid7_floor(moment: datetime) -> UUID:
    """The least UUIDv7 of a moment: ``pk__lt=uuid7_floor(moment)`` finds older rows by the primary key's index."""
    return UUID(int=int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | 0x2 << 62)


# Without 0 O 1 I L U: read aloud on the phone and typed at a counter.
_SPEAKABLE = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def speakable_code(length: int) -> str:
    """A random code of ``length`` characters that survives being read aloud (about 4.9 bits a character)."""
    return "".join(secrets.choice(_SPEAKABLE) for _ in range(length))
