"""Reads of keys: the city's root, and the keys that sign."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from tongban.foundation.credentials.models import IssuingKey, TrustRoot
from tongban.foundation.credentials.rules.keys import scope_of
from tongban.foundation.regions.queries import code_of_schema
from tongban.lib.jurisdictions import require_current
from tongban.lib.keys import ring
from tongban_verify.passes.trust import TrustedKey

WITHDRAWN = IssuingKey.State.WITHDRAWN


def city_of_current() -> str:
    """The code of this jurisdiction, as keys and lists name it."""
    return code_of_schema(require_current())


def scope_of_current() -> str:
    """What the codes of this jurisdiction's issuers begin with."""
    return scope_of(city_of_current())


def root_in_force() -> TrustRoot | None:
    """The root key that counts now, or None before the first."""
    return TrustRoot.objects.order_by("-adopted_at").first()


def root_file(city: str) -> Path:
    """Where a city's root key lies while it is on this server."""
    folder: Path = settings.ENVIRONMENT.root_keys_dir or settings.VAR_DIR / "root"
    return folder / f"{city}.json"


def seed_of(key: IssuingKey) -> bytes:
    """The Ed25519 seed: derived from the key file for this jurisdiction and key, never stored."""
    secret = ring().numbered("credential", key.ring_number)
    return secret.derive(f"{require_current()}|{key.issuer}|{key.pk}")


def as_trusted(key: IssuingKey, status: str = "") -> TrustedKey:
    """A key as the trust list says it; ``status`` is the address of its status lists."""
    return TrustedKey(
        bytes(key.public_key), scope_of(key.issuer), frozenset(key.types), key.signs_from, key.verifies_until, status,
        key.state == WITHDRAWN,
    )  # fmt: skip


def trusted_key(kid: bytes) -> TrustedKey | None:
    """The key of a kid as of this moment, or None."""
    key = IssuingKey.objects.filter(kid=kid).first()
    return as_trusted(key) if key else None


def known_keys() -> list[dict[str, Any]]:
    """Every key there was, for people: which sign, stand by, only verify, or are withdrawn."""
    return [
        {
            "kid": bytes(key.kid).hex(), "public_key": bytes(key.public_key).hex(), "issuer": key.issuer, "types": key.types,
            "signs_from": key.signs_from, "signs_until": key.signs_until, "verifies_until": key.verifies_until, "state": key.state,
        } for key in IssuingKey.objects.order_by("signs_from", "purpose")
    ]  # fmt: skip


def key_leaf(row: IssuingKey) -> dict[str, Any]:
    """What the public log says of a signing key: who keeps the log can check old certificates with it."""
    return {"kid": bytes(row.kid).hex(), "public_key": bytes(row.public_key).hex(), "until": row.signs_until}


def withdrawn_key_leaf(row: IssuingKey) -> dict[str, Any]:
    """What the public log says of a key that is not to be trusted any more."""
    return {"kid": bytes(row.kid).hex(), "reason": row.withdrawn_reason}


def root_leaf(row: TrustRoot) -> dict[str, Any]:
    """What the public log says of the root key: whoever takes it from here and from elsewhere can compare."""
    return {"public_key": bytes(row.public_key).hex()}
