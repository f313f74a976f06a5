"""The dashboard: every number is its list's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from tongban.applications.grid import actions
from tongban.foundation.registers.actions import end_residence
from tongban.foundation.registers.queries import flows_of, moved_in_month
from tongban.foundation.registers.tests.arrange import COMMUNITY, NORTH, Estate, grid_worker
from tongban.lib.actors import Actor

Desk = Callable[[Actor], Client]


def test_who_came_and_left_by_month(estate: Estate, django_assert_num_queries: Any) -> None:
    today = timezone.localdate()
    before = today.replace(day=1) - timedelta(days=1)
    estate.lives(1, "1-101", since=today)
    estate.lives(2, "1-101", since=before)
    gone = estate.lives(3, "1-102", since=date(2019, 5, 1))
    end_residence(gone.pk, today, reason="迁出", by=estate.worker)
    with django_assert_num_queries(2):
        flows = flows_of(estate.worker)
    assert len(flows) == 12
    assert [(one.came, one.left) for one in flows[-2:]] == [(1, 0), (1, 1)]
    assert sum(one.came for one in flows) == 2, "who came years ago is no flow of this year"
    assert [one.name for one in moved_in_month(estate.worker, today, left=True)] == ["居民3"]
    assert [one.name for one in moved_in_month(estate.worker, before, left=False)] == ["居民2"]
    assert not any(one.came or one.left for one in flows_of(grid_worker(NORTH, 85)))


def test_each_number_opens_its_list(estate: Estate, desk_of: Desk, django_assert_max_num_queries: Any) -> None:
    today = timezone.localdate()
    estate.lives(1, "1-101", "tenant", since=today)
    actions.give_task(actions.NewTask("张贴防火通知", today, COMMUNITY), by=estate.worker)
    client = desk_of(estate.worker)
    with django_assert_max_num_queries(24):
        page = client.get("/desk/grid/board/").content.decode()
    month = today.strftime("%Y-%m")
    assert f"area={COMMUNITY}&amp;month={month}&amp;which=came" in page
    assert "web/charts.js" in page
    found = client.get(f"/desk/grid/people/?area={COMMUNITY}&month={month}&which=came").content.decode()
    assert "居民1" in found
    assert "迁入的人" in found
    assert "居民1" not in client.get(f"/desk/grid/people/?area={COMMUNITY}&month={month}&which=left").content.decode()
    assert client.get(f"/desk/grid/board/?area={NORTH}").status_code == 404
