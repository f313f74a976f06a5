"""Events in the form of CloudEvents 1.0, and the types there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongban.lib.identifiers import check_citizen_id
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

_TYPE = re.compile(r"[a-z_]+\.[a-z_]+")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
TEST_EVENT = "exchange.test"


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event: ``app.happened``, its meaning, and the capability a client needs to be told."""

    name: str
    label: T
    capability: str = ""


EVENTS: dict[str, EventType] = {}


def declare_event(name: str, label: T, *, capability: str = "") -> str:
    """Declare an event type once, in the hooks of the app that publishes it."""
    if name in EVENTS:
        raise ValueError(f"event {name} is declared twice")
    if not _TYPE.fullmatch(name):
        raise ValueError(f"an event is named app.happened, not {name}")
    EVENTS[name] = EventType(name, label, capability)
    return name


def check_facts(data: Mapping[str, Any]) -> None:
    """A developer's mistake, caught where it happens: events carry ids and public facts, never personal ones."""
    for name, value in data.items():
        if not (value is None or isinstance(value, str | int | bool)):
            raise ValueError(f"event data {name}: ids and plain facts only, not {type(value).__name__}")
        if isinstance(value, str) and _UUID.fullmatch(value):
            continue  # one in some thousands holds eleven digits like a phone's
        if isinstance(value, str) and (len(value) > 300 or _MOBILE.search(value) or _holds_id_number(value)):
            raise ValueError(f"event data {name} looks like a personal or free text")


def _holds_id_number(text: str) -> bool:
    for found in _ID_NUMBER.findall(text):
        try:
            check_citizen_id(found)
        except Refusal:
            continue
        return True
    return False


def check_types(types: Iterable[str], capabilities: frozenset[str]) -> list[str]:
    """The types a client may subscribe to, sorted; empty means every one it may see."""
    wanted = sorted(set(types))
    unknown = [name for name in wanted if name not in EVENTS]
    if unknown:
        raise Refusal(
            "event_type_unknown",
            T("没有这些事件类型：{names}。可用的类型见 docs/events.md。",
              "There are no such event types: {names}. docs/events.md lists them.").format(names=", ".join(unknown)),
            field="types",
        )  # fmt: skip
    closed = [name for name in wanted if EVENTS[name].capability and EVENTS[name].capability not in capabilities]
    if closed:
        raise Refusal(
            "event_type_forbidden",
            T("这个调用方没有权限接收：{names}。请联系管理员。",
              "This client may not be told of: {names}. Ask the administrator.").format(names=", ".join(closed)),
            field="types", status=403,
        )  # fmt: skip
    return wanted


@dataclass(frozen=True, slots=True)
class Event:
    """One CloudEvent: what happened (``type``) to what (``subject``), where (``source``) and when."""

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    data: Mapping[str, Any]

    def envelope(self) -> dict[str, Any]:
        """The JSON form (structured mode, CloudEvents 1.0)."""
        return {
            "specversion": "1.0", "id": self.id, "type": self.type, "source": self.source, "subject": self.subject,
            "time": self.time.isoformat(), "datacontenttype": "application/json", "data": dict(self.data),
        }  # fmt: skip


def check_event(found: Any, *, source: str, webhook_id: str) -> dict[str, Any]:
    """An arrived event whose signature was right already: its form, and that it is its sender's own."""
    if not isinstance(found, dict) or found.get("specversion") != "1.0":
        raise _invalid(T("不是 CloudEvents 1.0 的 JSON。", "This is not the JSON of CloudEvents 1.0."))
    for name in ("id", "type", "source"):
        value = found.get(name)
        if not isinstance(value, str) or not 1 <= len(value) <= 200:
            raise _invalid(
                T("缺少 {name}，或超过 200 个字符。", "{name} is missing or longer than 200 characters.").format(
                    name=name
                ),
                name,
            )
    if not isinstance(found.get("subject", ""), str) or len(found.get("subject", "")) > 200:
        raise _invalid(
            T("subject 应是不超过 200 个字符的文本。", "subject must be a text of up to 200 characters."), "subject"
        )
    if found["source"] != source:
        raise _invalid(T("source 应为“{source}”。", "source must be “{source}”.").format(source=source), "source")
    if found["id"] != webhook_id:
        raise _invalid(T("webhook-id 与事件的 id 不一致。", "webhook-id differs from the event's id."), "id")
    return found


def _invalid(message: T, field: str = "") -> Refusal:
    return Refusal("event_invalid", message, field=field)
