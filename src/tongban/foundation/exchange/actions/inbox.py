"""Hear what other systems tell us, each thing once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.exchange import adapters
from tongban.foundation.exchange.hooks import received
from tongban.foundation.exchange.models import InboxMessage, Sender
from tongban.foundation.exchange.rules import check_event
from tongban.foundation.parties.queries import client_in_force
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

LARGEST = 256 * 1024


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an arrived event."""

    message: InboxMessage
    is_repeat: bool


def receive(sender_id: UUID, body: bytes, headers: Mapping[str, str]) -> Receipt:
    """Check an event's signature and time, and hand it to whoever answers ``received``, exactly once.

    The row and the work are one transaction: of two copies arriving together one waits and is then a repeat; when the
    work fails nothing is kept and the sender's next try starts afresh.
    """
    if len(body) > LARGEST:
        raise Refusal("body_too_large", T("事件不能超过 256 KB。", "An event has at most 256 KB."), status=413)
    sender = Sender.objects.filter(pk=sender_id, is_active=True).select_related("client").first()
    if sender is None or client_in_force(sender.client_id) is None:
        raise adapters.signature_wrong()
    text = adapters.verified_body(_keys(sender), body, headers)
    lower = {name.lower(): value for name, value in headers.items()}
    event = check_event(_json(text), source=sender.source, webhook_id=lower["webhook-id"])
    return _handle_once(sender, event, hashlib.sha256(body).digest())


def _keys(sender: Sender) -> list[str]:
    old = sender.previous_until is not None and sender.previous_until > timezone.now()
    return [sender.secret, sender.previous_secret] if old else [sender.secret]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@transaction.atomic
def _handle_once(sender: Sender, event: dict[str, Any], body_hash: bytes) -> Receipt:
    mine = InboxMessage(
        sender=sender, source=sender.source, message_id=event["id"], type=event["type"],
        subject=event.get("subject", ""), body_hash=body_hash, data=event.get("data"),
    )  # fmt: skip
    InboxMessage.objects.bulk_create([mine], ignore_conflicts=True)
    kept = InboxMessage.objects.get(source=sender.source, message_id=event["id"])
    if kept.pk != mine.pk:
        if bytes(kept.body_hash) != body_hash:
            raise Refusal(
                "message_id_reused",
                T("这个 id 已经用于内容不同的事件。", "This id was used for an event with other contents."),
                field="id", status=409,
            )  # fmt: skip
        return Receipt(kept, is_repeat=True)
    answers = received.call(
        type=mine.type, subject=mine.subject, data=mine.data, source=mine.source, message_id=mine.message_id,
        by=_actor(sender),
    )  # fmt: skip
    mine.handled_by = sum(1 for answer in answers if answer)
    mine.save(update_fields=["handled_by"])
    return Receipt(mine, is_repeat=False)


def _actor(sender: Sender) -> Actor:
    client = sender.client
    return Actor(
        kind="client", channel="api", name=sender.name, client_id=client.pk, organisation_id=client.organisation_id,
        region=client.region_code, assurance=5, second_factor=True, capabilities=frozenset(client.capabilities),
    )  # fmt: skip
