"""Natural persons."""

from __future__ import annotations

from django.db import models

from tongban.lib.fields import BlindIndexField, EncryptedTextField
from tongban.lib.identifiers import document_key
from tongban.lib.models import House
from tongban.lib.named import Named
from tongban.lib.phones import phone_tail_key


class Person(Named, House):
    """A natural person as known here; where each fact comes from is kept beside it.

    Purpose: identifying who applies, decides or is concerned. Legal basis: 个人信息保护法 (2021-11-01) Art. 13(3),
    34. Retention: while an account, a membership, a case or another row needs the person, at least a year.
    """

    class Assurance(models.IntegerChoices):
        PHONE = 1, "手机号"
        STATED = 2, "本人填写"
        MATCHED = 3, "与登记核对一致"
        VERIFIED = 4, "实人实名实证"
        COUNTER = 5, "窗口核验"

    document_type = models.CharField(max_length=24, blank=True)
    document_number = EncryptedTextField()
    document_index = BlindIndexField(kind="document", source="document_key", unique=True)
    birth_date = EncryptedTextField()
    sex = models.CharField(max_length=1, blank=True)  # 1 male, 2 female (GB/T 2261.1-2003)
    phone = EncryptedTextField()
    phone_index = BlindIndexField(kind="phone", source="phone")
    phone_tail_index = BlindIndexField(kind="phone_tail", source="phone_tail_key")
    address = EncryptedTextField()
    region_code = models.CharField(max_length=12, blank=True)
    assurance = models.PositiveSmallIntegerField(choices=Assurance.choices, default=Assurance.STATED)
    source = models.CharField(max_length=40, default="self")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    is_sample = models.BooleanField(default=False)

    class Meta(Named.Meta):
        pass

    def __str__(self) -> str:
        return self.name

    @property
    def document_key(self) -> str:
        """What the document's blind index is made of."""
        return document_key(self.document_type, self.document_number)

    @property
    def phone_tail_key(self) -> str:
        """What the index of the phone's last four digits is made of."""
        return phone_tail_key(self.phone, self.region_code)
