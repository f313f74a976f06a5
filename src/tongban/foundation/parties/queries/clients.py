"""Reads of API clients."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from tongban.foundation.parties.models import ApiClient


def clients_in_force() -> QuerySet[ApiClient]:
    """API clients that may call now; for actions and pages that ask for the right themselves."""
    found = ApiClient.objects.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())
    return found.select_related("organisation").order_by("name")


def client_in_force(client_id: UUID) -> ApiClient | None:
    """One API client, while it may call."""
    return clients_in_force().filter(pk=client_id).first()
