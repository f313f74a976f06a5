"""Who looked at whom, and what people want corrected."""

from __future__ import annotations

from django.db import models

from tongban.lib.fields import EncryptedTextField
from tongban.lib.models import House


class Look(House):
    """Somebody opened a person's record; the person sees this row. Retention: 3 years, then erased by schedule."""

    append_only = True
    erasable = True

    person = models.ForeignKey("parties.Person", db_index=False, on_delete=models.CASCADE, related_name="looks")
    at = models.DateTimeField(auto_now_add=True)
    actor_kind = models.CharField(max_length=12)
    actor_name = models.CharField(max_length=120)
    unit_name = models.CharField(max_length=200, blank=True)
    what = models.CharField(max_length=60)  # the page or list, e.g. "matters.case"
    reason = models.CharField(max_length=200)
    case_number = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-at"], name="look_person_at")]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.what}"


class ListLook(House):
    """Somebody saw a masked list of people: the filter and how many rows, not who. Retention: 3 years."""

    append_only = True
    erasable = True

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor_kind = models.CharField(max_length=12)
    actor_name = models.CharField(max_length=120)
    unit_name = models.CharField(max_length=200, blank=True)
    what = models.CharField(max_length=60)
    criteria = models.CharField(max_length=200, blank=True)
    row_count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.actor_name} {self.what} {self.row_count}"


class Correction(House):
    """A person asks to have a verified fact corrected; a clerk settles it. Retention: 3 years after settling.

    Legal basis: 个人信息保护法 (2021-11-01) Art. 46.
    """

    person = models.ForeignKey("parties.Person", on_delete=models.CASCADE, related_name="corrections")
    fact = models.CharField(max_length=24)  # name, document_number or address
    stated = EncryptedTextField()
    reason = models.CharField(max_length=200)
    asked_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=120, blank=True)
    is_accepted = models.BooleanField(null=True)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "fact"], condition=models.Q(settled_at__isnull=True), name="correction_open_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.fact}"
