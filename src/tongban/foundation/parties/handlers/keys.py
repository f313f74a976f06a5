"""What parties does when a key is rotated."""

from __future__ import annotations

from tongban.foundation.parties.actions import recrypt_second_factors
from tongban.lib.actors import Actor
from tongban.lib.rotation import key_rotated


@key_rotated.answer
def second_factors_follow(kind: str, by: Actor) -> int:
    """A new data key: fields follow by themselves, the secrets in allauth's table do not."""
    del by
    return recrypt_second_factors() if kind == "data" else 0
