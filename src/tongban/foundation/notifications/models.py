"""Messages to people."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tongban.lib.fields import BlindIndexField, EncryptedTextField
from tongban.lib.models import House


class Message(House):
    """One message to one recipient through one channel.

    Purpose: telling people what concerns them. Legal basis: 个人信息保护法 (2021-11-01) Art. 13(3). Retention: the
    template's; a body that holds a secret is emptied as soon as it is sent.
    """

    class Channel(models.TextChoices):
        SMS = "sms", "短信"
        EMAIL = "email", "电子邮件"
        IN_APP = "in_app", "站内消息"

    class State(models.TextChoices):
        QUEUED = "queued", "待发送"
        SENT = "sent", "已发送"
        FAILED = "failed", "未送达"
        READ = "read", "已读"

    person = models.ForeignKey(
        "parties.Person", null=True, blank=True, on_delete=models.CASCADE, related_name="messages"
    )
    channel = models.CharField(max_length=8, choices=Channel.choices)
    template = models.CharField(max_length=80)
    language = models.CharField(max_length=8)
    address = EncryptedTextField()  # E.164 number or e-mail address; empty for in-app messages
    address_index = BlindIndexField(kind="address", source="address")
    subject = models.CharField(max_length=200, blank=True)
    body = EncryptedTextField()
    link = models.CharField(max_length=200, blank=True)  # a path of this site
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    sent_through = models.CharField(max_length=8, blank=True)  # gateway, smtp, demo or here
    error_code = models.CharField(max_length=40, blank=True)
    error_detail = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    erase_after = models.DateTimeField()
    caused_by = models.CharField(max_length=120, blank=True)
    retried_by = models.CharField(max_length=120, blank=True)
    retry_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-created_at"], name="message_inbox", condition=Q(channel="in_app")),
            models.Index(fields=["next_attempt_at"], name="message_due", condition=Q(state="queued")),
            models.Index(fields=["state", "-created_at"], name="message_state"),
            models.Index(fields=["erase_after"], name="message_erase"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.template}"
