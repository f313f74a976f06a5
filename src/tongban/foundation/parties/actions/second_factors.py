"""Secrets of second factors, which allauth keeps in its own table."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction

# Where allauth puts what its adapter encrypted: the secret of an app, the seed or the list of recovery codes.
_ENCRYPTED = ("secret", "seed", "migrated_codes")


def recrypt_second_factors() -> int:
    """Encrypt every second factor's secret under the current data key, one row a transaction; safe to repeat."""
    changed = 0
    for pk in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row is None:
                continue
            row.data = {name: _again(value) if name in _ENCRYPTED else value for name, value in row.data.items()}
            row.save(update_fields=["data"])
            changed += 1
    return changed


def _again(value: Any) -> Any:
    adapter = get_adapter()
    if isinstance(value, list):
        return [_again(one) for one in value]
    return adapter.encrypt(adapter.decrypt(value))
