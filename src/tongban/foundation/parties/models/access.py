"""Who looked at whom."""

from __future__ import annotations

from django.db import models

from tongban.lib.models import House


class Look(House):
    """Somebody opened a person's record; the person sees this row. Retention: 3 years, then erased by schedule."""

    append_only = True
    erasable = True

    person = models.ForeignKey("parties.Person", on_delete=models.CASCADE, related_name="looks")
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
