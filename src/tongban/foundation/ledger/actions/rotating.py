"""Change the key of the log, so that whoever holds the old one can follow."""

from __future__ import annotations

from django.db import transaction

from tongban.foundation.ledger.actions.recording import record
from tongban.foundation.ledger.actions.signing import checked_key, signing_key
from tongban.foundation.ledger.models import LogKey
from tongban.foundation.ledger.queries import current_shard, newest_key, size_of
from tongban.lib import keys
from tongban.lib.actors import Actor
from tongban_verify.leaves import sign_rotation


@transaction.atomic
def rotate_key(*, by: Actor) -> LogKey | None:
    """Hand the current shard over to the ring's current key of kind "ledger"; None when it signs with that already.

    The leaf carries the old key's signature over the new one. From the first checkpoint that holds the leaf on, the
    new key alone signs.
    """
    shard = current_shard()
    if shard is None:
        return None  # the shard to come opens with the current key
    old, number = newest_key(shard), keys.ring().current("ledger").number
    if old.ring_number == number:
        return None
    new, size = signing_key(shard, number), size_of(shard)
    entry = record(
        "keys.rotated",
        by=by,
        values={
            "kind": "ledger", "number": number, "old": old.verifier, "new": str(new.verifier), "size": size,
            "signature": sign_rotation(checked_key(shard, old), new.verifier, size),
        },
    )  # fmt: skip
    return LogKey.objects.create(shard=shard, ring_number=number, verifier=str(new.verifier), entry=entry)
