"""Deliveries and dead letters: see, filter, open, replay."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tongban.foundation.exchange import actions, queries
from tongban.foundation.exchange.forms import DeliveryFilter, ReasonForm
from tongban.foundation.exchange.models import Delivery
from tongban.foundation.exchange.rules import MANAGE_EXCHANGE
from tongban.foundation.exchange.views.shared import ACTS, DELIVERY_STATES
from tongban.lib.ids import uuid_of
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience


def _row(delivery: Delivery) -> dict[str, Any]:
    state, tone = DELIVERY_STATES[delivery.state]
    error = queries.ERRORS.get(delivery.last_error, delivery.last_error)
    return {"delivery": delivery, "state": state, "tone": tone, "error": error}


def _filtered(found: QuerySet[Delivery], form: DeliveryFilter) -> QuerySet[Delivery]:
    if not form.is_valid():
        return found
    chosen = form.cleaned_data
    if chosen["q"]:
        term = chosen["q"].strip()
        as_id = uuid_of(term)
        found = found.filter(Q(message_id=as_id) | Q(message__subject=term) if as_id else Q(message__subject=term))
    exact = {"state": chosen["state"], "message__type": chosen["type"], "subscription_id": chosen["subscription"]}
    return found.filter(**{name: value for name, value in exact.items() if value})


def _list_page(request: HttpRequest, form: ReasonForm, status: int = 200) -> HttpResponse:
    filters = DeliveryFilter(request.GET)
    page = Paginator(_filtered(queries.deliveries(actor_of(request)), filters), 50).get_page(request.GET.get("page"))
    context = {"rows": [_row(delivery) for delivery in page], "page": page, "filter": filters, "form": form}
    return render(request, "exchange/deliveries.html", context, status=status)


@audience("operator", capability=MANAGE_EXCHANGE)
@require_GET
def deliveries(request: HttpRequest) -> HttpResponse:
    """Every delivery, newest first."""
    return _list_page(request, ReasonForm())


@audience("operator", capability=MANAGE_EXCHANGE)
@require_GET
def delivery(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """One delivery: the event as it is sent, how it fared, who intervened."""
    found = queries.delivery_of(actor_of(request), delivery_id)
    if found is None:
        raise not_found(T("这次投递", "This delivery"))
    sent = json.dumps(queries.event_of(found.message).envelope(), ensure_ascii=False, indent=2)
    acts = [(ACTS.get(act.what, act.what), act) for act in queries.acts_of(actor_of(request), str(delivery_id))[:50]]
    return render(
        request, "exchange/delivery.html", {"row": _row(found), "sent": sent, "acts": acts, "form": ReasonForm()}
    )


@audience("operator", capability=MANAGE_EXCHANGE)
@require_POST
def replay(request: HttpRequest) -> HttpResponse:
    """Replay one or many, with the reason."""
    form = ReasonForm(request.POST)
    chosen = [found for text in request.POST.getlist("chosen") if (found := uuid_of(text))]
    if not form.is_valid():
        return _list_page(request, form, status=422)
    try:
        count = actions.replay(chosen, reason=form.cleaned_data["reason"], by=actor_of(request))
    except Refusal as refusal:
        notices.error(request, str(refusal.message))
    else:
        notices.success(request, str(T("{n} 次投递已重放。", "{n} deliveries are being replayed.").format(n=count)))
    return HttpResponseRedirect(reverse("exchange:deliveries"))
