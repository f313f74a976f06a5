"""Who is told of events and whom we listen to: administration by operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.foundation.exchange import actions, queries
from tongban.foundation.exchange.forms import SenderForm, SubscriptionForm
from tongban.foundation.exchange.rules import MANAGE_EXCHANGE
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import refusals_in


@audience("operator", capability=MANAGE_EXCHANGE)
@require_GET
def subscriptions(request: HttpRequest) -> HttpResponse:
    """Subscriptions and senders."""
    by = actor_of(request)
    context = {"subscriptions": queries.subscriptions(by), "senders": queries.senders(by)}
    return render(request, "exchange/subscriptions.html", context)


def _secret_page(request: HttpRequest, name: str, secret: str, address: str = "") -> HttpResponse:
    context = {"name": name, "secret": secret, "address": address}
    return render(request, "exchange/secret.html", context)


def _new(
    request: HttpRequest, form_class: Any, title: T, make: Callable[[dict[str, Any]], HttpResponse]
) -> HttpResponse:
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            return make(form.cleaned_data)
    status = 422 if form.is_bound else 200
    return render(request, "exchange/new.html", {"form": form, "heading": title}, status=status)


@audience("operator", capability=MANAGE_EXCHANGE)
@require_http_methods(["GET", "POST"])
@never_cache
def new_subscription(request: HttpRequest) -> HttpResponse:
    """Make a subscription for a client; its secret is shown once."""

    def make(given: dict[str, Any]) -> HttpResponse:
        made = actions.subscribe(
            client_id=UUID(given["client"]), name=given["name"], endpoint=given["endpoint"], types=given["types"],
            by=actor_of(request),
        )  # fmt: skip
        return _secret_page(request, made.name, made.secret)

    return _new(request, SubscriptionForm, T("新建订阅", "New subscription"), make)


@audience("operator", capability=MANAGE_EXCHANGE)
@require_http_methods(["GET", "POST"])
@never_cache
def new_sender(request: HttpRequest) -> HttpResponse:
    """Admit a sender; its secret is shown once."""

    def make(given: dict[str, Any]) -> HttpResponse:
        made = actions.admit_sender(
            client_id=UUID(given["client"]), name=given["name"], source=given["source"], by=actor_of(request)
        )
        return _secret_page(request, made.name, made.secret, f"/api/exchange/inbox/{made.pk}")

    return _new(request, SenderForm, T("新建来信方", "New sender"), make)


DONE = {
    "pause": T("订阅已暂停，事件会保留到恢复后再投递。", "Paused: events wait until it is resumed."),
    "resume": T("订阅已恢复。", "The subscription is active again."),
    "remove": T("订阅已删除。", "The subscription is removed."),
    "test": T("测试事件已发出，结果见投递记录。", "A test event is on its way: see the deliveries."),
}


@audience("operator", capability=MANAGE_EXCHANGE)
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """Ask once more before a subscription is removed: what still waits would be lost to it."""
    by = actor_of(request)
    found = queries.subscriptions(by).filter(pk=subscription_id).first()
    if found is None:
        raise not_found(T("这个订阅", "This subscription"))
    if request.method == "GET":
        return render(request, "exchange/remove.html", {"subscription": found})
    actions.unsubscribe(subscription_id, by=by)
    notices.success(request, str(DONE["remove"]))
    return HttpResponseRedirect(reverse("exchange:subscriptions"))


@audience("operator", capability=MANAGE_EXCHANGE)
@require_POST
@never_cache
def change(request: HttpRequest, subscription_id: UUID, what: str) -> HttpResponse:
    """Pause, resume, test, or change the secret of one subscription."""
    by = actor_of(request)
    if what == "secret":
        changed = actions.rotate_secret(subscription_id, by=by)
        return _secret_page(request, changed.name, changed.secret)
    acts: dict[str, Callable[..., Any]] = {
        "pause": actions.pause, "resume": actions.resume, "test": actions.send_test_event,
    }  # fmt: skip
    try:
        acts[what](subscription_id, by=by)
    except Refusal as refusal:
        if refusal.status != 409:
            raise
        notices.error(request, str(refusal.message))
    else:
        notices.success(request, str(DONE[what]))
    return HttpResponseRedirect(reverse("exchange:subscriptions"))


@audience("operator", capability=MANAGE_EXCHANGE)
@require_POST
@never_cache
def change_sender(request: HttpRequest, sender_id: UUID, what: str) -> HttpResponse:
    """Listen to a sender or not, or change its secret."""
    by = actor_of(request)
    if what == "secret":
        changed = actions.rotate_sender_secret(sender_id, by=by)
        return _secret_page(request, changed.name, changed.secret, f"/api/exchange/inbox/{changed.pk}")
    actions.set_sender_active(sender_id, what == "resume", by=by)
    return HttpResponseRedirect(reverse("exchange:subscriptions"))
