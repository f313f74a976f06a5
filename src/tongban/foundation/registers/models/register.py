"""How each register stands, and lists on their way into one."""

from __future__ import annotations

from django.db import models

from tongban.lib.fields import EncryptedJSONField, EncryptedTextField
from tongban.lib.models import House


class Register(House):
    """How a register stands here: where its contents come from, how fresh they are, whether it may be asked.

    ``switched_off_at`` is an operator's word, ``failing_since`` that of a connected source that does not answer.
    """

    code = models.CharField(max_length=24, unique=True)  # rules.catalogue.REGISTERS
    source = models.CharField(max_length=200, blank=True)
    refreshed_at = models.DateTimeField(null=True, blank=True)
    is_sample = models.BooleanField(default=False)
    endpoint = models.CharField(max_length=300, blank=True)  # of a source asked live; "" when a list is kept here
    token = EncryptedTextField()
    switched_off_at = models.DateTimeField(null=True, blank=True)
    switched_off_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=200, blank=True)
    ask_again_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.code


class RegisterImport(House):
    """Rows of an uploaded list that passed the trial run. Emptied when confirmed, deleted after a day."""

    register_code = models.CharField(max_length=24)
    account = models.ForeignKey("parties.Account", on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=200)
    source = models.CharField(max_length=200)
    refreshed_at = models.DateTimeField()
    rows = EncryptedJSONField(default=list)
    row_count = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.filename
