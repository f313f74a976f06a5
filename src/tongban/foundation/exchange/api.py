"""Subscriptions and deliveries for API clients, and the door events of others arrive at."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Status

from tongban.foundation.exchange import actions, queries
from tongban.foundation.exchange.models import Delivery, OutboxMessage, Subscription
from tongban.foundation.exchange.rules import EVENTS
from tongban.lib.actors import Actor
from tongban.web.api import CLIENT, PUBLIC, Problem, Shape

router = Router(tags=["exchange"])
_REFUSED = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


def _by(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


class EventTypeOut(Shape):
    """A type of event this client may subscribe to."""

    name: str
    zh: str
    en: str


class SubscriptionIn(Shape):
    """What a client wants to be told, and where."""

    name: str = Field(max_length=120, examples=["statistics"])
    endpoint: str = Field(max_length=500, examples=["https://example.org/tongban"])
    types: list[str] = Field([], max_length=200, examples=[["exchange.test"]])


class SubscriptionOut(Shape):
    """A subscription without its secret."""

    id: UUID
    name: str
    endpoint: str
    types: list[str]
    state: str
    paused_because: str
    created_at: datetime


class SecretOut(SubscriptionOut):
    """A subscription with its signing secret, which is shown this once."""

    secret: str


class DeliveryOut(Shape):
    """How one event fared on its way."""

    id: UUID
    message_id: UUID
    subscription_id: UUID
    type: str
    subject: str
    state: str
    attempts: int
    next_attempt_at: datetime | None
    last_status: int | None
    last_error: str
    delivered_at: datetime | None

    @staticmethod
    def resolve_type(delivery: Delivery) -> str:
        """The event's type."""
        return delivery.message.type

    @staticmethod
    def resolve_subject(delivery: Delivery) -> str:
        """What the event is about."""
        return delivery.message.subject


class EventRef(Shape):
    """An event on its way."""

    id: UUID


class ReceiptOut(Shape):
    """An arrived event: whether it was known already, and whether any part of this house took it."""

    id: str
    repeat: bool
    handled: bool


@router.get("/types", auth=CLIENT, response={200: list[EventTypeOut], **_REFUSED}, summary="Event types")
def event_types(request: HttpRequest) -> list[dict[str, str]]:
    """The types of events this client may subscribe to."""
    may = _by(request).capabilities
    return [
        {"name": e.name, "zh": e.label.zh, "en": e.label.en}
        for e in EVENTS.values() if not e.capability or e.capability in may
    ]  # fmt: skip


@router.get(
    "/subscriptions", auth=CLIENT, response={200: list[SubscriptionOut], **_REFUSED}, summary="My subscriptions"
)
def my_subscriptions(request: HttpRequest) -> list[Subscription]:
    """This client's subscriptions."""
    return list(queries.subscriptions(_by(request)))


@router.post("/subscriptions", auth=CLIENT, response={201: SecretOut, **_REFUSED}, summary="Subscribe")
def subscribe(request: HttpRequest, wanted: SubscriptionIn) -> Any:
    """Be told of events at an address of this client; empty ``types`` means every type it may see."""
    by = _by(request)
    assert by.client_id is not None
    made = actions.subscribe(
        client_id=by.client_id, name=wanted.name, endpoint=wanted.endpoint, types=wanted.types, by=by
    )
    return Status(201, made)


@router.post(
    "/subscriptions/{uuid:subscription_id}/secret", auth=CLIENT, response={200: SecretOut, **_REFUSED},
    summary="Rotate the secret",
)  # fmt: skip
def rotate_secret(request: HttpRequest, subscription_id: UUID) -> Subscription:
    """A new signing secret; for 24 hours events are signed with both."""
    return actions.rotate_secret(subscription_id, by=_by(request))


@router.post(
    "/subscriptions/{uuid:subscription_id}/test", auth=CLIENT, response={202: EventRef, **_REFUSED},
    summary="Send a test event",
)  # fmt: skip
def test(request: HttpRequest, subscription_id: UUID) -> Any:
    """An event of type ``exchange.test`` for this subscription alone."""
    message: OutboxMessage = actions.send_test_event(subscription_id, by=_by(request))
    return Status(202, message)


@router.post(
    "/subscriptions/{uuid:subscription_id}/pause", auth=CLIENT, response={200: SubscriptionOut, **_REFUSED},
    summary="Pause",
)  # fmt: skip
def pause(request: HttpRequest, subscription_id: UUID) -> Subscription:
    """Events wait until the subscription is resumed."""
    return actions.pause(subscription_id, by=_by(request))


@router.post(
    "/subscriptions/{uuid:subscription_id}/resume", auth=CLIENT, response={200: SubscriptionOut, **_REFUSED},
    summary="Resume",
)  # fmt: skip
def resume(request: HttpRequest, subscription_id: UUID) -> Subscription:
    """Deliver again, first what waited."""
    return actions.resume(subscription_id, by=_by(request))


@router.delete(
    "/subscriptions/{uuid:subscription_id}", auth=CLIENT, response={204: None, **_REFUSED}, summary="Unsubscribe"
)
def unsubscribe(request: HttpRequest, subscription_id: UUID) -> Any:
    """No more events."""
    actions.unsubscribe(subscription_id, by=_by(request))
    return Status(204, None)


@router.get("/deliveries", auth=CLIENT, response={200: list[DeliveryOut], **_REFUSED}, summary="My deliveries")
def my_deliveries(request: HttpRequest) -> list[Delivery]:
    """The last hundred deliveries to this client."""
    return list(queries.deliveries(_by(request))[:100])


@router.post(
    "/inbox/{uuid:sender_id}", auth=PUBLIC, response={200: ReceiptOut, 413: Problem, **_REFUSED},
    summary="Tell us of an event", openapi_extra={"x-idempotent": True},
)  # fmt: skip
def inbox(request: HttpRequest, sender_id: UUID) -> dict[str, Any]:
    """A CloudEvent (JSON) signed as Standard Webhooks: the signature is the credential, the event's id makes repeats safe."""
    receipt = actions.receive(sender_id, request.body, request.headers)
    message = receipt.message
    return {"id": message.message_id, "repeat": receipt.is_repeat, "handled": message.handled_by > 0}
