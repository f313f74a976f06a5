"""A visit in the very moment a list is undone: one comes after the other, whichever is first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from tongban.foundation.parties.models import Person
from tongban.foundation.registers import actions
from tongban.foundation.registers.models import Dwelling, Residence, ResidentList
from tongban.foundation.registers.tests.arrange import grid_worker
from tongban.foundation.registers.tests.lists import as_csv, line, phone_of, taken
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import enter

pytestmark = [pytest.mark.usefixtures("committed_db")]
Run = Callable[[], int]
HOME, OTHER = "示例小区7栋1单元101室", "示例小区7栋1单元102室"
_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def undone_during(found: ResidentList, visit: Callable[[], Any], by: Actor) -> None:
    """Undo a list while a visit is written and not yet committed."""
    actions.undo_list(found.pk, reason="弄错了名单", by=by)

    def run() -> None:
        with enter("j510500"):
            try:
                actions.undo_taken_list(list_id=str(found.pk))
            finally:
                connections["default"].close()

    thread = threading.Thread(target=run)
    with transaction.atomic(), connection.cursor() as cursor:
        visit()
        thread.start()
        waiting = 0
        while not waiting:
            assert thread.is_alive(), "it did not wait for the visit"
            cursor.execute(_WAITING)
            waiting = cursor.fetchone()[0]
    thread.join()
    found.refresh_from_db()
    assert found.state == "undone", found.trouble


def test_a_visit_that_was_first_keeps_what_it_confirmed(run_jobs: Run) -> None:
    with enter("j510500"):
        worker = grid_worker()
        found = taken(as_csv([line(1, "张三", HOME), line(2, "李四", OTHER)]), run_jobs, by=worker)
        row = Residence.objects.get(name="张三")

        def visit() -> None:
            actions.visit_dwelling(row.dwelling_id, by=worker)
            actions.confirm_residence(row.pk, by=worker)

        undone_during(found, visit, worker)
        assert [one.name for one in Residence.objects.all()] == ["张三"]
        assert [one.pk for one in Dwelling.objects.all()] == [row.dwelling_id]
        assert found.counts == {"fresh": 1, "kept": 1}


def test_a_telephone_confirmed_at_the_door_stays(run_jobs: Run) -> None:
    with enter("j510500"):
        worker = grid_worker()
        taken(as_csv([line(1, "张三", HOME, phone="")]), run_jobs, by=worker)
        found = taken(as_csv([line(1, "张三", HOME)]), run_jobs, by=worker)
        row = Residence.objects.get()
        undone_during(found, lambda: actions.confirm_residence(row.pk, by=worker), worker)
        assert Person.objects.get(name="张三").phone == f"+86{phone_of(1)}"
        assert found.counts["kept"] == 1


def test_a_room_somebody_was_at_stays(run_jobs: Run) -> None:
    with enter("j510500"):
        worker = grid_worker()
        found = taken(as_csv([line(1, "张三", HOME), line(2, "李四", OTHER)]), run_jobs, by=worker)
        home = Residence.objects.get(name="张三").dwelling_id
        undone_during(found, lambda: actions.visit_dwelling(home, by=worker), worker)
        assert not Residence.objects.exists()
        assert [one.pk for one in Dwelling.objects.all()] == [home]
