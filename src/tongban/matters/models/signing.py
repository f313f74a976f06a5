"""Somebody fills in, somebody else signs: rounds of asking for a signature."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongban.lib.fields import EncryptedTextField
from tongban.lib.models import House


class SignRequest(House):
    """Whoever filled an application in asks those who may sign; while one is open, the answers are locked.

    Purpose: showing later who filled in and who signed. Legal basis: 个人信息保护法 (2021-11-01) Art. 34. Retention: that
    of the case.
    """

    class State(models.TextChoices):
        OPEN = "open", "待签署"
        SIGNED = "signed", "已签署"
        SENT_BACK = "sent_back", "已退回"
        TAKEN_BACK = "taken_back", "已取回"
        LAPSED = "lapsed", "已失效"  # the case ended before anybody signed

    case = models.ForeignKey("matters.Case", db_index=False, on_delete=models.CASCADE, related_name="sign_requests")
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    asked_by = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    asked_name = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    note = EncryptedTextField()  # from whoever filled in to whoever signs
    settled_by = models.ForeignKey("parties.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    settled_name = models.CharField(max_length=120, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    remark = EncryptedTextField()  # what should be changed, when it was sent back

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="open"), name="sign_request_open_once"),
        ]
        indexes = [models.Index(fields=["case", "-asked_at"], name="sign_request_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"
