"""Cases that are over for good (归档)."""

from __future__ import annotations

from django.db import models

from tongban.lib.fields import EncryptedTextField
from tongban.lib.models import House


class Archive(House):
    """A case was archived: the list of everything that belongs to it, and its digest, by which any copy is checked.

    Purpose: the record of what was decided (机关档案管理规定, 国家档案局令第13号, 2019-01-01). Retention: as the case, which keeps
    what the digest is of.
    """

    append_only = True
    erasable = True

    case = models.OneToOneField("matters.Case", on_delete=models.CASCADE, related_name="archive")
    region_code = models.CharField(max_length=12)
    archived_at = models.DateTimeField()
    after = models.CharField(max_length=12)  # rated, unrated, withdrawn: what was waited for
    digest = models.CharField(max_length=64)  # SHA-256 of the manifest
    parts = models.PositiveIntegerField()
    manifest = EncryptedTextField()  # what the digest is of; file names may be personal

    class Meta:
        indexes = [models.Index(fields=["-archived_at"], name="archive_newest")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.digest[:8]}"
