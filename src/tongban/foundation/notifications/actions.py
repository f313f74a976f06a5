"""Write messages, hand them over, try again, erase them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from tongban.foundation.notifications import adapters
from tongban.foundation.notifications.models import Message
from tongban.foundation.notifications.queries import AddressBook, address_book, inbox, message_of
from tongban.foundation.notifications.rules import (
    LEASE,
    MANAGE_MESSAGES,
    SITE_PART,
    Channel,
    Template,
    check_parts,
    next_attempt,
)
from tongban.foundation.parties.queries import require
from tongban.foundation.regions.queries import name_of_current
from tongban.lib.actors import Actor
from tongban.lib.copying import add_rows
from tongban.lib.jobs import job, periodic
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.together import once, write
from tongban.lib.words import T

_SITE = T("{place}通办", "Tongban {place}")
_AT_ONCE = 10  # messages held by one worker, one after another
_LATE = timedelta(minutes=2)


def notify(
    *,
    template: str,
    parts: Mapping[str, Any],
    by: Actor,
    person_id: UUID | None = None,
    phone: str = "",
    language: str = "",
) -> list[Message]:
    """Write one message per channel the template has and the recipient can be reached by, within this transaction.

    The recipient is a person, or a bare phone number (E.164). ``parts`` fill the template's places; texts (T) and
    times are shown in the recipient's language. No way to reach the person is no error: the list is then empty.
    """  # fmt: skip
    found = adapters.template(template)
    check_parts(found, parts)
    book = _book_of(person_id, phone)
    tongue = language or book.language
    filled = {SITE_PART: _SITE.format(place=name_of_current()), **parts}
    reachable = [channel for channel in found.channels if book.reaches(channel)]
    messages = [
        _composed(found, channel, filled, tongue, to=book.address(channel), person_id=person_id, by=by)
        for channel in reachable
    ]
    for message in messages:
        write(_store, message)
    _send_later(messages)
    return messages


def meet_recipient(person_id: UUID) -> None:
    """Read within a block how somebody can be reached, before what follows makes others wait."""
    _book_of(person_id, "")


def _book_of(person_id: UUID | None, phone: str) -> AddressBook:
    return once(("notifications.book", person_id, phone), lambda: address_book(person_id, phone))


def _store(messages: list[Message]) -> None:
    add_rows(messages)


def _composed(
    template: Template, channel: Channel, parts: Mapping[str, Any], language: str, *, to: str,
    person_id: UUID | None, by: Actor,
) -> Message:  # fmt: skip
    now = timezone.now()
    here = channel == "in_app"
    subject, body = template.compose(channel, parts, language)
    expires = now + timedelta(minutes=template.expires_minutes) if template.expires_minutes else None
    return Message(
        person_id=person_id, channel=channel, template=template.code, language=language, address=to,
        subject=subject[:200], body=body,
        link=template.link.format(**parts) if here else "",
        state=Message.State.SENT if here else Message.State.QUEUED, sent_at=now if here else None,
        sent_through="here" if here else "", next_attempt_at=None if here else now, created_at=now,
        expires_at=expires, erase_after=now + timedelta(days=template.retention_days), caused_by=by.name[:120],
    )  # fmt: skip


def _send_later(messages: Iterable[Message]) -> None:
    """What expires has somebody waiting for it; the rest goes out together with what others wrote."""
    for message in messages:
        if message.state == Message.State.QUEUED and message.expires_at is not None:
            deliver.later(message_id=message.pk)
        elif message.state == Message.State.QUEUED:
            deliver_due.soon()


@job(queue="messages")
def deliver(message_id: str) -> None:
    """Hand one queued message to its gateway."""
    attempt(UUID(message_id), now=timezone.now())


@job(queue="messages")
def deliver_due() -> None:
    """Hand every message that is due to its gateway, the oldest first; a long row is shared with other workers."""
    is_shared = False
    while messages := _claim(Message.objects.all(), timezone.now()):
        if len(messages) == _AT_ONCE and not is_shared:
            deliver_due.later()
            is_shared = True
        _attempt(messages)


def attempt(message_id: UUID, *, now: datetime) -> None:
    """One attempt to deliver one message, if it is due."""
    _attempt(_claim(Message.objects.filter(pk=message_id), now), now)


def _attempt(messages: list[Message], now: datetime | None = None) -> None:
    """Hand the messages of one claim over. What went wrong and when it is tried again stands in each message.

    The gateway is called outside any transaction; those it took are noted together. A worker that dies in between leaves a
    claim that ends by itself: its messages are then sent again (at least once), with the same ids for the gateway to recognise.
    """
    sent: dict[tuple[str, bool], list[UUID]] = {}
    try:
        for message in messages:
            try:
                through = _hand_over(message)
            except adapters.NotDelivered as error:
                _note_failure(message, error, now or timezone.now())
            else:
                secret = adapters.template(message.template).is_secret and not settings.DEMO
                sent.setdefault((through, secret), []).append(message.pk)
    finally:
        for (through, secret), ids in sent.items():
            Message.objects.filter(pk__in=ids).update(
                state=Message.State.SENT, sent_through=through, sent_at=now or timezone.now(), next_attempt_at=None,
                error_code="", error_detail="", **({"body": ""} if secret else {}),
            )  # fmt: skip


@transaction.atomic
def _claim(wanted: QuerySet[Message], now: datetime) -> list[Message]:
    """Messages that are due and that no other worker is at, held for this one for a while."""
    due = wanted.filter(state=Message.State.QUEUED, next_attempt_at__lte=now).order_by("next_attempt_at")
    messages = list(due.select_for_update(skip_locked=True)[:_AT_ONCE])
    until = now + LEASE + timedelta(seconds=settings.ENVIRONMENT.outward_timeout) * len(messages)
    for message in messages:
        message.attempts += 1
        message.next_attempt_at = until
    if messages:
        ids = [message.pk for message in messages]
        Message.objects.filter(pk__in=ids).update(attempts=F("attempts") + 1, next_attempt_at=until)
    return messages


def _hand_over(message: Message) -> str:
    """Send it; which way it went."""
    if message.expires_at and message.expires_at <= timezone.now():
        raise adapters.NotDelivered("expired", is_final=True)
    environment = settings.ENVIRONMENT
    if message.channel == Message.Channel.SMS and environment.sms_gateway_url.get_secret_value():
        adapters.send_sms(message.pk, message.address, message.body)
        return "gateway"
    if message.channel == Message.Channel.EMAIL and environment.email_url.get_secret_value():
        adapters.send_email(message.pk, message.address, message.subject, message.body)
        return "smtp"
    if settings.DEMO:
        return "demo"
    raise adapters.NotDelivered("channel_not_configured", is_final=True)


@transaction.atomic
def _note_failure(message: Message, error: adapters.NotDelivered, now: datetime) -> None:
    again = None if error.is_final else next_attempt(message.attempts, now, message.expires_at)
    Message.objects.filter(pk=message.pk).update(
        state=Message.State.QUEUED if again else Message.State.FAILED, next_attempt_at=again, error_code=error.code,
        error_detail=error.detail,
    )  # fmt: skip
    if again:
        deliver.later(at=again, message_id=message.pk)


@periodic("* * * * *")
def send_stuck() -> None:
    """Messages whose job was lost with a crash, or that a run passed by: one more run."""
    late = timezone.now() - _LATE
    if Message.objects.filter(state=Message.State.QUEUED, next_attempt_at__lt=late).exists():
        deliver_due.later()


@transaction.atomic
def resend(message_ids: list[UUID], *, reason: str, by: Actor) -> int:
    """Try failed messages anew; who asked and why stays with them. Messages that have expired meanwhile stay failed."""
    require(by, MANAGE_MESSAGES)
    reason = _check_reason(reason)
    now = timezone.now()
    failed = list(
        Message.objects.select_for_update(skip_locked=True).filter(pk__in=message_ids, state=Message.State.FAILED)
    )
    alive = [message for message in failed if message.expires_at is None or message.expires_at > now]
    if not alive:
        raise Refusal("nothing_to_resend", T("所选消息已经发出或已过有效期，没有可以重发的。请刷新列表。",
                      "The chosen messages were sent or have expired: nothing to resend. Reload the list."), status=409)  # fmt: skip
    Message.objects.filter(pk__in=[message.pk for message in alive]).update(
        state=Message.State.QUEUED, attempts=0, next_attempt_at=now, retried_by=by.name[:120], retry_reason=reason
    )
    deliver_due.later()
    return len(alive)


def _check_reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refusal("reason_missing", T("请写明原因，便于日后核查。", "Give the reason: it is kept for later checks."),
                      field="reason")  # fmt: skip
    return reason[:200]


def send_trial(*, by: Actor) -> list[Message]:
    """An operator tries every channel on themselves."""
    require(by, MANAGE_MESSAGES)
    if by.person_id is None:
        raise Refusal("no_person", T("请用本人账号登录后再测试。", "Sign in as a person to try this."))
    return notify(template="notifications.trial", parts={"who": by.name}, by=by, person_id=by.person_id)


def mark_read(message_id: UUID, *, by: Actor) -> Message:
    """The recipient has read a message; a second time changes nothing."""
    message = message_of(by, message_id)
    if message is None:
        raise not_found(T("这条消息", "This message"))
    read = timezone.now()
    if Message.objects.filter(pk=message.pk, state=Message.State.SENT).update(state=Message.State.READ, read_at=read):
        message.state, message.read_at = Message.State.READ, read
    return message


def mark_all_read(*, by: Actor) -> int:
    """Every in-app message of the actor is read; how many were not."""
    return inbox(by).filter(state=Message.State.SENT).update(state=Message.State.READ, read_at=timezone.now())
