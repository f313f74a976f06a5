"""What a case costs, and how it was paid."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongban.lib.fields import EncryptedTextField
from tongban.lib.models import House
from tongban.lib.words import T
from tongban.matters.rules.fees import Order


class Payment(House):
    """One fee of one case, from being asked for to its end; ``amount`` in fen, fixed when it was asked for.

    Purpose: collecting what the law lets the office charge. Legal basis: 行政许可法 (2019 revision) Art. 58-59. Retention: as
    the case.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待缴费"
        PAID = "paid", "已缴费"
        EXEMPT = "exempt", "已免缴"
        TO_REFUND = "to_refund", "待退费"
        REFUNDED = "refunded", "已退费"
        VOID = "void", "不用缴了"

    case = models.ForeignKey("matters.Case", db_index=False, on_delete=models.CASCADE, related_name="payments")
    code = models.CharField(max_length=40)  # of the fee in the definition
    title = models.JSONField()  # {zh, en}
    basis = models.JSONField()  # {zh, en}: the law that sets the amount
    amount = models.PositiveBigIntegerField()
    before = models.CharField(max_length=20)  # what it holds up: before_decision, before_certificate
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    order = models.CharField(max_length=40, unique=True)  # its number at the provider's
    region_code = models.CharField(max_length=12)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    provider = models.CharField(max_length=20, blank=True)  # who took it in: a provider's code, or window
    way = models.CharField(max_length=8, blank=True)  # cash, pos, online
    reference = models.CharField(max_length=80, blank=True)  # the payment at the provider's
    receipt_number = models.CharField(max_length=80, blank=True)  # 票据号
    paid_at = models.DateTimeField(null=True, blank=True)
    reason = EncryptedTextField(default="")  # why it was waived, is paid back or no longer due
    refund_reference = models.CharField(max_length=80, blank=True)
    refunded_at = models.DateTimeField(null=True, blank=True)
    by_name = models.CharField(max_length=120, blank=True)  # who recorded its newest step

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "code"], name="payment_once_per_fee"),
            models.UniqueConstraint(
                fields=["receipt_number"], condition=~Q(receipt_number=""), name="payment_receipt_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_of_something"),
            models.CheckConstraint(
                condition=~Q(state__in=("paid", "to_refund", "refunded")) | Q(paid_at__isnull=False),
                name="payment_paid_has_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state__in=("asked", "to_refund")), name="payment_desk"),
        ]

    def __str__(self) -> str:
        return self.order

    def as_order(self, back: str = "") -> Order:
        """What a provider is asked to collect."""
        return Order(self.order, self.amount, T.read(self.title), back)
