"""Reads of API clients."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from tongban.foundation.parties.models import ApiClient
from tongban.foundation.parties.queries.access import opens
from tongban.lib.ids import uuid_of

FOR_SECRETS = "client"  # what a secret's hash is derived for


def clients_in_force() -> QuerySet[ApiClient]:
    """API clients that may call now; for actions and pages that ask for the right themselves."""
    found = ApiClient.objects.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())
    return found.select_related("organisation").order_by("name")


def client_in_force(client_id: UUID) -> ApiClient | None:
    """One API client, while it may call."""
    return clients_in_force().filter(pk=client_id).first()


def client_of_secret(client_id: str, secret: str) -> ApiClient | None:
    """The API client in force that an id and a secret belong to; nothing tells which of the two was wrong."""
    known = uuid_of(client_id)
    client = client_in_force(known) if known else None
    return client if client and is_secret_of(client, secret) else None


def token_life(client: ApiClient) -> timedelta:
    """How long a token lasts that is given out now: no longer than its client."""
    return min(timedelta(minutes=settings.ENVIRONMENT.token_minutes), client.expires_at - timezone.now())


def is_secret_of(client: ApiClient, secret: str) -> bool:
    """Whether a secret is the client's: the present one or, for a day after a change, the one before."""
    if opens(secret, client.secret_hash, FOR_SECRETS):
        return True
    is_old_good = client.previous_until is not None and client.previous_until > timezone.now()
    return is_old_good and client.previous_hash is not None and opens(secret, client.previous_hash, FOR_SECRETS)
