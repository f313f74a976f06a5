"""Who is told of events, and whom we listen to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tongban.foundation.exchange import adapters
from tongban.foundation.exchange.actions.deliveries import deliver
from tongban.foundation.exchange.actions.events import fan_out
from tongban.foundation.exchange.actions.operation import note_act
from tongban.foundation.exchange.models import Delivery, OutboxMessage, Sender, Subscription
from tongban.foundation.exchange.queries import locked_sender, locked_subscription, this_source
from tongban.foundation.exchange.rules import MANAGE_EXCHANGE, SUBSCRIBE, TEST_EVENT, check_endpoint, check_types
from tongban.foundation.parties.queries import client_in_force, require
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, forbidden, not_found
from tongban.lib.words import T

# How long the old secret still signs after a change.
OVERLAP = timedelta(hours=24)
MOST_PER_CLIENT = 20


def _may_manage(by: Actor, client_id: UUID) -> None:
    if by.kind == "client":
        require(by, SUBSCRIBE)
        if by.client_id != client_id:
            raise forbidden()
        return
    require(by, MANAGE_EXCHANGE)


@transaction.atomic
def subscribe(*, client_id: UUID, name: str, endpoint: str, types: Iterable[str], by: Actor) -> Subscription:
    """A client is told of events from now on; the answer carries the signing secret, which is shown this once."""
    _may_manage(by, client_id)
    client = client_in_force(client_id)
    if client is None or SUBSCRIBE not in client.capabilities:
        raise Refusal("client_unknown", T("没有这个可用的接口调用方，或它没有“订阅事件”的权限。",
                      "There is no such client in force, or it may not subscribe to events."), field="client")  # fmt: skip
    endpoint = _checked(endpoint)
    wanted = check_types(types, frozenset(client.capabilities))
    if (
        Subscription.objects.filter(client_id=client_id).exclude(state=Subscription.State.REMOVED).count()
        >= MOST_PER_CLIENT
    ):
        raise Refusal("too_many_subscriptions", T("每个调用方最多 {n} 个订阅，请先删除不用的。",
                      "A client has at most {n} subscriptions: remove one first.").format(n=MOST_PER_CLIENT), status=409)  # fmt: skip
    subscription = Subscription.objects.create(
        client_id=client_id, name=_checked_name(name), endpoint=endpoint, types=wanted, secret=adapters.new_secret(),
        created_by=by.name[:120],
    )  # fmt: skip
    note_act("subscribe", subscription.pk, by=by)
    return subscription


def _checked(endpoint: str) -> str:
    return check_endpoint(
        endpoint, may_be_plain=settings.DEMO, may_be_private=settings.ENVIRONMENT.allow_private_endpoints
    )


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 120:
        raise Refusal(
            "name_missing", T("请填写名称，不超过 120 个字。", "Enter a name of up to 120 characters."), field="name"
        )
    return name


@transaction.atomic
def rotate_secret(subscription_id: UUID, *, by: Actor) -> Subscription:
    """A new signing secret; for 24 hours both sign, so that the receiver can change over."""
    subscription = _own(subscription_id, by)
    subscription.previous_secret, subscription.previous_until = subscription.secret, timezone.now() + OVERLAP
    subscription.secret = adapters.new_secret()
    subscription.save(update_fields=["previous_secret", "previous_until", "secret"])
    note_act("rotate_secret", subscription.pk, by=by)
    return subscription


@transaction.atomic
def pause(subscription_id: UUID, *, reason: str = "", by: Actor) -> Subscription:
    """Stop delivering for a while; events wait."""
    subscription = _own(subscription_id, by)
    subscription.state, subscription.paused_because = Subscription.State.PAUSED, reason.strip()[:200]
    subscription.save(update_fields=["state", "paused_because"])
    note_act("pause", subscription.pk, reason=subscription.paused_because, by=by)
    return subscription


@transaction.atomic
def resume(subscription_id: UUID, *, by: Actor) -> Subscription:
    """Deliver again, first of all what waited."""
    subscription = _own(subscription_id, by)
    subscription.state, subscription.paused_because = Subscription.State.ACTIVE, ""
    subscription.save(update_fields=["state", "paused_because"])
    waiting = Delivery.objects.filter(
        subscription=subscription, state=Delivery.State.PENDING, next_attempt_at__isnull=True
    )
    ids = list(waiting.values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=ids).update(next_attempt_at=timezone.now())
    for delivery_id in ids:
        deliver.later(delivery_id=delivery_id)
    note_act("resume", subscription.pk, by=by)
    return subscription


@transaction.atomic
def unsubscribe(subscription_id: UUID, *, by: Actor) -> None:
    """No more events for this subscription; what still waited is dead."""
    subscription = _own(subscription_id, by)
    subscription.state, subscription.secret, subscription.previous_secret = Subscription.State.REMOVED, "", ""
    subscription.save(update_fields=["state", "secret", "previous_secret"])
    Delivery.objects.filter(subscription=subscription, state=Delivery.State.PENDING).update(
        state=Delivery.State.DEAD, next_attempt_at=None, last_error="client_not_entitled"
    )
    note_act("unsubscribe", subscription.pk, by=by)


@transaction.atomic
def send_test_event(subscription_id: UUID, *, by: Actor) -> OutboxMessage:
    """An event of the type ``exchange.test`` for this subscription alone."""
    subscription = _own(subscription_id, by)
    if subscription.state != Subscription.State.ACTIVE:
        raise Refusal(
            "subscription_paused",
            T("订阅已暂停，请先恢复再测试。", "The subscription is paused: resume it first."),
            status=409,
        )
    message = OutboxMessage.objects.create(
        type=TEST_EVENT, source=this_source(), subject=str(subscription.pk), data={"subscription": str(subscription.pk)},
        only_for=subscription, caused_by=by.name[:120],
    )  # fmt: skip
    fan_out.later(message_id=message.pk)
    return message


def _own(subscription_id: UUID, by: Actor) -> Subscription:
    subscription = locked_subscription(subscription_id)
    if subscription is None or (by.kind == "client" and subscription.client_id != by.client_id):
        raise not_found(T("这个订阅", "This subscription"))
    _may_manage(by, subscription.client_id)
    return subscription


@transaction.atomic
def admit_sender(*, client_id: UUID, name: str, source: str, by: Actor) -> Sender:
    """Take signed events of another system from now on; the answer carries the secret, which is shown this once."""
    require(by, MANAGE_EXCHANGE)
    if client_in_force(client_id) is None:
        raise Refusal(
            "client_unknown", T("没有这个可用的接口调用方。", "There is no such client in force."), field="client"
        )
    source = source.strip()
    if not 1 <= len(source) <= 200 or not source.isprintable():
        raise Refusal("source_missing", T("请填写对方事件的 source，不超过 200 个字符。",
                      "Enter the source of the other system's events, up to 200 characters."), field="source")  # fmt: skip
    if Sender.objects.filter(source=source).exists():
        raise Refusal(
            "source_taken", T("这个 source 已经登记过。", "This source is registered already."), field="source"
        )
    sender = Sender.objects.create(
        client_id=client_id, name=_checked_name(name), source=source, secret=adapters.new_secret(),
        created_by=by.name[:120],
    )  # fmt: skip
    note_act("admit_sender", sender.pk, by=by)
    return sender


@transaction.atomic
def rotate_sender_secret(sender_id: UUID, *, by: Actor) -> Sender:
    """A new secret for a sender; its old one is accepted for 24 hours more."""
    sender = _sender(sender_id, by)
    sender.previous_secret, sender.previous_until = sender.secret, timezone.now() + OVERLAP
    sender.secret = adapters.new_secret()
    sender.save(update_fields=["previous_secret", "previous_until", "secret"])
    note_act("rotate_sender_secret", sender.pk, by=by)
    return sender


@transaction.atomic
def set_sender_active(sender_id: UUID, is_active: bool, *, by: Actor) -> Sender:
    """Listen to a sender, or not."""
    sender = _sender(sender_id, by)
    sender.is_active = is_active
    sender.save(update_fields=["is_active"])
    note_act("admit_sender" if is_active else "dismiss_sender", sender.pk, by=by)
    return sender


def _sender(sender_id: UUID, by: Actor) -> Sender:
    require(by, MANAGE_EXCHANGE)
    sender = locked_sender(sender_id)
    if sender is None:
        raise not_found(T("这个来信方", "This sender"))
    return sender
