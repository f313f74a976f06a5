"""Whoever collects fees online: one class per provider; docs/payments.md says what it must do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol, cast
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.module_loading import import_string

from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.matters.rules.fees import Notified, Order, forged


class Provider(Protocol):
    """Collects an order and tells us; every answer may come twice, late, or be forged."""

    code: str
    title: T

    def pay_address(self, order: Order) -> str:
        """Where the payer is sent; nothing has happened by that."""

    def read_notification(self, headers: Mapping[str, str], body: bytes) -> Notified:
        """What a notification says, its signature checked; Refusal("forged_notification") otherwise."""

    def refund(self, order: Order, reference: str) -> str:
        """Pay an order back and give the refund's reference; called again it pays nothing twice."""


def online_provider() -> Provider | None:
    """Who collects online here: the one set, in a demo the test provider, else nobody (fees are paid at a window)."""
    environment = settings.ENVIRONMENT
    if environment.payment_provider:
        return cast("Provider", import_string(environment.payment_provider)(environment.payment_config))
    return TestProvider() if settings.DEMO else None


def provider_named(code: str) -> Provider:
    """The provider with this code; not found when it is not the one at work here."""
    found = online_provider()
    if found is None or found.code != code:
        raise not_found(T("这家支付机构", "This provider"))
    return found


SIGNATURE = "X-Signature"


class TestProvider:
    """A cashier for demos: a page of its own, signed notifications, no money."""

    __test__ = False  # a product's class, whatever a test runner makes of its name
    code, title = "test", T("演练收银台（不收真钱）", "Test cashier (no real money)")

    def pay_address(self, order: Order) -> str:
        said = {"order": order.number, "amount": str(order.amount), "title": order.title.zh, "back": order.back}
        return f"{reverse('matters:cashier')}?{urlencode(said | {'sign': self.sign(_canonical(said))})}"

    def asked(self, said: Mapping[str, str]) -> Order:
        """The order the cashier's page was opened with; refused when its address was changed."""
        known = {name: said.get(name, "") for name in ("order", "amount", "title", "back")}
        if not constant_time_compare(said.get("sign", ""), self.sign(_canonical(known))):
            raise forged()
        return Order(known["order"], int(known["amount"]), T(known["title"], known["title"]), known["back"])

    def notification(self, order: Order, *, is_paid: bool) -> tuple[dict[str, str], bytes]:
        """Headers and body as this provider sends them."""
        said = {"order": order.number, "amount": order.amount, "is_paid": is_paid, "reference": f"TEST-{order.number}"}
        body = _canonical(said)
        return {SIGNATURE: self.sign(body)}, body

    def read_notification(self, headers: Mapping[str, str], body: bytes) -> Notified:
        if not constant_time_compare(headers.get(SIGNATURE, ""), self.sign(body)):
            raise forged()
        return Notified(**json.loads(body))

    def refund(self, order: Order, reference: str) -> str:
        return f"{reference}-R"

    def sign(self, content: bytes) -> str:
        """What only this installation can write under ``content``."""
        return salted_hmac("tongban.matters.test_provider", content, algorithm="sha256").hexdigest()


def _canonical(said: Mapping[str, object]) -> bytes:
    return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
