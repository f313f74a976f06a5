"""Moments notifications answers."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils import timezone

from tongban.foundation.ledger.hooks import Retention, alarm, overdue, retentions
from tongban.foundation.notifications.actions import notify
from tongban.foundation.notifications.models import Message
from tongban.foundation.notifications.queries import UNREAD
from tongban.foundation.notifications.rules import MANAGE_MESSAGES
from tongban.foundation.parties.hooks import my_data, send_code, tell_phone
from tongban.foundation.parties.queries import people_in_role
from tongban.lib.actors import Actor, system
from tongban.lib.words import T
from tongban.web import portal

# What a code is for, as the text message says it.
_PURPOSES: dict[str, T] = {
    "login": T("登录", "signing in"),
    "signup": T("注册", "registration"),
    "verify": T("验证手机号", "confirming your number"),
    "change": T("更换手机号", "changing your number"),
    "reset": T("重设密码", "resetting your password"),
    "confirm": T("确认本次操作", "confirming this step"),
}
_ANY_PURPOSE = T("身份验证", "confirming who you are")


@send_code.answer
def send_code_by_sms(
    *, phone: str, code: str, purpose: str | T, language: str, minutes: int | None = None
) -> list[Message]:
    """A one-time code goes out as a text message."""
    words = purpose if isinstance(purpose, T) else _PURPOSES.get(purpose, _ANY_PURPOSE)
    valid = minutes or max(1, int(getattr(settings, "ACCOUNT_PHONE_VERIFICATION_TIMEOUT", 900)) // 60)
    return notify(
        template="parties.send_code", parts={"code": code, "purpose": words, "minutes": valid},
        by=system("parties", channel="web"), phone=phone, language=language,
    )  # fmt: skip


@tell_phone.answer
def tell_phone_by_sms(*, phone: str, what: str, language: str) -> list[Message]:
    """What only the phone's holder may know goes out as a text message."""
    by = system("parties", channel="web")
    return notify(template=f"parties.{what}", parts={}, by=by, phone=phone, language=language)


@my_data.answer
def messages_held(*, person_id: UUID) -> list[portal.Section]:
    """The messages written to a person: subject, when, through which channel."""
    rows = Message.objects.filter(person_id=person_id).order_by("-created_at")[:500]
    source = T("系统发出", "Sent by this site")
    facts = [
        (
            T(Message.Channel(m.channel).label, m.channel),
            f"{timezone.localtime(m.created_at):%Y-%m-%d %H:%M}  {m.subject or m.body}",
            source,
        )
        for m in rows
    ]
    return [portal.Section(T("消息", "Messages"), facts)] if facts else []


@portal.account_menu.answer
def messages_entry(*, actor: Actor) -> list[portal.Entry]:
    """The way to one's messages, with how many are unread."""
    if actor.person_id is None:
        return []
    return [portal.Entry(T("我的消息", "My messages"), "/messages/", "bell", order=30, count=UNREAD)]


@portal.desk_menu.answer
def operator_entries(*, actor: Actor) -> list[portal.Entry]:
    """Operators' way to messages that did not get through."""
    if MANAGE_MESSAGES not in actor.capabilities:
        return []
    failed = Message.objects.filter(state=Message.State.FAILED).count()
    group = T("运行", "Operations")
    return [portal.Entry(T("未送达消息", "Undelivered messages"), "/operations/messages/", "mail", 820, failed, group)]


@retentions.answer
def kept_for_a_time() -> list[Retention]:
    """Messages, each as long as its template says."""
    return [
        Retention(
            "notifications.messages", T("发出的消息", "Messages sent"), T("按消息种类，见 docs/messages.md", "As its kind says: docs/messages.md"),
            Message, lambda now: Message.objects.filter(erase_after__lt=now),
        )
    ]  # fmt: skip


@alarm.answer
def tell_the_administrators(*, count: int) -> None:
    """Something was changed past the house: everybody who administers it is told."""
    for person_id in people_in_role("administrator"):
        notify(template="ledger.alarm", parts={"count": count}, person_id=person_id, by=system("ledger", channel="job"))


@overdue.answer
def tell_of_late_erasure(*, what: T, count: int) -> None:
    """What should be gone is still there: everybody who administers the house is told."""
    parts = {"what": what, "count": count}
    for person_id in people_in_role("administrator"):
        notify(template="ledger.overdue", parts=parts, person_id=person_id, by=system("ledger", channel="job"))


@portal.demo_links.answer
def outbox_link() -> list[portal.Tile]:
    """The demo's page of sent messages."""
    return [
        portal.Tile(
            T("已发消息", "Sent messages"), "/demo/outbox", T("在这里看短信验证码", "Read phone codes here"), "send"
        )
    ]
