"""What is opened only by two people together: who was where with a sick person, what a court asks for."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tongban.lib.fields import EncryptedJSONField
from tongban.lib.models import House


class Disclosure(House):
    """A stated order to open sealed records about one person: asked by one, opened by another, seen by the places concerned.

    Legal basis: the order named in ``basis``. Readable for seven days after it was opened. Retention: 3 years.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待第二人批准"
        OPENED = "opened", "已调取"
        DECLINED = "declined", "未批准"

    purpose = models.CharField(max_length=40)  # e.g. "contacts"
    subject = EncryptedJSONField(default=dict)  # name, document_type, document_number, phone
    since = models.DateTimeField()
    until = models.DateTimeField()
    basis = models.CharField(max_length=200)  # number of the order
    reason = models.CharField(max_length=200)
    region_code = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey("parties.Person", on_delete=models.PROTECT, related_name="+")
    asked_name = models.CharField(max_length=120)
    asked_at = models.DateTimeField(auto_now_add=True)
    settled_by = models.ForeignKey("parties.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    settled_name = models.CharField(max_length=120, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    places = models.JSONField(default=list)  # what was opened: "halls.hall/<id>", for each place to see
    reads = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="disclosure_period"),
            models.CheckConstraint(
                condition=Q(settled_by__isnull=True) | ~Q(settled_by=F("asked_by")), name="disclosure_two_people"
            ),
        ]
        indexes = [models.Index(fields=["-asked_at"], name="disclosure_asked")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.state}"
