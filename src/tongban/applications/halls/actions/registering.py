"""Visitors register: at the poster, at a kiosk, at the desk, or through somebody who helps them."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tongban.applications.halls.actions.counting import count_up, write_with_number
from tongban.applications.halls.models import Hall, Trace, Visit
from tongban.applications.halls.queries.visits import visit_secrets, visit_with_nonce
from tongban.applications.halls.rules.codes import RANDOM, sign_code
from tongban.applications.halls.rules.queue import ALL, WAITING, queue_key
from tongban.applications.halls.rules.shape import PROVISIONAL_QUOTA, Service
from tongban.applications.halls.rules.visitors import Checked, Said, Wanted, check_said
from tongban.lib.actors import Actor
from tongban.lib.fields import fill_indexes
from tongban.lib.ids import speakable_code
from tongban.lib.masks import mask_name
from tongban.lib.refusals import Refusal
from tongban.lib.words import T


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody registers: a nonce of the caller's, through which door, and who helps."""

    nonce: UUID
    channel: str = "poster"
    entrance: str = ""
    helped_by: str = ""
    needs_phone: bool = True


def register_visit(hall: Hall, said: Said, manner: Manner, *, by: Actor) -> Visit:
    """Register a visitor and give a number; the same nonce again gives the same visit, whatever else was sent.

    Whether the nonce is known is asked only when something stands in the way: most visitors come once.
    """
    now = timezone.now()
    try:
        _check_open(hall, now)
        checked = check_said(said, wanted_by(hall, now, phone=manner.needs_phone), today=timezone.localdate(now))
        service = next(one for one in hall.service_list if one.code == checked.service)
        return _write(hall, service, checked, manner, now=now, by=by)
    except (Refusal, IntegrityError):
        known = visit_with_nonce(hall, manner.nonce)
        if known is None:
            raise
        return known


def wanted_by(hall: Hall, now: datetime, *, phone: bool) -> Wanted:
    """What a hall asks for at a moment."""
    day = hall.schedule.business_day(now)
    services = frozenset(one.code for one in hall.service_list if one.is_open)
    return Wanted(services, hall.asks_document, phone, hall.asked.asked_on(day))


def _check_open(hall: Hall, now: datetime) -> None:
    if hall.state == "suspended":
        raise Refusal("hall_suspended", T("这个大厅已暂停使用：{why}", "This hall is suspended: {why}").format(why=hall.state_reason),
                      status=409)  # fmt: skip
    if hall.state == "moved":
        raise Refusal("hall_moved", T("这个大厅已经迁到：{where}", "This hall has moved to {where}").format(where=hall.moved_to),
                      status=409)  # fmt: skip
    if hall.schedule.may_register(now):
        return
    opens = hall.schedule.opens_again(now)
    when = timezone.localtime(opens).strftime("%Y-%m-%d %H:%M") if opens else "—"
    raise Refusal("hall_closed", T("大厅现在不开放，下次开放：{when}。开门前一小时可以登记。",
                  "The hall is closed. It opens again: {when}; registering begins an hour before.").format(when=when),
                  status=409)  # fmt: skip


def _write(hall: Hall, service: Service, checked: Checked, manner: Manner, *, now: datetime, by: Actor) -> Visit:
    visit = new_visit(hall, checked, manner, now=now, by=by)
    visit.state, visit.prefix, visit.line = WAITING, service.prefix, service.prefix
    visit.queue_key = queue_key(now, visit.priorities, hall.head_starts)
    # One statement is a transaction of its own; a limit in front of it, or a caller's transaction, asks for more.
    alone = hall.state != "provisional" and not connection.in_atomic_block
    with nullcontext() if alone else transaction.atomic():
        _use_quota(hall, visit)
        write_with_number(visit, trace_of(visit, checked, now))
    return visit


def new_visit(hall: Hall, checked: Checked, manner: Manner, *, now: datetime, by: Actor) -> Visit:
    """A visit in memory, for today; it has neither state nor number yet."""
    entrances = {one.code for one in hall.entrance_list}
    visit = Visit(
        hall_id=hall.pk, day=hall.schedule.business_day(now), nonce=manner.nonce, service=checked.service,
        code=sign_code(speakable_code(RANDOM), visit_secrets()[0]), masked_name=mask_name(checked.name),
        details=checked.details, party=1 + len(checked.companions), priorities=list(checked.priorities),
        channel=manner.channel, helped_by=manner.helped_by[:120], registered_at=now,
        entrance=manner.entrance if manner.entrance in entrances else "",
        person_id=by.person_id if by.kind == "person" and not by.is_staff and not manner.helped_by else None,
    )  # fmt: skip
    fill_indexes(visit)
    return visit


def trace_of(visit: Visit, checked: Checked, since: datetime) -> Trace:
    """The sealed record of who came, with companions and declaration: kept apart and for two weeks only."""
    sealed = checked.details | {"companions": list(checked.companions), "declaration": checked.declaration}
    trace = Trace(hall_id=visit.hall_id, visit_id=visit.pk, day=visit.day, since=since, sealed=sealed)
    fill_indexes(trace)
    return trace


def draw_number(hall: Hall, visit: Visit) -> None:
    """Give a visit the next number of its queue; refused past the daily limit of a hall nobody has confirmed."""
    _use_quota(hall, visit)
    visit.number = count_up(hall.pk, visit.day, visit.prefix)


def _use_quota(hall: Hall, visit: Visit) -> None:
    if hall.state == "provisional" and count_up(hall.pk, visit.day, ALL, most=PROVISIONAL_QUOTA) is None:
        raise Refusal("quota_used", T("这个大厅还没有经区县确认，今天的 {n} 人次已满。请向工作人员登记。",
                      "This hall awaits confirmation and today's {n} visits are used. Please ask the staff.")
                      .format(n=PROVISIONAL_QUOTA), status=409)  # fmt: skip
