"""Moments exchange answers."""

from __future__ import annotations

from tongban.foundation.exchange.models import Delivery
from tongban.foundation.exchange.queries import failed_jobs
from tongban.foundation.exchange.rules import MANAGE_EXCHANGE
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.web import portal


@portal.desk_menu.answer
def operator_entries(*, actor: Actor) -> list[portal.Entry]:
    """Operators' way to deliveries, subscriptions and jobs, with what died or failed."""
    if MANAGE_EXCHANGE not in actor.capabilities or not actor.second_factor:
        return []
    group = T("运行", "Operations")
    dead = Delivery.objects.filter(state=Delivery.State.DEAD).count()
    failed = len(failed_jobs(actor))
    return [
        portal.Entry(T("事件投递", "Event deliveries"), "/operations/events/", "send", 800, dead, group),
        portal.Entry(
            T("订阅与来信方", "Subscriptions and senders"), "/operations/subscriptions/", "route", 810, None, group
        ),
        portal.Entry(T("后台任务", "Background jobs"), "/operations/jobs/", "list-check", 830, failed, group),
    ]
