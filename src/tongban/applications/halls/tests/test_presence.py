"""Who is inside: by scan or by the screen's digits, once each, never past capacity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tongban.applications.halls import actions, queries
from tongban.applications.halls.models import Counter, Hall, Scan, Trace, Visit
from tongban.applications.halls.tests.conftest import new_hall
from tongban.applications.halls.tests.test_races import at_once, busy_hall
from tongban.applications.halls.tests.test_visits import HOST, come
from tongban.lib.actors import ANONYMOUS, Actor
from tongban.lib.refusals import Refusal

__all__ = ["busy_hall"]


def scan(hall: Hall, code: str, by: Actor = ANONYMOUS, **more: Any) -> str:
    return actions.scan(hall, actions.Scanned(code, more.pop("nonce", None) or uuid4(), **more), by=by).verdict


def inside(hall: Hall) -> int:
    return sum(Counter.objects.filter(hall=hall, prefix="#inside").values_list("value", flat=True))


@pytest.mark.django_db
class TestDoors:
    def test_in_and_out_and_in_again(self, hall: Hall) -> None:
        visit = come(hall, 1, companions=["张三"])
        assert scan(hall, visit.code) == "admitted"
        assert inside(hall) == 2
        assert scan(hall, visit.code) == "already_inside"
        assert inside(hall) == 2
        assert scan(hall, visit.code, is_entry=False) == "out"
        assert scan(hall, visit.code, is_entry=False) == "out"
        assert inside(hall) == 0
        assert scan(hall, visit.code) == "admitted"
        assert Trace.objects.get().is_seen

    def test_the_same_scan_sent_twice_counts_once(self, hall: Hall) -> None:
        visit, nonce = come(hall, 1), uuid4()
        assert scan(hall, visit.code, nonce=nonce) == scan(hall, visit.code, nonce=nonce) == "admitted"
        assert Scan.objects.count() == inside(hall) == 1

    def test_a_full_hall_says_so_until_somebody_leaves(self, hall: Hall, manager: Actor) -> None:
        hall = actions.change_hall(hall.pk, {"capacity": 2}, by=manager)
        pair, single = come(hall, 1, companions=["张三"]), come(hall, 2)
        assert [scan(hall, pair.code), scan(hall, single.code)] == ["admitted", "full"]
        scan(hall, pair.code, is_entry=False)
        assert scan(hall, single.code) == "admitted"

    def test_a_group_larger_than_what_is_free_is_not_split(self, hall: Hall, manager: Actor) -> None:
        hall = actions.change_hall(hall.pk, {"capacity": 2}, by=manager)
        assert scan(hall, come(hall, 1, companions=["张三", "李四"]).code) == "full"
        assert inside(hall) == 0

    def test_codes_that_open_nothing_say_why(
        self, hall: Hall, manager: Actor, clock: Callable[[datetime], None]
    ) -> None:
        other = actions.open_hall(new_hall(name="另一个大厅"), by=manager)
        visit = come(hall, 1)
        assert scan(other, visit.code) == "other_hall"
        assert scan(hall, "AAAAAAAAAAAAAA") == "unknown"
        assert scan(hall, "") == "unknown"
        gone = come(hall, 2)
        actions.leave(gone, by=ANONYMOUS)
        assert scan(hall, gone.code) == "gone"
        clock(timezone.now() + timedelta(days=1))
        assert scan(hall, visit.code) == "other_day"
        assert inside(hall) == 0

    def test_an_offline_scan_is_kept_as_the_fact_it_was(self, hall: Hall, manager: Actor) -> None:
        hall = actions.change_hall(hall.pk, {"capacity": 1}, by=manager)
        first, second = come(hall, 1), come(hall, 2)
        scan(hall, first.code)
        late = timezone.now() + timedelta(hours=5)  # the phone's clock is wrong
        assert scan(hall, second.code, at=late, verdict="admitted") == "admitted"
        assert inside(hall) == 2
        kept = Scan.objects.get(visit_id=second.pk)
        assert kept.was_offline
        assert kept.at <= kept.received_at

    def test_the_screens_digits_prove_presence_and_others_do_not(self, hall: Hall) -> None:
        visit, visitor = come(hall, 1), Client(HTTP_HOST=HOST)
        visitor.post(f"/v/{visit.code}/here", {"digits": "000000" if queries.presence_now(hall) != "000000" else "1"})
        assert inside(hall) == 0
        visitor.post(f"/v/{visit.code}/here", {"digits": queries.presence_now(hall), "nonce": uuid4()})
        assert inside(hall) == 1
        with pytest.raises(Refusal, match="presence_code_wrong"):
            actions.confirm_presence(hall, visit, "12", uuid4(), by=ANONYMOUS)


def test_at_capacity_exactly_so_many_are_inside(busy_hall: Any) -> None:
    hall, by = busy_hall
    hall = actions.change_hall(hall.pk, {"capacity": 5}, by=by)
    codes = [come(hall, n + 1).code for n in range(12)]
    verdicts = at_once(12, lambda n: scan(hall, codes[n]))
    assert (verdicts.count("admitted"), verdicts.count("full")) == (5, 7)
    assert inside(hall) == Visit.objects.filter(inside_since__isnull=False).count() == 5


def test_one_visitor_scanned_at_two_doors_at_once_is_inside_once(busy_hall: Any) -> None:
    hall, _ = busy_hall
    code = come(hall, 1).code
    verdicts = at_once(4, lambda _: scan(hall, code))
    assert sorted(verdicts) == ["admitted", *["already_inside"] * 3]
    assert inside(hall) == 1


@pytest.mark.django_db
def test_figures_tell_the_day_and_the_public_list_who_is_quiet(
    hall: Hall, manager: Actor, clock: Callable[[datetime], None], django_assert_max_num_queries: Any
) -> None:
    now = timezone.now()
    visit = come(hall, 1)
    come(hall, 2)
    window = actions.open_window(hall.windows.get(number="1").pk, by=manager)
    clock(now + timedelta(minutes=10))
    actions.call_next(window.pk, by=manager)
    actions.begin_serving(visit.pk, by=manager)
    clock(now + timedelta(minutes=14))
    actions.rate(actions.finish(visit.pk, by=manager), 4, by=ANONYMOUS)
    day = visit.day
    found = queries.figures(hall, day, day)
    assert (found["visits"], found["served"], found["waited"], found["at_window"], found["good"]) == (
        2,
        1,
        10.0,
        4.0,
        1,
    )
    assert sum(n for _, n, _ in queries.hours_of_day(hall, day, day)) == 2
    assert queries.waiting_by_hall([hall.pk], day) == {hall.pk: 1}
    with django_assert_max_num_queries(8):
        page = Client(HTTP_HOST=HOST).get("/halls/")
    assert "1 人等候" in page.content.decode()


def test_the_districts_board_shows_the_crowded_halls_first(hall: Hall, manager: Actor) -> None:
    from tongban.applications.halls.tests.conftest import new_hall, somebody, staff

    quiet = actions.open_hall(new_hall(name="纳溪区政务服务中心", region_code="510503"), by=somebody("别人"))
    scan(hall, come(hall, 1).code)
    come(hall, 2)
    come(quiet, 3)
    found = queries.with_crowds(queries.halls_overseen(staff("administrator"))).order_by("-waiting")
    assert [(one.pk, one.waiting, one.inside) for one in found] == [(hall.pk, 2, 1), (quiet.pk, 1, 0)]
    Hall.objects.filter(pk=quiet.pk).update(day_starts=24 * 60)  # its business day of yesterday is still running
    found = queries.with_crowds(queries.halls_overseen(staff("administrator"))).order_by("-waiting")
    assert [(one.pk, one.waiting) for one in found] == [(hall.pk, 2), (quiet.pk, 0)]
