"""Principals that are not people: programs and devices."""

from __future__ import annotations

from django.db import models

from tongban.lib.models import House


class ApiClient(House):
    """A program of an organisation that calls the API with a bearer token; only the token's hash is kept."""

    name = models.CharField(max_length=120)
    organisation = models.ForeignKey("parties.Organisation", on_delete=models.PROTECT, related_name="api_clients")
    token_prefix = models.CharField(max_length=12, unique=True)
    token_hash = models.BinaryField(max_length=32)
    capabilities = models.JSONField(default=list)
    region_code = models.CharField(max_length=12, blank=True)
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


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
