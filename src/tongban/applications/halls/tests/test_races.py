"""What happens at the same moment: numbers, calls and places are given once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connections, transaction

from tongban.applications.halls import actions
from tongban.applications.halls.actions.counting import count_down, count_up
from tongban.applications.halls.models import Hall, Visit
from tongban.applications.halls.tests.conftest import new_hall, somebody, staff
from tongban.applications.halls.tests.test_visits import come
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal
from tongban.lib.words import T


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    """Do something from many threads, each with a connection of its own, and gather what each got."""
    results: list[Any] = [None] * count
    barrier = threading.Barrier(count)

    def run(n: int) -> None:
        with enter("j510500"):
            barrier.wait()
            try:
                results[n] = act(n)
            except Refusal as refusal:
                results[n] = refusal.code
            finally:
                connections["default"].close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def busy_hall(committed_db: None, regions: None) -> Any:
    with enter("j510500"):
        by = somebody("余大明")
        yield actions.confirm_hall(actions.open_hall(new_hall(), by=by).pk, by=staff("administrator")), by


def test_a_hall_opened_by_two_at_once_is_one(committed_db: None, regions: None) -> None:
    with enter("j510500"):
        people = [somebody("余大明"), somebody("别人")]
    got = at_once(4, lambda n: actions.open_hall(new_hall(), by=people[n % 2]).pk)
    assert got.count("hall_exists") == 2
    assert len(set(got)) == 2


def test_numbers_have_neither_gap_nor_repeat_whoever_comes_at_once(busy_hall: Any) -> None:
    hall, _ = busy_hall
    got = at_once(8, lambda n: [_number(hall, n * 20 + k) for k in range(10)])
    numbers = sorted(one for part in got for one in part if one is not None)
    assert numbers == list(range(1, 73))


def _number(hall: Hall, n: int) -> int | None:
    """One in ten is refused after its number was drawn: the number must not be lost."""
    if n % 20 != 5:
        return come(hall, n + 1).number
    try:
        with transaction.atomic():
            come(hall, n + 1)
            raise Refusal("changed_mind", T("不办了", "changed my mind"))
    except Refusal:
        return None


def test_two_clerks_who_call_at_once_get_two_visitors(busy_hall: Any) -> None:
    hall, by = busy_hall
    come(hall, 1)
    come(hall, 2)
    windows = [actions.open_window(hall.windows.get(number=n).pk, by=by).pk for n in ("1", "2", "3")]
    got = at_once(3, lambda n: actions.call_next(windows[n], by=by))
    assert sorted(one.number for one in got if one is not None) == [1, 2]
    assert got.count(None) == 1


def test_one_clerk_who_presses_twice_calls_once(busy_hall: Any) -> None:
    hall, by = busy_hall
    visits = [come(hall, n) for n in (1, 2)]
    window = actions.open_window(hall.windows.get(number="1").pk, by=by).pk
    got = at_once(2, lambda n: actions.call_number(window, visits[n].pk, by=by))
    assert sum(isinstance(one, Visit) for one in got) == 1
    assert "window_busy" in got


def test_a_counter_stops_at_its_end_and_at_nothing(busy_hall: Any) -> None:
    hall, _ = busy_hall
    got = at_once(12, lambda _: count_up(hall.pk, date(2026, 11, 22), "#inside", most=5))
    assert sorted(one for one in got if one) == [1, 2, 3, 4, 5]
    assert count_up(hall.pk, date(2026, 11, 22), "#inside", step=9, most=5) is None
    assert count_up(hall.pk, date(2026, 11, 23), "#inside", step=9, most=5) is None
    assert count_down(hall.pk, date(2026, 11, 22), "#inside", step=9) == 0
