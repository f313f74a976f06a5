"""Reads of events, subscriptions and deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from tongban.foundation.exchange.models import Delivery, OperatorAct, OutboxMessage, Sender, Subscription
from tongban.foundation.exchange.rules import EVENTS, MANAGE_EXCHANGE, SUBSCRIBE, Event
from tongban.foundation.parties.queries import require
from tongban.foundation.regions.queries import code_of_schema
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import require_current
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.parties.models import ApiClient

# What operators read beside a delivery that failed.
ERRORS: dict[str, T] = {
    "timeout": T("对方没有及时应答", "No answer in time"),
    "unreachable": T("连不上对方", "Cannot be reached"),
    "certificate": T("对方证书无效", "The certificate is not valid"),
    "name_unknown": T("域名无法解析", "The name is unknown"),
    "address_private": T("解析到内网地址，未投递", "Resolves to a private address: not sent"),
    "redirected": T("对方要求跳转，不跟随", "Answered with a redirect: not followed"),
    "refused": T("对方拒绝", "The receiver refused"),
    "gone": T("对方答复不再接收（410），订阅已暂停", "Gone (410): the subscription was paused"),
    "client_not_entitled": T("调用方已停用或无权接收", "The client was revoked or may not know of this"),
    "endpoint_private": T("内网地址，未投递", "A private address: not sent"),
    "endpoint_not_https": T("不是 https 地址，未投递", "Not an https address: not sent"),
}


def this_source() -> str:
    """The CloudEvents source of this jurisdiction."""
    return f"/jurisdictions/{code_of_schema(require_current())}"


def event_of(message: OutboxMessage) -> Event:
    """The event a message carries."""
    return Event(str(message.pk), message.type, message.source, message.subject, message.time, message.data)


def _entitled(client: ApiClient, message: OutboxMessage, now: datetime) -> bool:
    needs = EVENTS[message.type].capability if message.type in EVENTS else ""
    in_force = client.revoked_at is None and client.expires_at > now and SUBSCRIBE in client.capabilities
    # A client of a county hears of that county; what concerns the whole jurisdiction is for those of the whole.
    in_scope = message.only_for_id is not None or message.region_code.startswith(client.region_code)
    return in_force and in_scope and (not needs or needs in client.capabilities)


def client_may_hear(subscription: Subscription, message: OutboxMessage, now: datetime) -> bool:
    """Whether a subscription's client may still be told of this event: asked at each attempt, since rights end."""
    return _entitled(subscription.client, message, now)


def subscriptions_to(message: OutboxMessage) -> list[Subscription]:
    """The subscriptions an event goes to: their types, their client's rights and region."""
    found = Subscription.objects.exclude(state=Subscription.State.REMOVED).select_related("client")
    if message.only_for_id:
        return list(found.filter(pk=message.only_for_id))
    now = timezone.now()
    return [s for s in found if (not s.types or message.type in s.types) and _entitled(s.client, message, now)]


def locked_subscription(subscription_id: UUID) -> Subscription | None:
    """A subscription to change, locked; for actions, which ask for the right."""
    found = Subscription.objects.select_for_update().filter(pk=subscription_id)
    return found.exclude(state=Subscription.State.REMOVED).first()


def locked_sender(sender_id: UUID) -> Sender | None:
    """A sender to change, locked; for actions, which ask for the right."""
    return Sender.objects.select_for_update().filter(pk=sender_id).first()


def subscriptions(by: Actor) -> QuerySet[Subscription]:
    """A client's own subscriptions, or every one for operators."""
    found = Subscription.objects.exclude(state=Subscription.State.REMOVED).select_related("client__organisation")
    if by.kind == "client":
        require(by, SUBSCRIBE)
        return found.filter(client_id=by.client_id).order_by("created_at")
    require(by, MANAGE_EXCHANGE)
    return found.order_by("created_at")


def senders(by: Actor) -> QuerySet[Sender]:
    """The systems we listen to, for operators."""
    require(by, MANAGE_EXCHANGE)
    return Sender.objects.select_related("client__organisation").order_by("created_at")


def deliveries(by: Actor) -> QuerySet[Delivery]:
    """Deliveries, newest first: a client's own, or every one for operators."""
    found = Delivery.objects.select_related("message", "subscription__client").order_by("-created_at", "-id")
    if by.kind == "client":
        require(by, SUBSCRIBE)
        return found.filter(subscription__client_id=by.client_id)
    require(by, MANAGE_EXCHANGE)
    return found


def delivery_of(by: Actor, delivery_id: UUID) -> Delivery | None:
    """One delivery the actor may see."""
    return deliveries(by).filter(pk=delivery_id).first()


def acts_of(by: Actor, target: str = "") -> QuerySet[OperatorAct]:
    """What operators did, newest first; to one thing where ``target`` names it."""
    require(by, MANAGE_EXCHANGE)
    found = OperatorAct.objects.order_by("-at")
    return found.filter(target=target) if target else found


def delivery_counts() -> dict[str, int]:
    """How many deliveries wait and how many are dead here; numbers only, for monitoring."""
    states = (Delivery.State.PENDING, Delivery.State.DEAD)
    return {state.value: Delivery.objects.filter(state=state).count() for state in states}
