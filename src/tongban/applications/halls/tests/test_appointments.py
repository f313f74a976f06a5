"""Appointments: never one too many, moved and cancelled without loss, honoured when one comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tongban.applications.halls import actions, queries
from tongban.applications.halls.models import Hall, Slot, Trace, Visit
from tongban.applications.halls.rules.appointments import Rules, check_rules, is_released, slots_on
from tongban.applications.halls.rules.hours import Schedule
from tongban.applications.halls.rules.shape import Service
from tongban.applications.halls.tests.test_presence import scan
from tongban.applications.halls.tests.test_races import at_once, busy_hall
from tongban.applications.halls.tests.test_visits import HOST, come, said
from tongban.foundation.notifications.models import Message
from tongban.lib.actors import ANONYMOUS, Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.lib.working_days import SHANGHAI

__all__ = ["busy_hall"]
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)
TEN = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
ADVICE = Service("s1", T("咨询", "Advice"), "A", slot_minutes=30, slot_capacity=2)


def with_slots(hall: Hall, by: Actor, **more: Any) -> Hall:
    return actions.change_hall(hall.pk, {"services": [ADVICE], "asks_document": True, **more}, by=by)


def book(hall: Hall, n: int = 1, starts: datetime = TEN, **more: Any) -> Visit:
    return actions.book(hall, said(n, **more), starts, actions.Manner(uuid4(), "appointment"), by=ANONYMOUS)


def test_slots_fill_the_open_hours_and_no_more() -> None:
    schedule = Schedule({"workday": "09:00-10:15 13:00-14:00"})
    found = slots_on(schedule, ADVICE, TEN.date())
    assert [f"{begin:%H:%M}" for begin, _ in found] == ["09:00", "09:30", "13:00", "13:30"]
    assert slots_on(schedule, Service("s", T("", ""), "A"), TEN.date()) == []


def test_a_day_is_released_at_its_hour() -> None:
    rules = Rules(days_ahead=3)
    released = datetime(2026, 11, 20, 8, 0, tzinfo=SHANGHAI)
    assert is_released(rules, TEN.date(), released)
    assert not is_released(rules, TEN.date(), released - timedelta(seconds=1))
    assert Rules.read(rules.as_json()) == rules
    with pytest.raises(Refusal, match="appointment_rules_wrong"):
        check_rules(Rules(days_ahead=90))


@pytest.mark.django_db
class TestBooking:
    @pytest.fixture
    def open_slots(self, hall: Hall, manager: Actor, clock: Callable[[datetime], None]) -> Hall:
        hall = with_slots(hall, manager)
        clock(NOW)
        return hall

    def test_a_slot_holds_what_it_holds(self, open_slots: Hall) -> None:
        book(open_slots, 1)
        book(open_slots, 2)
        with pytest.raises(Refusal, match="slot_full"):
            book(open_slots, 3)
        offer = next(one for one in queries.offers(open_slots, ADVICE, TEN.date()) if one.starts == TEN)
        assert offer.left == 0
        assert Visit.objects.count() == 2
        assert not Trace.objects.exists()

    def test_the_same_booking_twice_is_one(self, open_slots: Hall) -> None:
        manner = actions.Manner(uuid4(), "appointment")
        twice = [actions.book(open_slots, said(1), TEN, manner, by=ANONYMOUS) for _ in range(2)]
        assert twice[0] == twice[1]
        assert Slot.objects.get().taken == 1

    @pytest.mark.parametrize("starts", [TEN + timedelta(minutes=7), TEN - timedelta(days=7), TEN + timedelta(days=30)])
    def test_what_is_not_offered_cannot_be_booked(self, open_slots: Hall, starts: datetime) -> None:
        with pytest.raises(Refusal, match="slot_not_offered"):
            book(open_slots, 1, starts)

    def test_one_phone_holds_two_and_gets_another_by_giving_one_back(self, open_slots: Hall) -> None:
        first = book(open_slots, 1)
        book(open_slots, 1, TEN + timedelta(hours=1))
        with pytest.raises(Refusal, match="too_many_appointments"):
            book(open_slots, 1, TEN + timedelta(hours=2))
        assert actions.cancel(first, by=ANONYMOUS).state == actions.cancel(first, by=ANONYMOUS).state == "cancelled"
        assert Slot.objects.get(starts_at=TEN).taken == 0
        book(open_slots, 1, TEN)

    def test_moving_keeps_the_old_place_until_the_new_one_is_had(self, open_slots: Hall) -> None:
        later = TEN + timedelta(hours=1)
        mine, _other = book(open_slots, 1), [book(open_slots, n, later) for n in (2, 3)]
        with pytest.raises(Refusal, match="slot_full"):
            actions.move(mine, later, by=ANONYMOUS)
        assert Slot.objects.get(starts_at=TEN).taken == 1
        moved = actions.move(mine, TEN + timedelta(hours=2), by=ANONYMOUS)
        assert moved.slot is not None
        assert moved.slot.starts_at == TEN + timedelta(hours=2)
        assert Slot.objects.get(starts_at=TEN).taken == 0
        actions.cancel(moved, by=ANONYMOUS)
        with pytest.raises(Refusal, match="appointment_moved_on"):
            actions.move(moved, TEN, by=ANONYMOUS)

    def test_who_comes_on_time_waits_less_than_who_just_came(
        self, open_slots: Hall, clock: Callable[[datetime], None]
    ) -> None:
        booked = book(open_slots, 1)
        clock(TEN - timedelta(minutes=5))
        walk_in = come(open_slots, 2)
        assert scan(open_slots, booked.code) == "admitted"
        booked.refresh_from_db()
        assert (booked.state, booked.number, booked.priorities) == ("waiting", 2, ["appointment"])
        assert (queries.before(booked), queries.before(walk_in)) == (0, 1)
        assert Trace.objects.filter(visit_id=booked.pk).count() == 1
        assert actions.check_in(open_slots, booked, by=ANONYMOUS).number == 2

    def test_who_comes_late_is_served_like_everybody(self, open_slots: Hall, clock: Callable[[datetime], None]) -> None:
        booked = book(open_slots, 1)
        clock(TEN + timedelta(hours=2))
        actions.close_missed_appointments()
        booked.refresh_from_db()
        assert booked.state == "no_show"
        assert actions.check_in(open_slots, booked, by=ANONYMOUS).priorities == []

    def test_a_reminder_goes_out_once(self, open_slots: Hall, clock: Callable[[datetime], None]) -> None:
        visit = book(open_slots, 1)
        actions.remind_of_appointments()
        assert not Message.objects.exists()
        clock(TEN - timedelta(hours=20))
        actions.remind_of_appointments()
        actions.remind_of_appointments()
        [message] = Message.objects.all()
        assert visit.code in message.body

    def test_booking_works_without_scripts(self, open_slots: Hall) -> None:
        visitor = Client(HTTP_HOST=HOST)
        page = visitor.get(f"/h/{open_slots.code}/book/?day={TEN.date()}")
        typed = said(1)
        sent = {
            "service": "s1", "starts": TEN.isoformat(), "name": typed.name, "document_type": "resident_id", "companions": "",
            "document_number": typed.document_number, "phone": typed.phone, "nonce": page.context["form"].initial["nonce"],
        }  # fmt: skip
        done = visitor.post(f"/h/{open_slots.code}/book/?day={TEN.date()}", sent)
        assert done.status_code == 302
        assert "11-23 10:00" in visitor.get(done["Location"]).content.decode()
        visit = Visit.objects.get()
        move = visitor.post(
            f"/h/{open_slots.code}/book/?move={visit.code}", {"starts": (TEN + timedelta(hours=1)).isoformat()}
        )
        assert move.status_code == 302
        assert visitor.post(f"/v/{visit.code}/cancel").status_code == 302
        visit.refresh_from_db()
        assert visit.state == "cancelled"


def test_nobody_overbooks_whoever_books_at_once(busy_hall: Any) -> None:
    hall, by = busy_hall
    hall = with_slots(hall, by)
    starts = queries.offers(hall, ADVICE, queries.bookable_days(hall)[1])[4].starts
    got = at_once(10, lambda n: book(hall, n + 1, starts))
    assert sum(isinstance(one, Visit) for one in got) == 2
    assert got.count("slot_full") == 8
    assert Slot.objects.get().taken == Visit.objects.filter(state="booked").count() == 2


def test_one_person_does_not_get_past_the_limit_by_hurrying(busy_hall: Any) -> None:
    hall, by = busy_hall
    hall = with_slots(hall, by)
    offers = queries.offers(hall, ADVICE, queries.bookable_days(hall)[1])
    got = at_once(6, lambda n: book(hall, 1, offers[n].starts))
    assert sum(isinstance(one, Visit) for one in got) == 2
    assert got.count("too_many_appointments") == 4


def test_two_who_move_past_each_other_both_arrive(busy_hall: Any) -> None:
    hall, by = busy_hall
    hall = with_slots(hall, by)
    starts = [one.starts for one in queries.offers(hall, ADVICE, queries.bookable_days(hall)[1])[:2]]
    visits = [book(hall, n + 1, starts[n]) for n in range(2)]
    got = at_once(2, lambda n: actions.move(visits[n], starts[1 - n], by=ANONYMOUS))
    assert all(isinstance(one, Visit) for one in got)
    assert sorted(Slot.objects.values_list("taken", flat=True)) == [1, 1]
