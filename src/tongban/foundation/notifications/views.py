"""A person's messages, the demo's outbox, and what operators see of messages that did not get through."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tongban.foundation.notifications import actions, queries
from tongban.foundation.notifications.forms import PhoneFilter, ResendForm, UndeliveredFilter
from tongban.foundation.notifications.models import Message
from tongban.foundation.notifications.rules import MANAGE_MESSAGES
from tongban.lib.ids import uuid_of
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience

CHANNEL_NAMES = {"sms": T("短信", "Text message"), "email": T("电子邮件", "E-mail"), "in_app": T("站内消息", "Here")}
STATES: dict[str, tuple[T, str]] = {
    "queued": (T("待发送", "Waiting"), "progress"), "sent": (T("已发送", "Sent"), "good"),
    "failed": (T("未送达", "Failed"), "bad"), "read": (T("已读", "Read"), "plain"),
}  # fmt: skip


def _row(message: Message, **more: Any) -> dict[str, Any]:
    state, tone = STATES[message.state]
    error = queries.ERRORS.get(message.error_code, message.error_code)
    return {
        "message": message, "channel": CHANNEL_NAMES[message.channel], "state": state, "tone": tone, "error": error, **more
    }  # fmt: skip


@audience("person")
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """The signed-in person's messages."""
    found = queries.inbox(actor_of(request))
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    unread = queries.unread_count(actor_of(request))
    return render(request, "notifications/inbox.html", {"page": page, "unread": unread})


@audience("person")
@require_GET
def opened(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One message; opening it marks it read."""
    message = actions.mark_read(message_id, by=actor_of(request))
    return render(request, "notifications/message.html", {"message": message})


@audience("person")
@require_POST
def all_read(request: HttpRequest) -> HttpResponse:
    """Mark every message read."""
    actions.mark_all_read(by=actor_of(request))
    return HttpResponseRedirect(reverse("notifications:inbox"))


@audience("demo")
@require_GET
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """What would have left the house, newest first: here a phone code can be read."""
    form = PhoneFilter(request.GET)
    phone = request.GET.get("phone", "")[:32]
    page = Paginator(queries.outbox(phone), 20).get_page(request.GET.get("page"))
    context = {"rows": [_row(m) for m in page], "page": page, "form": form, "phone": phone}
    part = request.headers.get("HX-Request") == "true"
    return render(request, "notifications/outbox_list.html" if part else "notifications/outbox.html", context)


def _undelivered_page(request: HttpRequest, form: ResendForm, status: int = 200) -> HttpResponse:
    filters = UndeliveredFilter(request.GET)
    found = queries.undelivered(actor_of(request))
    if filters.is_valid():
        found = found.filter(**{name: value for name, value in filters.cleaned_data.items() if value})
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    rows = [_row(m, to=queries.masked_address(m)) for m in page]
    context = {"rows": rows, "page": page, "filter": filters, "form": form}
    return render(request, "notifications/undelivered.html", context, status=status)


@audience("operator", capability=MANAGE_MESSAGES)
@require_GET
def undelivered(request: HttpRequest) -> HttpResponse:
    """Messages that failed or are being retried."""
    return _undelivered_page(request, ResendForm())


@audience("operator", capability=MANAGE_MESSAGES)
@require_POST
def resend(request: HttpRequest) -> HttpResponse:
    """Send the chosen messages again, with the reason."""
    form = ResendForm(request.POST)
    chosen = [found for text in request.POST.getlist("chosen") if (found := uuid_of(text))]
    if not form.is_valid():
        return _undelivered_page(request, form, status=422)
    try:
        count = actions.resend(chosen, reason=form.cleaned_data["reason"], by=actor_of(request))
    except Refusal as refusal:
        notices.error(request, str(refusal.message))
    else:
        notices.success(request, str(T("{n} 条消息已重新发送。", "{n} messages are being sent again.").format(n=count)))
    return HttpResponseRedirect(reverse("notifications:undelivered"))


@audience("operator", capability=MANAGE_MESSAGES)
@require_POST
def trial(request: HttpRequest) -> HttpResponse:
    """Send a test message to oneself through every channel."""
    sent = actions.send_trial(by=actor_of(request))
    names = "、".join(str(CHANNEL_NAMES[m.channel]) for m in sent) or str(T("无", "none"))
    text = T("测试消息已交给这些通道：{names}。", "A test message was handed to: {names}.").format(names=names)
    notices.success(request, str(text))
    return HttpResponseRedirect(reverse("notifications:undelivered"))
