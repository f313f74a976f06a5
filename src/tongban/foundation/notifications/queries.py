"""Reads of messages: where a person can be reached, their inbox, what operators see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

from tongban.foundation.notifications.models import Message
from tongban.foundation.notifications.rules import MANAGE_MESSAGES
from tongban.foundation.parties.queries import contacts_of, require
from tongban.lib.actors import Actor
from tongban.lib.asked import MOST, AskedBy
from tongban.lib.fields import blind_index_any
from tongban.lib.masks import mask_phone
from tongban.lib.phones import check_phone
from tongban.lib.refusals import Refusal
from tongban.lib.words import T, reader_language

if TYPE_CHECKING:
    from tongban.foundation.notifications.rules import Channel

# What operators read beside a message that did not get through.
ERRORS: dict[str, T] = {
    "channel_not_configured": T("本站没有配置这个通道", "This channel is not configured here"),
    "gateway_not_https": T("短信网关地址不是 https", "The gateway's address is not https"),
    "gateway_timeout": T("短信网关没有及时应答", "The SMS gateway did not answer in time"),
    "gateway_unreachable": T("连不上短信网关", "The SMS gateway cannot be reached"),
    "gateway_refused": T("短信网关拒绝", "The SMS gateway refused"),
    "address_refused": T("收件地址被拒收", "The recipient's address was refused"),
    "mail_login_refused": T("邮件服务器不接受登录", "The mail server refused our log-in"),
    "mail_refused": T("邮件服务器拒绝", "The mail server refused"),
    "mail_timeout": T("邮件服务器没有及时应答", "The mail server did not answer in time"),
    "mail_unreachable": T("连不上邮件服务器", "The mail server cannot be reached"),
    "expired": T("已过有效期", "No longer valid"),
}


@dataclass(frozen=True, slots=True)
class AddressBook:
    """Where one recipient can be reached."""

    phone: str
    email: str
    language: str
    has_inbox: bool

    def address(self, channel: Channel) -> str:
        """The address for a channel; empty for in-app messages."""
        return {"sms": self.phone, "email": self.email, "in_app": ""}[channel]

    def reaches(self, channel: Channel) -> bool:
        """Whether a message can take this channel."""
        return self.has_inbox if channel == "in_app" else bool(self.address(channel))


def address_book(person_id: UUID | None, phone: str) -> AddressBook:
    """A person's addresses as parties knows them, or a bare phone number's."""
    if person_id is None:
        return AddressBook(phone, "", reader_language(), has_inbox=False)
    found = contacts_of(person_id)
    return AddressBook(phone or found.phone, found.email, found.language, has_inbox=found.has_account)


def inbox(by: Actor) -> QuerySet[Message]:
    """The signed-in person's own in-app messages, newest first."""
    if by.person_id is None:
        return Message.objects.none()
    return Message.objects.filter(person_id=by.person_id, channel=Message.Channel.IN_APP).order_by("-created_at", "-id")


def message_of(by: Actor, message_id: UUID) -> Message | None:
    """One of the person's own in-app messages."""
    return inbox(by).filter(pk=message_id).first()


UNREAD = AskedBy[Message](lambda by: inbox(by).filter(state=Message.State.SENT))


def unread_count(by: Actor) -> int:
    """How many in-app messages wait to be read."""
    return UNREAD(by).count(MOST) if by.person_id else 0


def undelivered(by: Actor) -> QuerySet[Message]:
    """Messages that failed or wait for another attempt, newest first, for operators; without their bodies."""
    require(by, MANAGE_MESSAGES)
    tried = Message.objects.filter(state=Message.State.QUEUED, attempts__gt=0)
    failed = Message.objects.filter(state=Message.State.FAILED)
    return (failed | tried).defer("body").order_by("-created_at", "-id")


def message_counts() -> dict[str, int]:
    """How many messages wait and how many failed here; numbers only, for monitoring."""
    states = (Message.State.QUEUED, Message.State.FAILED)
    return {state.value: Message.objects.filter(state=state).count() for state in states}


def outbox(phone: str) -> QuerySet[Message]:
    """Every message of the demo that would have left the house, newest first; maybe of one phone only."""
    leaving = Message.objects.exclude(channel=Message.Channel.IN_APP).order_by("-created_at", "-id")
    if not phone.strip():
        return leaving
    try:
        e164 = check_phone(phone)
    except Refusal:
        return leaving.none()
    return leaving.filter(address_index__in=blind_index_any("address", e164))


def masked_address(message: Message) -> str:
    """The address with its middle hidden."""
    if "@" in message.address:
        name, _, domain = message.address.partition("@")
        return f"{name[:1]}***@{domain}"
    return mask_phone(message.address) if message.address else ""
