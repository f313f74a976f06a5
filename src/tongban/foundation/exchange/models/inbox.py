"""What other systems tell us."""

from __future__ import annotations

from django.db import models

from tongban.lib.fields import EncryptedJSONField, EncryptedTextField
from tongban.lib.models import House


class Sender(House):
    """A system whose signed events we take; ``source`` is the CloudEvents source it must name."""

    client = models.ForeignKey("parties.ApiClient", on_delete=models.PROTECT, related_name="senders")
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=200, unique=True)
    secret = EncryptedTextField()
    previous_secret = EncryptedTextField()
    previous_until = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.name


class InboxMessage(House):
    """An event that arrived, handled exactly once in the transaction that wrote this row. Retention: 90 days."""

    sender = models.ForeignKey("exchange.Sender", on_delete=models.PROTECT, related_name="messages")
    source = models.CharField(max_length=200)
    message_id = models.CharField(max_length=200)
    type = models.CharField(max_length=200)
    subject = models.CharField(max_length=200, blank=True)
    body_hash = models.BinaryField(max_length=32)
    data = EncryptedJSONField()
    handled_by = models.PositiveSmallIntegerField(default=0)  # how many apps took it; 0: nobody knew the type
    received_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "message_id"], name="inbox_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.message_id}"
