"""Appointments: booked, moved, cancelled, honoured, reminded of; a slot is never booked beyond its capacity."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from tongban.applications.halls.actions.counting import count_up
from tongban.applications.halls.actions.registering import Manner, draw_number, new_visit, wanted_by
from tongban.applications.halls.models import Hall, Slot, Trace, Visit
from tongban.applications.halls.queries.visits import visit_with_nonce
from tongban.applications.halls.rules.appointments import LATE, Rules, is_honoured, is_released, slots_on
from tongban.applications.halls.rules.queue import BOOKED, CANCELLED, NO_SHOW, WAITING, queue_key
from tongban.applications.halls.rules.shape import Service
from tongban.applications.halls.rules.visitors import Said, check_said
from tongban.foundation.notifications.actions import notify
from tongban.lib.actors import Actor, system
from tongban.lib.fields import blind_index_any, fill_indexes
from tongban.lib.jobs import periodic
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

_BATCH = 500
_REMIND_BEFORE = timedelta(hours=24)
_FARTHEST = timedelta(days=62)
"""Beyond what any hall offers: a moment in the year 9999 is refused before anybody counts with it."""


def book(hall: Hall, said: Said, starts: datetime, manner: Manner, *, by: Actor) -> Visit:
    """Book a slot; the same nonce again gives the same appointment."""
    known = visit_with_nonce(hall, manner.nonce)
    if known is not None:
        return known
    now = timezone.now()
    if hall.state not in ("provisional", "confirmed") or not now < starts < now + _FARTHEST:
        raise _not_offered()
    wanted = wanted_by(hall, now, phone=True)
    checked = check_said(said, type(wanted)(wanted.services, wanted.document, True, ()), today=timezone.localdate(now))
    service = next(one for one in hall.service_list if one.code == checked.service)
    try:
        with transaction.atomic():
            _check_limit(hall, checked.phone, starts)
            visit = new_visit(hall, checked, manner, now=now, by=by)
            visit.slot = _take(hall, service, starts, now)
            visit.state, visit.day = BOOKED, hall.schedule.business_day(visit.slot.starts_at)
            visit.save(force_insert=True)
            return visit
    except IntegrityError:
        known = visit_with_nonce(hall, manner.nonce)
        if known is None:
            raise
        return known


def _check_limit(hall: Hall, phone: str, starts: datetime) -> None:
    """At most so many open appointments of one phone; two bookings of one phone at once wait for each other."""
    index = blind_index_any("phone", phone)
    # The counter row is only a lock here: its value is not read, so another phone on the same row merely waits.
    count_up(hall.pk, hall.schedule.business_day(starts), f"#{index[0].hex()[:7]}")
    open_ones = Visit.objects.filter(hall_id=hall.pk, state=BOOKED, phone_index__in=index).count()
    if open_ones >= Rules.read(hall.appointment_rules).per_person:
        raise Refusal("too_many_appointments", T("这个手机号已有 {n} 个预约，请先取消或用掉一个。",
                      "This phone holds {n} appointments: cancel or use one first.").format(n=open_ones),
                      field="phone", status=409)  # fmt: skip


def _take(hall: Hall, service: Service, starts: datetime, now: datetime) -> Slot:
    """One place in a slot, by one conditional statement: checking first and writing later is how halls overbook."""
    day = hall.schedule.business_day(starts)
    found = next((one for one in slots_on(hall.schedule, service, day) if one[0] == starts), None)
    if found is None or starts <= now or not is_released(Rules.read(hall.appointment_rules), day, now):
        raise _not_offered()
    slot, _ = Slot.objects.get_or_create(
        hall=hall, service=service.code, starts_at=starts,
        defaults={"ends_at": found[1], "capacity": service.slot_capacity},
    )  # fmt: skip
    if not Slot.objects.filter(pk=slot.pk, taken__lt=F("capacity")).update(taken=F("taken") + 1):
        raise Refusal("slot_full", T("这个时段刚刚约满了，请选另一个。", "This slot has just been filled: choose another."),
                      field="starts", status=409)  # fmt: skip
    return slot


def _not_offered() -> Refusal:
    return Refusal(
        "slot_not_offered",
        T("这个时段不能预约，请重新选择。", "This slot is not offered: choose another."),
        field="starts",
    )


def _give_back(slot_id: UUID | None) -> None:
    if slot_id is not None:
        Slot.objects.filter(pk=slot_id, taken__gt=0).update(taken=F("taken") - 1)


@transaction.atomic
def cancel(visit: Visit, *, by: Actor) -> Visit:
    """Give an appointment back, for somebody else to take; a second time changes nothing."""
    del by
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    if visit.state == CANCELLED:
        return visit
    _require_booked(visit)
    visit.state, visit.ended_at = CANCELLED, timezone.now()
    visit.save(update_fields=["state", "ended_at"])
    _give_back(visit.slot_id)
    return visit


@transaction.atomic
def move(visit: Visit, starts: datetime, *, by: Actor) -> Visit:
    """Move an appointment to another slot; the old one is given back only when the new one is had."""
    del by
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    _require_booked(visit)
    if not starts < timezone.now() + _FARTHEST:
        raise _not_offered()
    hall = Hall.objects.get(pk=visit.hall_id)
    service = next((one for one in hall.service_list if one.code == visit.service), None)
    if service is None:
        raise _not_offered()
    old = visit.slot_id
    # Two that move past each other lock their slots in the same order.
    ids = list(Slot.objects.filter(hall=hall, service=service.code, starts_at=starts).values_list("pk", flat=True))
    ids += [old] if old else []
    list(Slot.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    slot = _take(hall, service, starts, timezone.now())
    visit.slot, visit.day, visit.reminded_at = slot, hall.schedule.business_day(starts), None
    visit.save(update_fields=["slot", "day", "reminded_at"])
    _give_back(old)
    return visit


@transaction.atomic
def check_in(hall: Hall, visit: Visit, *, by: Actor) -> Visit:
    """Somebody with an appointment has come: a number, with a head start when they are on time."""
    del by
    visit = Visit.objects.select_for_update(of=("self",)).select_related("slot").get(pk=visit.pk)
    if visit.state == WAITING:
        return visit
    now = timezone.now()
    if visit.state not in (BOOKED, NO_SHOW) or visit.day != hall.schedule.business_day(now) or visit.number is not None:
        raise _moved_on()
    service = next((one for one in hall.service_list if one.code == visit.service), None) or hall.service_list[0]
    slot = visit.slot
    if slot is not None and is_honoured(slot.starts_at, slot.ends_at, now):
        visit.priorities = sorted({*visit.priorities, "appointment"})
    visit.state, visit.prefix, visit.line, visit.ended_at = WAITING, service.prefix, service.prefix, None
    visit.queue_key = queue_key(now, visit.priorities, hall.head_starts)
    draw_number(hall, visit)
    visit.save()
    trace = Trace(hall_id=hall.pk, visit_id=visit.pk, day=visit.day, since=now, sealed=visit.details or {})
    fill_indexes(trace)
    trace.save(force_insert=True)
    return visit


def _require_booked(visit: Visit) -> None:
    if visit.state != BOOKED:
        raise _moved_on()


def _moved_on() -> Refusal:
    return Refusal(
        "appointment_moved_on",
        T("这个预约已经取消、用过或过期。", "This appointment was cancelled, used, or has passed."),
        status=409,
    )


@periodic("*/5 * * * *")
def close_missed_appointments() -> None:
    """Appointments nobody came for: their place in the queue goes to whoever is there."""
    late = timezone.now() - LATE
    missed = Visit.objects.filter(state=BOOKED, slot__ends_at__lt=late).order_by("pk").values_list("pk", flat=True)
    Visit.objects.filter(pk__in=list(missed[:_BATCH]), state=BOOKED).update(state=NO_SHOW, ended_at=timezone.now())


@periodic("*/10 * * * *")
def remind_of_appointments() -> None:
    """A text message the day before, once."""
    now = timezone.now()
    due = Visit.objects.filter(
        state=BOOKED, reminded_at__isnull=True, slot__starts_at__gt=now, slot__starts_at__lt=now + _REMIND_BEFORE
    )
    for visit_id in list(due.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        _remind(visit_id, now)


@transaction.atomic
def _remind(visit_id: UUID, now: datetime) -> None:
    visit = Visit.objects.select_for_update(of=("self",), skip_locked=True).select_related("slot", "hall").filter(
        pk=visit_id, state=BOOKED, reminded_at__isnull=True
    ).first()  # fmt: skip
    if visit is None or visit.slot is None or not visit.phone:
        return
    visit.reminded_at = now
    visit.save(update_fields=["reminded_at"])
    parts = {"hall": T(visit.hall.name, visit.hall.name_en or visit.hall.name), "at": visit.slot.starts_at,
             "address": visit.hall.address, "code": visit.code}  # fmt: skip
    notify(template="halls.reminder", parts=parts, by=system("halls", channel="job"), phone=visit.phone)
