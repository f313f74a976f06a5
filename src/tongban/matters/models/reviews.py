"""What departments say of a case, what is decided, and what the applicant gets."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongban.lib.fields import EncryptedTextField
from tongban.lib.models import House


class Review(House):
    """One department's opinion on a case, named and dated; all are opened at the same moment."""

    class State(models.TextChoices):
        OPEN = "open", "审查中"
        APPROVED = "approved", "同意"
        OBJECTED = "objected", "不同意"
        CORRECTION = "correction", "需补正"
        NOT_NEEDED = "not_needed", "未及发表"

    case = models.ForeignKey("matters.Case", db_index=False, on_delete=models.CASCADE, related_name="reviews")
    unit = models.ForeignKey("parties.Unit", db_index=False, on_delete=models.PROTECT, related_name="reviews")
    unit_code = models.CharField(max_length=40)
    region_code = models.CharField(max_length=12)  # of the case, which never changes: desks ask by it
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    round = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField()
    due_on = models.DateField()
    warn_on = models.DateField(null=True, blank=True)  # from this day on it is yellow
    text = EncryptedTextField()
    by_name = models.CharField(max_length=120, blank=True)
    by_person_id = models.UUIDField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    seen_hash = models.CharField(max_length=64, blank=True)  # of the answers the opinion was given on
    shown_hash = models.CharField(max_length=64, blank=True)  # of all the reviewer was shown

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "unit_code"], name="review_once_per_unit")]
        indexes = [models.Index(fields=["unit", "due_on", "region_code", "case"], condition=Q(state="open"), name="review_open_desk"),
                   models.Index(fields=["unit", "-opened_at"], name="review_desk")]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.case_id} {self.unit_code}"


class SpecialProcedure(House):
    """A hearing, an expert review …: while it lasts the clock stands still (行政许可法 Art. 45). One at a time."""

    case = models.ForeignKey("matters.Case", db_index=False, on_delete=models.CASCADE, related_name="procedures")
    kind = models.CharField(max_length=16)
    reason = EncryptedTextField()
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    began_at = models.DateTimeField()
    expected_by = models.DateField()  # told to the applicant in writing
    ended_at = models.DateTimeField(null=True, blank=True)
    result = EncryptedTextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_at__isnull=True), name="procedure_one_at_a_time")
        ]
        indexes = [models.Index(fields=["case", "began_at"], name="procedure_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class Decision(House):
    """The reasoned end of a case: one, never changed."""

    append_only = True
    erasable = True

    case = models.OneToOneField("matters.Case", on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=8)  # granted, filed, refused
    reason = EncryptedTextField()
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    by_person_id = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField()
    is_late = models.BooleanField(default=False)  # after the promised day
    seen_hash = models.CharField(max_length=64)  # of the answers decided on
    shown_hash = models.CharField(max_length=64, blank=True)  # of all the decider was shown
    opinions_hash = models.CharField(max_length=64)  # of the opinions decided on

    def __str__(self) -> str:
        return f"{self.case_id} {self.outcome}"


class Certificate(House):
    """What a granted case gives: printed facts, and the credential that makes them verifiable."""

    case = models.OneToOneField("matters.Case", on_delete=models.PROTECT, related_name="certificate")
    credential = models.ForeignKey("credentials.Credential", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=32, unique=True)
    content = models.JSONField()  # title, statement, lines, conditions, office: as printed, public by definition
    issued_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number
