"""Log-ins. A log-in is not a person: a person may have none, and staff may share none."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from tongban.lib.fields import BlindIndexField, EncryptedTextField
from tongban.lib.models import House


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by their log-in name."""

    def get_by_natural_key(self, username: str | None) -> Account:
        """The account with this log-in name, whatever its case."""
        return self.get(username=(username or "").lower())


class Account(AbstractBaseUser, House):
    """A log-in: by name and password, by phone code, by passkey or through a provider."""

    username = models.CharField(max_length=64, unique=True)
    phone = EncryptedTextField()
    phone_index = BlindIndexField(kind="phone", source="phone", unique=True)
    phone_verified_at = models.DateTimeField(null=True, blank=True)
    email = EncryptedTextField()
    person = models.OneToOneField("parties.Person", null=True, on_delete=models.SET_NULL, related_name="account")
    language = models.CharField(max_length=8, default="zh-hans")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = AccountManager()

    def __str__(self) -> str:
        return self.username


class CacheEntry(models.Model):
    """What Django's database cache keeps: rate limits and half-finished log-ins, per jurisdiction."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "cache_entry"

    def __str__(self) -> str:
        return self.cache_key
