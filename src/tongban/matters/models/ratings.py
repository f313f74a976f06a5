"""What applicants think of how their case was handled, and what the office did about it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongban.lib.fields import EncryptedTextField
from tongban.lib.models import House


class Rating(House):
    """One rating of one case (好差评, 国办发〔2019〕51号), given by the applicant and by nobody and nothing else.

    Purpose: supervision of the office. Legal basis: 优化营商环境条例 (国务院令第722号, 2020-01-01) Art. 36. Retention: as the case.
    """

    class Follow(models.TextChoices):
        NONE = "none", "无须整改"
        OPEN = "open", "待核实整改"
        ANSWERED = "answered", "已反馈，待回访"
        APPEALED = "appealed", "申诉中"
        SETTLED = "settled", "已办结"

    case = models.OneToOneField("matters.Case", on_delete=models.CASCADE, related_name="rating")
    definition = models.ForeignKey(
        "matters.Definition", db_index=False, on_delete=models.PROTECT, related_name="ratings"
    )
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, related_name="ratings")  # who handled it
    region_code = models.CharField(max_length=12)
    channel = models.CharField(max_length=8)  # of the case
    rated_through = models.CharField(max_length=8)  # of the rating
    level = models.PositiveSmallIntegerField()  # 5 very satisfied … 1 very dissatisfied
    reasons = models.JSONField(default=list)  # codes of rules/ratings.py
    text = EncryptedTextField()
    by_person_id = models.UUIDField(null=True, blank=True)
    rated_at = models.DateTimeField()
    is_excluded = models.BooleanField(
        default=False
    )  # found mistaken or malicious; it stays visible and counted as such
    follow = models.CharField(max_length=10, choices=Follow.choices, default=Follow.NONE)
    follow_due_on = models.DateField(null=True, blank=True)
    is_confirmed = models.BooleanField(null=True)  # whether the office found it true
    measure = models.CharField(max_length=10, blank=True)  # fixed, planned, explained
    measure_by = models.DateField(null=True, blank=True)  # until when what is planned is done
    answer = EncryptedTextField()  # what the office told the applicant
    answered_by = models.CharField(max_length=120, blank=True)
    answered_by_person_id = models.UUIDField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    appeal = EncryptedTextField()  # why the office holds the rating to be mistaken or malicious
    appeal_answer = EncryptedTextField()
    called_back_at = models.DateTimeField(null=True, blank=True)
    called_back_by = models.CharField(max_length=120, blank=True)
    callback = EncryptedTextField()
    is_content = models.BooleanField(null=True)  # whether the applicant is content now
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="rating_of_five"),
            models.CheckConstraint(
                condition=Q(follow__in=("none", "settled")) | Q(follow_due_on__isnull=False),
                name="rating_follow_up_has_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["definition", "rated_at"], name="rating_of_service"),
            models.Index(
                fields=["unit", "follow_due_on"], condition=~Q(follow__in=("none", "settled")), name="rating_desk"
            ),
            models.Index(fields=["follow", "follow_due_on"], condition=Q(follow="appealed"), name="rating_appeals"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.level}"
