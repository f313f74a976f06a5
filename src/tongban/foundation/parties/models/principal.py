"""Principals that are not people: programs and devices."""

from __future__ import annotations

from django.db import models

from tongban.lib.models import House


class ApiClient(House):
    """A program of an organisation; its id and secret get it tokens that last an hour. Only hashes are kept.

    For a day after the secret was changed in good order the one before it still opens.
    """

    name = models.CharField(max_length=120)
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="api_clients")
    secret_hash = models.BinaryField(max_length=32)
    previous_hash = models.BinaryField(max_length=32, null=True, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    capabilities = models.JSONField(default=list)
    region_code = models.CharField(max_length=12, blank=True)
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class AccessToken(House):
    """A bearer token of an API client: what it may be used for, until when. Retention: a day after its end."""

    client = models.ForeignKey("parties.ApiClient", on_delete=models.CASCADE, related_name="access_tokens")
    token_hash = models.BinaryField(max_length=32, unique=True)
    scopes = models.JSONField(default=list)  # capabilities; what the client has lost since does not count
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.client_id} {self.pk}"


class Device(House):
    """A phone, screen or kiosk of a unit, enrolled with a short code and revocable."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=24)
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, related_name="devices")
    enrolment_hash = models.BinaryField(max_length=32, null=True, blank=True)
    enrolment_expires_at = models.DateTimeField(null=True, blank=True)
    token_prefix = models.CharField(max_length=12, unique=True, null=True, blank=True)
    token_hash = models.BinaryField(max_length=32, null=True, blank=True)
    enrolled_at = models.DateTimeField(null=True, blank=True)
    last_seen_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name
