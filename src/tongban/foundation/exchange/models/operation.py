"""What operators did by hand."""

from __future__ import annotations

from django.db import models

from tongban.lib.models import House


class OperatorAct(House):
    """Somebody intervened: replayed a delivery, retried a job, changed a subscription. Retention: 3 years."""

    append_only = True
    erasable = True

    at = models.DateTimeField(auto_now_add=True)
    what = models.CharField(max_length=40)
    target = models.CharField(max_length=80, db_index=True)  # id of the delivery, job, subscription or sender
    reason = models.CharField(max_length=200, blank=True)
    by_name = models.CharField(max_length=120)
    by_kind = models.CharField(max_length=12)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="operator_act_at")]

    def __str__(self) -> str:
        return f"{self.what} {self.target}"
