"""The papers of a case, and how its decision reached the applicant."""

from __future__ import annotations

from django.db import models

from tongban.lib.fields import EncryptedTextField
from tongban.lib.models import House


class Paper(House):
    """A statutory notice or the certificate as PDF: one for each event that owes one, made once, sealed, kept by documents."""

    case = models.ForeignKey("matters.Case", db_index=False, on_delete=models.CASCADE, related_name="papers")
    event = models.OneToOneField("matters.CaseEvent", on_delete=models.CASCADE, related_name="paper")
    kind = models.CharField(max_length=16)  # a code of rules/papers.py
    number = models.CharField(max_length=40, unique=True)
    document_id = models.UUIDField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["case"], name="paper_of_case")]

    def __str__(self) -> str:
        return self.number


class Delivery(House):
    """How a decision reached the applicant (送达): opened on screen, handed over, or by post; with its proof.

    Purpose: proof of service. Legal basis: 行政许可法 (2019 revision) Art. 44. Retention: as the case.
    """

    class Way(models.TextChoices):
        ELECTRONIC = "electronic", "电子送达"
        WINDOW = "window", "窗口领取"
        POST = "post", "邮寄送达"

    case = models.OneToOneField("matters.Case", on_delete=models.CASCADE, related_name="delivery")
    way = models.CharField(max_length=12, choices=Way.choices)
    carrier = models.CharField(max_length=60, blank=True)
    tracking = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)  # handed to the post
    receiver = EncryptedTextField(default="")  # who took it
    evidence = EncryptedTextField(default="")  # how we know: what was shown, signed, or opened
    delivered_at = models.DateTimeField(null=True, blank=True)
    by_name = models.CharField(max_length=120)  # who recorded it

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(delivered_at__isnull=False) | models.Q(way="post", sent_at__isnull=False),
                name="delivery_under_way_only_by_post",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.way}"
