"""Who handles a case inside an office, and how it came in at a window."""

from __future__ import annotations

from django.db import models

from tongban.lib.fields import EncryptedTextField
from tongban.lib.models import House


class Assignment(House):
    """Who of a unit has a case in hand (承办人). It orders work among colleagues and takes no right from anybody."""

    case = models.ForeignKey("matters.Case", db_index=False, on_delete=models.CASCADE, related_name="assignments")
    unit = models.ForeignKey("parties.Unit", db_index=False, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="assignments")
    name = models.CharField(max_length=120)
    by_name = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "unit"], name="assignment_once_per_unit")]
        indexes = [models.Index(fields=["unit", "person"], name="assignment_workload")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.name}"


class Intake(House):
    """A case taken in at a window: whom the clerk saw, what was shown, who holds it, how the applicant confirmed it.

    Purpose: showing later that the applicant, and not the office, applied. Legal basis: 个人信息保护法 (2021-11-01)
    Art. 34. Retention: that of the case.
    """

    class Confirmed(models.TextChoices):
        PAPER = "paper", "纸面签字"
        CODE = "code", "短信验证码"

    case = models.OneToOneField("matters.Case", on_delete=models.CASCADE, related_name="intake")
    visitor = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="intakes")
    capacity = models.CharField(max_length=24)  # self, legal_representative, mandate
    evidence = EncryptedTextField()  # which papers the clerk saw
    seen_at = models.DateTimeField()
    seen_by = models.CharField(max_length=120)
    seen_by_person_id = models.UUIDField()
    unit = models.ForeignKey("parties.Unit", on_delete=models.PROTECT, related_name="intakes")
    holder = models.ForeignKey("parties.Person", db_index=False, on_delete=models.PROTECT, related_name="intakes_held")
    holder_name = models.CharField(max_length=120)
    confirmed_how = models.CharField(max_length=8, blank=True, choices=Confirmed.choices)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    page_id = models.UUIDField(null=True, blank=True)  # the document that shows the signed page
    mandate_page_id = models.UUIDField(null=True, blank=True)  # the document that shows the mandate in writing
    confirmed_hash = models.CharField(max_length=64, blank=True)  # of the answers the applicant agreed to
    code_hash = models.CharField(max_length=64, blank=True)
    code_for = models.CharField(max_length=64, blank=True)  # of the answers the code was sent for
    code_until = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["holder", "-seen_at"], name="intake_of_holder")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.seen_by}"
