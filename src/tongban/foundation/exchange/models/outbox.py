"""What other systems are told: events, who wants them, and how each delivery went."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tongban.lib.fields import EncryptedTextField
from tongban.lib.models import House


class OutboxMessage(House):
    """One event (CloudEvents 1.0), written in the transaction of the business it tells of.

    ``data`` holds ids and public facts only. Retention: 30 days after the last delivery; dead ones 180 days.
    """

    type = models.CharField(max_length=80)
    source = models.CharField(max_length=80)
    subject = models.CharField(max_length=120)
    region_code = models.CharField(max_length=12, blank=True)
    time = models.DateTimeField(default=timezone.now)
    data = models.JSONField(default=dict)
    caused_by = models.CharField(max_length=120, blank=True)
    fanned_out_at = models.DateTimeField(null=True, blank=True)
    only_for = models.ForeignKey(
        "exchange.Subscription", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )  # a test event is meant for one subscription

    class Meta:
        indexes = [
            models.Index(fields=["time"], name="outbox_waiting", condition=Q(fanned_out_at__isnull=True)),
            models.Index(fields=["subject"], name="outbox_subject"),
            models.Index(fields=["-time"], name="outbox_time"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class Subscription(House):
    """An API client wants events of some types at an address of its own."""

    class State(models.TextChoices):
        ACTIVE = "active", "启用"
        PAUSED = "paused", "暂停"
        REMOVED = "removed", "已删除"

    client = models.ForeignKey(
        "parties.ApiClient", db_index=False, on_delete=models.PROTECT, related_name="subscriptions"
    )
    name = models.CharField(max_length=120)
    endpoint = models.CharField(max_length=500)
    types = models.JSONField(default=list)  # empty: every type the client may see
    secret = EncryptedTextField()
    previous_secret = EncryptedTextField()
    previous_until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    paused_because = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["client", "state"], name="subscription_client")]

    def __str__(self) -> str:
        return self.name


class Delivery(House):
    """One event on its way to one subscription: at least once, in no promised order."""

    class State(models.TextChoices):
        PENDING = "pending", "待投递"
        DELIVERED = "delivered", "已投递"
        DEAD = "dead", "死信"

    message = models.ForeignKey(
        "exchange.OutboxMessage", db_index=False, on_delete=models.CASCADE, related_name="deliveries"
    )
    subscription = models.ForeignKey("exchange.Subscription", on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)  # HTTP status of the last answer
    last_error = models.CharField(max_length=40, blank=True)
    last_detail = models.CharField(max_length=300, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "subscription"], name="delivery_once")]
        indexes = [
            models.Index(fields=["next_attempt_at"], name="delivery_due", condition=Q(state="pending")),
            models.Index(fields=["state", "-created_at"], name="delivery_state"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} -> {self.subscription_id}"
