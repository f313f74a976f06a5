"""A staff list between its trial run and its confirmation."""

from __future__ import annotations

from django.db import models

from tongban.lib.fields import EncryptedJSONField
from tongban.lib.models import House


class StaffImport(House):
    """Rows of an uploaded staff list that passed the trial run. Emptied when confirmed, deleted after a day."""

    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=200)
    rows = EncryptedJSONField(default=list)
    row_count = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.filename
