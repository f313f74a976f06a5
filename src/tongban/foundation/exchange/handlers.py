"""Moments exchange answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from tongban.foundation.exchange.models import Delivery, InboxMessage, OperatorAct, OutboxMessage, StoredAnswer
from tongban.foundation.exchange.queries import failed_jobs
from tongban.foundation.exchange.rules import MANAGE_EXCHANGE
from tongban.foundation.ledger.hooks import Retention, retentions
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


ANSWERS_KEPT = timedelta(hours=48)  # until then a repeated call gets the same answer


def _older(rows: QuerySet[Any], when: str, moment: datetime) -> QuerySet[Any]:
    return rows.filter(**{f"{when}__lt": moment})


@retentions.answer
def kept_for_a_time() -> list[Retention]:
    """Events, arrivals, answers and interventions; deliveries go before the events they carried."""
    state, thirty = Delivery.State, T("送达后 30 天", "30 days after delivery")
    return [
        Retention("exchange.delivered", T("已投递的事件", "Events delivered"), thirty, Delivery,
                  lambda now: _older(Delivery.objects.filter(state=state.DELIVERED), "delivered_at", now - timedelta(days=30))),
        Retention("exchange.dead", T("投递失败的事件", "Events that never arrived"), T("180 天", "180 days"), Delivery,
                  lambda now: _older(Delivery.objects.filter(state=state.DEAD), "last_attempt_at", now - timedelta(days=180))),
        Retention("exchange.events", T("发出的事件", "Events"), thirty, OutboxMessage,
                  lambda now: _without_delivery(_older(OutboxMessage.objects.all(), "fanned_out_at", now - timedelta(days=30)))),
        Retention("exchange.arrivals", T("收到的事件", "Events that arrived"), T("90 天", "90 days"), InboxMessage,
                  lambda now: _older(InboxMessage.objects.all(), "received_at", now - timedelta(days=90))),
        Retention("exchange.interventions", T("运维人员的干预", "Operators' interventions"), T("三年", "3 years"), OperatorAct,
                  lambda now: _older(OperatorAct.objects.all(), "at", now - timedelta(days=3 * 365))),
        Retention("exchange.answers", T("接口应答", "Answers to API calls"), T("48 小时", "48 hours"), StoredAnswer,
                  lambda now: StoredAnswer.objects.filter(created_at__lt=now - ANSWERS_KEPT), is_hourly=True),
    ]  # fmt: skip


def _without_delivery(rows: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
    return rows.filter(~Exists(Delivery.objects.filter(message=OuterRef("pk"))))
