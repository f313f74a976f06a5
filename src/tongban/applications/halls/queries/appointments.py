"""Which slots are free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from tongban.applications.halls.models import Hall, Slot
from tongban.applications.halls.rules.appointments import Rules, is_released, slots_on
from tongban.applications.halls.rules.shape import Service


@dataclass(frozen=True, slots=True)
class Offer:
    """One slot with the places left in it."""

    starts: datetime
    ends: datetime
    left: int


def offers(hall: Hall, service: Service, day: date) -> list[Offer]:
    """The slots of a day that lie ahead; one statement for the whole day."""
    now = timezone.now()
    if not is_released(Rules.read(hall.appointment_rules), day, now):
        return []
    found = [one for one in slots_on(hall.schedule, service, day) if one[0] > now]
    taken = {
        slot.starts_at: slot.capacity - slot.taken
        for slot in Slot.objects.filter(hall=hall, service=service.code, starts_at__in=[one[0] for one in found])
    }
    return [Offer(starts, ends, taken.get(starts, service.slot_capacity)) for starts, ends in found]


def bookable_days(hall: Hall) -> list[date]:
    """Business days on which something may be booked now."""
    now = timezone.now()
    today, rules = hall.schedule.business_day(now), Rules.read(hall.appointment_rules)
    days = [today + timedelta(days=n) for n in range(rules.days_ahead + 1)]
    return [day for day in days if hall.schedule.periods(day) and is_released(rules, day, now)]
