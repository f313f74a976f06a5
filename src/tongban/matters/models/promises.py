"""What an applicant promised instead of handing it in or proving it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongban.lib.models import House


class Promise(House):
    """One promise of one case: a material to hand in later (容缺), or a condition met without proof (告知承诺).

    Purpose: holding people to what they promised. Legal basis: 优化营商环境条例 (国务院令第722号, 2020-01-01) Art. 19, 40.
    Retention: as the case.
    """

    class State(models.TextChoices):
        OPEN = "open", "待兑现"
        KEPT = "kept", "已兑现"
        BROKEN = "broken", "未兑现"
        VOID = "void", "不再需要"

    case = models.ForeignKey("matters.Case", db_index=False, on_delete=models.CASCADE, related_name="promises")
    kind = models.CharField(max_length=10)  # material, condition
    element = models.CharField(max_length=60)  # the material's file question, or the condition's promise
    title = models.JSONField()  # {zh, en}: what is owed
    text = models.JSONField()  # {zh, en}: what was shown and promised, to the letter
    sha256 = models.CharField(max_length=64)  # of the text
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, related_name="+")  # who sees to it
    region_code = models.CharField(max_length=12)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    due_on = models.DateField(null=True, blank=True)  # to hand it in, or to look after it; none until it is counted
    reminded_at = models.DateTimeField(null=True, blank=True)
    overdue_told_at = models.DateTimeField(null=True, blank=True)  # its unit was told that it is overdue
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=120, blank=True)
    barred_until = models.DateField(null=True, blank=True)  # of a broken one: no further promise until then

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "element"], name="promise_once_per_element"),
            models.CheckConstraint(
                condition=~Q(state="broken") | Q(barred_until__isnull=False), name="promise_broken_bars"
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "due_on"], condition=Q(state="open"), name="promise_desk"),
            models.Index(fields=["barred_until"], condition=Q(state="broken"), name="promise_bars"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.element}"
