"""Tell other systems what happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.exchange.actions.deliveries import deliver
from tongban.foundation.exchange.models import Delivery, OutboxMessage, Subscription
from tongban.foundation.exchange.queries import subscriptions_to, this_source
from tongban.foundation.exchange.rules import EVENTS, check_facts
from tongban.lib.actors import Actor
from tongban.lib.copying import add_rows
from tongban.lib.jobs import job, periodic
from tongban.lib.repeated import Repeated
from tongban.lib.together import write

_LATE = timedelta(minutes=2)
_BATCH = 500


def publish(
    type: str,  # noqa: A002 - CloudEvents' own name
    subject: str,
    data: Mapping[str, Any],
    *,
    by: Actor,
    region: str = "",
) -> OutboxMessage:
    """Write an event within this transaction; it leaves when the transaction commits and not otherwise.

    ``type`` is declared with ``declare_event``; ``subject`` is the id of the thing; ``data`` holds ids and public
    facts only; ``region`` is the code of the place: clients hear of what lies in their region. Each subscription gets
    it at least once; the order of two events, even of one subject, is not promised.
    """  # fmt: skip
    if type not in EVENTS:
        raise ValueError(f"undeclared event {type}")
    check_facts(data)
    message = OutboxMessage(
        type=type, source=this_source(), subject=subject, data=dict(data), region_code=region, caused_by=by.name[:120]
    )
    write(_send_out, message)
    return message


_HEARD = Repeated[tuple[Any]](
    lambda: Subscription.objects.exclude(state=Subscription.State.REMOVED).order_by().values_list("pk")[:1]
)


def _send_out(messages: list[OutboxMessage]) -> None:
    """Where nobody listens an event has been told to everybody: no job is needed to find that out."""
    is_heard = bool(_HEARD())
    for message in messages:
        if is_heard:
            fan_out.later(message_id=message.pk)
        else:
            message.fanned_out_at = message.time
    add_rows(messages)


@job(queue="exchange")
@transaction.atomic
def fan_out(message_id: str) -> None:
    """Make one delivery per subscription that wants an event and may know of it."""
    waiting = OutboxMessage.objects.select_for_update(skip_locked=True)
    message = waiting.filter(pk=UUID(message_id), fanned_out_at__isnull=True).first()
    if message is None:
        return  # done, or another worker is at it
    now = timezone.now()
    found: list[Subscription] = subscriptions_to(message)
    deliveries = [Delivery(message=message, subscription=wanted, next_attempt_at=now) for wanted in found]
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    for delivery in Delivery.objects.filter(message=message, state=Delivery.State.PENDING).only("id"):
        deliver.later(delivery_id=delivery.pk)
    message.fanned_out_at = now
    message.save(update_fields=["fanned_out_at"])


@periodic("*/5 * * * *")
def sweep() -> None:
    """What a crash left lying: events without deliveries, deliveries whose job was lost. Both go into the queue again."""
    late = timezone.now() - _LATE
    for message_id in OutboxMessage.objects.filter(fanned_out_at__isnull=True, time__lt=late).values_list(
        "pk", flat=True
    )[:_BATCH]:
        fan_out.later(message_id=message_id)
    due = Delivery.objects.filter(state=Delivery.State.PENDING, next_attempt_at__lt=late)
    for delivery_id in due.order_by("next_attempt_at").values_list("pk", flat=True)[:_BATCH]:
        deliver.later(delivery_id=delivery_id)
