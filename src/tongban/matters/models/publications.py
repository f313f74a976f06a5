"""What somebody proposes to publish, and who confirmed it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongban.lib.models import House


class Publication(House):
    """A version of a service as proposed by one administrator, to be confirmed by another. One at a time for a service."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待确认"
        CONFIRMED = "confirmed", "已发布"
        WITHDRAWN = "withdrawn", "已撤回"

    code = models.CharField(max_length=40)
    content = models.JSONField()
    sources = models.JSONField()  # file name -> text, as written
    sha256 = models.CharField(max_length=64)
    base = models.ForeignKey(
        "matters.DefinitionVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # the newest version when it was proposed; what the second person is shown is compared with this one
    version = models.OneToOneField(
        "matters.DefinitionVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="publication"
    )  # what became of it
    in_flight = models.CharField(max_length=6)  # finish, move or ask: rules/publishing.py
    until = models.DateField(null=True, blank=True)  # last day for those still on an older version
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.CharField(max_length=120)
    proposed_by_id = models.UUIDField(null=True, blank=True)
    proposed_at = models.DateTimeField()
    settled_by = models.CharField(max_length=120, blank=True)
    settled_by_id = models.UUIDField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    enforced_at = models.DateTimeField(null=True, blank=True)  # when everybody had been moved after the last day

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=Q(state="proposed"), name="publication_one_proposal")
        ]
        indexes = [models.Index(fields=["code", "-proposed_at"], name="publication_of_service")]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"
