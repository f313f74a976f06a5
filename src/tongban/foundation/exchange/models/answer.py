"""Answers of writing API calls, kept so that a repeat gets the same answer."""

from __future__ import annotations

from django.db import models

from tongban.lib.fields import EncryptedTextField
from tongban.lib.models import House


class StoredAnswer(House):
    """What one API call answered to one idempotency key. Retention: 48 hours.

    The row is written first and in the same transaction as the work: a concurrent repeat waits on it, and a refused
    call leaves none.
    """

    digest = models.BinaryField(max_length=32, unique=True)  # SHA-256 of principal, operation and key
    operation = models.CharField(max_length=200)  # method and path, for people
    body_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(default=0)  # 0 only while its transaction is under way
    headers = models.JSONField(default=dict)
    body = EncryptedTextField()
    is_base64 = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.operation
