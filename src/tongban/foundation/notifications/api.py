"""A person's messages through the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router

from tongban.foundation.notifications import actions, queries
from tongban.foundation.notifications.models import Message
from tongban.web.api import SIGNED_IN, Problem, Shape

router = Router(tags=["messages"])


class MessageOut(Shape):
    """One in-app message."""

    id: UUID
    subject: str
    body: str
    link: str
    state: str
    created_at: datetime
    read_at: datetime | None


class PageIn(Shape):
    """Which part of the list."""

    limit: int = Field(20, ge=1, le=100)
    offset: int = Field(0, ge=0, le=100_000)


class MessagesOut(Shape):
    """One page of messages, newest first, and how many are unread."""

    unread: int
    messages: list[MessageOut]


@router.get("", auth=SIGNED_IN, response={200: MessagesOut, 401: Problem, 403: Problem}, summary="My messages")
def my_messages(request: HttpRequest, page: Query[PageIn]) -> Any:
    """The signed-in person's in-app messages."""
    by = request.actor  # type: ignore[attr-defined]
    return {
        "unread": queries.unread_count(by),
        "messages": list(queries.inbox(by)[page.offset : page.offset + page.limit]),
    }


@router.post(
    "/{uuid:message_id}/read", auth=SIGNED_IN,
    response={200: MessageOut, 401: Problem, 403: Problem, 404: Problem}, summary="Mark a message read",
)  # fmt: skip
def read(request: HttpRequest, message_id: UUID) -> Message:
    """Mark one message read; a second time changes nothing."""
    return actions.mark_read(message_id, by=request.actor)  # type: ignore[attr-defined]
