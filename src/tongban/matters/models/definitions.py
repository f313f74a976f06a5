"""Services as published."""

from __future__ import annotations

from django.db import models

from tongban.lib.models import House
from tongban.lib.named import Named
from tongban.lib.words import T


class Theme(House):
    """A group of services on the portal; a special column is pinned and may have a first and a last day."""

    code = models.CharField(max_length=40, unique=True)
    title = models.JSONField()  # {zh, en}
    about = models.JSONField()
    icon = models.CharField(max_length=40)
    position = models.IntegerField(default=100)
    is_pinned = models.BooleanField(default=False)
    opens = models.DateField(null=True, blank=True)
    closes = models.DateField(null=True, blank=True)  # last day
    is_sample = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.code


class Definition(Named, House):
    """A service; what it says stands in its versions. ``name`` is the Chinese name of the newest version."""

    is_personal_name = False

    code = models.CharField(max_length=40, unique=True)
    name_en = models.CharField(max_length=200)
    theme_code = models.CharField(max_length=40, db_index=True)
    version = models.ForeignKey(
        "matters.DefinitionVersion", null=True, on_delete=models.PROTECT, related_name="+"
    )  # the one new cases use
    is_open = models.BooleanField(default=True)

    class Meta(Named.Meta):
        pass

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> T:
        """The name in both languages."""
        return T(self.name, self.name_en)


class DefinitionVersion(House):
    """One published edition of a service: numbered, never changed; a case keeps the one it began with."""

    append_only = True

    definition = models.ForeignKey(
        "matters.Definition", db_index=False, on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64, db_index=True)
    published_at = models.DateTimeField(auto_now_add=True)
    published_by = models.CharField(max_length=120)
    proposed_by = models.CharField(max_length=120, blank=True)  # empty: published at once, by the machine
    in_flight = models.CharField(max_length=6, blank=True)  # what became of open cases: rules/publishing.py
    until = models.DateField(null=True, blank=True)
    sources = models.JSONField(default=dict)  # file name -> text, as written

    class Meta:
        constraints = [models.UniqueConstraint(fields=["definition", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.definition_id} v{self.number}"
