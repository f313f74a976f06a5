"""Deliver events, try again over a day, let operators replay what died."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tongban.foundation.exchange import adapters
from tongban.foundation.exchange.actions.operation import check_reason, note_act
from tongban.foundation.exchange.models import Delivery, Subscription
from tongban.foundation.exchange.queries import client_may_hear, event_of
from tongban.foundation.exchange.rules import LEASE, MANAGE_EXCHANGE, check_endpoint, next_attempt
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.jobs import job
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

_GONE = 410


@job(queue="exchange")
def deliver(delivery_id: str) -> None:
    """One attempt at one delivery."""
    attempt(UUID(delivery_id), now=timezone.now())


def attempt(delivery_id: UUID, *, now: datetime) -> None:
    """Sign, send and note the outcome; the receiver is called outside any transaction.

    A worker that dies in between leaves a claim that ends by itself, and the event is sent again with the same id.
    """
    delivery = _claim(delivery_id, now)
    if delivery is None:
        return
    subscription = delivery.subscription
    if subscription.state == Subscription.State.PAUSED:
        _wait(delivery)
    elif subscription.state == Subscription.State.REMOVED or not client_may_hear(subscription, delivery.message, now):
        _note_dead(delivery, "client_not_entitled")
    else:
        _try(delivery, now)


def _try(delivery: Delivery, now: datetime) -> None:
    try:
        answer = _send(delivery, now)
    except adapters.NotDelivered as error:
        _note_failure(delivery, now, code=error.code, detail=error.detail)
    except Refusal as refusal:  # the setting that let this address pass was withdrawn
        _note_failure(delivery, now, code=refusal.code)
    else:
        _note_answer(delivery, answer, now)


@transaction.atomic
def _claim(delivery_id: UUID, now: datetime) -> Delivery | None:
    due = Delivery.objects.filter(pk=delivery_id, state=Delivery.State.PENDING, next_attempt_at__lte=now)
    claimed = due.select_for_update(skip_locked=True, of=("self",)).select_related("message", "subscription__client")
    delivery = claimed.first()
    if delivery is None:
        return None  # delivered meanwhile, or another worker is at it
    if delivery.subscription.state != Subscription.State.PAUSED:
        delivery.attempts += 1
    delivery.next_attempt_at = now + LEASE
    delivery.last_attempt_at = now
    delivery.save(update_fields=["attempts", "next_attempt_at", "last_attempt_at"])
    return delivery


def _send(delivery: Delivery, now: datetime) -> adapters.Answered:
    subscription, environment = delivery.subscription, settings.ENVIRONMENT
    check_endpoint(
        subscription.endpoint, may_be_plain=settings.DEMO, may_be_private=environment.allow_private_endpoints
    )
    body = json.dumps(event_of(delivery.message).envelope(), ensure_ascii=False, separators=(",", ":"))
    keys = [subscription.secret]
    if subscription.previous_until and subscription.previous_until > now:
        keys.append(subscription.previous_secret)
    # Signed at the moment of sending: a retry of hours later must still be within the receiver's window.
    headers = adapters.signed_headers(keys, str(delivery.message_id), timezone.now(), body) | {
        "content-type": "application/cloudevents+json; charset=utf-8", "user-agent": "Tongban",
    }  # fmt: skip
    return adapters.post(
        subscription.endpoint, body.encode(), headers, timeout=environment.outward_timeout,
        may_be_private=environment.allow_private_endpoints,
    )  # fmt: skip


def _note_delivered(delivery: Delivery, status: int, now: datetime) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.DELIVERED, delivered_at=now, last_status=status, last_error="", last_detail="",
        next_attempt_at=None,
    )  # fmt: skip


def _note_answer(delivery: Delivery, answer: adapters.Answered, now: datetime) -> None:
    if 200 <= answer.status < 300:
        _note_delivered(delivery, answer.status, now)
    elif answer.status == _GONE:  # Standard Webhooks: the receiver does not want to be called again
        Subscription.objects.filter(pk=delivery.subscription_id, state=Subscription.State.ACTIVE).update(
            state=Subscription.State.PAUSED, paused_because="HTTP 410"
        )
        _note_dead(delivery, "gone", status=answer.status)
    else:
        code = "redirected" if 300 <= answer.status < 400 else "refused"
        _note_failure(delivery, now, code=code, status=answer.status, detail=answer.excerpt, wish=answer.retry_after)


@transaction.atomic
def _note_failure(
    delivery: Delivery,
    now: datetime,
    *,
    code: str,
    status: int | None = None,
    detail: str = "",
    wish: int | None = None,
) -> None:
    again = next_attempt(delivery.attempts, now, wish)
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.PENDING if again else Delivery.State.DEAD, next_attempt_at=again, last_error=code,
        last_status=status, last_detail=detail,
    )  # fmt: skip
    if again:
        deliver.later(at=again, delivery_id=delivery.pk)


def _note_dead(delivery: Delivery, code: str, *, status: int | None = None) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.DEAD, next_attempt_at=None, last_error=code, last_status=status, last_detail=""
    )


def _wait(delivery: Delivery) -> None:
    # Resuming the subscription puts it into the queue again (subscriptions.resume).
    Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=None)


@transaction.atomic
def replay(delivery_ids: list[UUID], *, reason: str, by: Actor) -> int:
    """Send dead or delivered events once more with a fresh schedule; who asked and why is kept."""
    require(by, MANAGE_EXCHANGE)
    reason = check_reason(reason)
    ended = Delivery.objects.select_for_update(skip_locked=True).exclude(state=Delivery.State.PENDING)
    chosen = list(ended.filter(pk__in=delivery_ids, subscription__state=Subscription.State.ACTIVE))
    if not chosen:
        raise Refusal(
            "nothing_to_replay",
            T("所选投递没有可以重放的：可能正在投递，或订阅已暂停。请刷新列表。",
              "Nothing to replay: the chosen deliveries are under way, or their subscription is paused. Reload the list."),
            status=409,
        )  # fmt: skip
    for delivery in chosen:
        delivery.state, delivery.attempts, delivery.next_attempt_at = Delivery.State.PENDING, 0, timezone.now()
        delivery.delivered_at = None
        delivery.save(update_fields=["state", "attempts", "next_attempt_at", "delivered_at"])
        note_act("replay_delivery", delivery.pk, reason=reason, by=by)
        deliver.later(delivery_id=delivery.pk)
    return len(chosen)
