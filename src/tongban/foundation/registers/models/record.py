"""What the registers of other authorities say of companies and people."""

from __future__ import annotations

from django.db import models

from tongban.lib.fields import BlindIndexField, EncryptedTextField
from tongban.lib.identifiers import document_key
from tongban.lib.models import House
from tongban.lib.named import Named


class CompanyRecord(Named, House):
    """A market entity as its registering authority lists it. Purpose and retention: ``rules.catalogue.COMPANIES``."""

    is_personal_name = False

    class Standing(models.TextChoices):
        IN_BUSINESS = "in_business", "存续"
        REVOKED = "revoked", "吊销"
        CANCELLED = "cancelled", "注销"

    uscc = models.CharField(max_length=18, unique=True)
    kind = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=200, blank=True)
    industry = models.CharField(max_length=80, blank=True)
    business_scope = models.TextField(blank=True)
    legal_representative = models.CharField(max_length=120, blank=True)
    registered_on = models.DateField(null=True, blank=True)
    capital_fen = models.BigIntegerField(null=True, blank=True)
    standing = models.CharField(max_length=12, choices=Standing.choices, default=Standing.IN_BUSINESS)
    region_code = models.CharField(max_length=12, blank=True, db_collation="C", db_index=True)
    source = models.CharField(max_length=200)
    refreshed_at = models.DateTimeField(db_index=True)
    is_sample = models.BooleanField(default=False)

    class Meta(Named.Meta):
        pass

    def __str__(self) -> str:
        return self.name

    @property
    def capital_yuan(self) -> int | None:
        """The registered capital in full yuan, as forms ask for it."""
        return None if self.capital_fen is None else self.capital_fen // 100


class PersonRecord(Named, House):
    """A person as the population register lists them. Purpose and retention: ``rules.catalogue.POPULATION``.

    Not linked to a ``Person`` of parties but matched by document: most people listed never deal with an office.
    """

    document_type = models.CharField(max_length=24, default="resident_id")
    document_number = EncryptedTextField()
    document_index = BlindIndexField(kind="document", source="document_key", unique=True)
    sex = models.CharField(max_length=1, blank=True)  # 1 male, 2 female (GB/T 2261.1-2003)
    birth_date = EncryptedTextField()
    ethnicity = models.CharField(max_length=20, blank=True)  # GB/T 3304-1991
    registered_region = models.CharField(max_length=12, blank=True, db_collation="C", db_index=True)
    registered_address = EncryptedTextField()
    source = models.CharField(max_length=200)
    refreshed_at = models.DateTimeField(db_index=True)
    is_sample = models.BooleanField(default=False)

    class Meta(Named.Meta):
        pass

    def __str__(self) -> str:
        return self.name

    @property
    def document_key(self) -> str:
        """What the document's blind index is made of; the same as in parties, so that one finds the other."""
        return document_key(self.document_type, self.document_number)
