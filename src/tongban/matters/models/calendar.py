"""Days that differ from the published calendar."""

from __future__ import annotations

from django.db import models

from tongban.lib.models import House


class DayOverride(House):
    """A day that differs from the published calendar: a make-up day, a day lost to a flood, a newly announced holiday."""

    day = models.DateField(unique=True)
    is_working = models.BooleanField()
    reason = models.JSONField()  # {zh, en}, shown to whoever asks why a day is due
    source = models.CharField(max_length=200)  # the notice: 国办发明电〔2026〕… or the local one
    completes_year = models.PositiveSmallIntegerField(null=True, blank=True)  # its notice is entered completely now
    set_by = models.CharField(max_length=120)
    set_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.day} {'+' if self.is_working else '-'}"
