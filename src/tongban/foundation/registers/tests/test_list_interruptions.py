"""A list whose worker is killed: what was done stays done, what was not is not there at all, and it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from tongban.foundation.parties.models import Person
from tongban.foundation.registers import actions
from tongban.foundation.registers.actions import resident_lists
from tongban.foundation.registers.models import Dwelling, ListRow, Place, Residence, ResidentList
from tongban.foundation.registers.tests.arrange import grid_worker
from tongban.foundation.registers.tests.lists import as_csv, line, uploaded

# Processes of their own see only what is committed.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("committed_db")]
SOURCE = Path(__file__).parents[4]
_WORK = """
import sys, django
django.setup()
from tongban.foundation.registers import actions
from tongban.lib.jurisdictions import enter
with enter("j510500"):
    getattr(actions, sys.argv[1])(list_id=sys.argv[2])
"""


def at_work(job: str, found: ResidentList) -> subprocess.Popen[bytes]:
    """A worker process with one job."""
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    return subprocess.Popen([sys.executable, "-c", _WORK, job, str(found.pk)], env=environment)


def kill_once(process: subprocess.Popen[bytes], moment: Callable[[], Any]) -> None:
    """kill -9 as soon as the moment has come."""
    try:
        while not moment():
            assert process.poll() is None, "it ended before the moment came"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def rows(count: int) -> bytes:
    """A list of so many people."""
    return as_csv(
        [line(n, f"居民{'甲乙丙丁'[n % 4]}", f"示例小区{n % 40}栋1单元{100 + n % 700}室") for n in range(1, count + 1)]
    )


def test_a_trial_killed_half_way_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resident_lists, "PART", 250)
    worker = grid_worker()
    found = uploaded(rows(3000), by=worker)
    actions.try_list(found.pk, found.places, by=worker)
    kill_once(at_work("check_list", found), lambda: ResidentList.objects.get().parts_done >= 3)
    half = (
        ResidentList.objects.select_for_update(nowait=False)
        .filter(pk=found.pk)
        .values("parts_done", "done_count", "state")
    )
    from django.db import transaction

    with transaction.atomic():  # waits for what the killed one left behind
        [left] = half
    assert left["state"] == "checking"
    assert 3 <= left["parts_done"] < 12
    assert ListRow.objects.count() == left["done_count"] == 250 * left["parts_done"]
    assert not Residence.objects.exists()
    assert not Place.objects.exists()
    actions.check_list(list_id=str(found.pk))
    found.refresh_from_db()
    assert (found.state, found.done_count, found.counts) == ("checked", 3000, {"fresh": 3000})
    assert found.places_added["building"] == 40, "what was planned before is not planned again"


def test_taking_over_killed_half_way_leaves_nothing_and_goes_on() -> None:
    worker = grid_worker()
    found = uploaded(rows(500), by=worker)
    actions.try_list(found.pk, found.places, by=worker)
    actions.check_list(list_id=str(found.pk))
    actions.confirm_list(found.pk, by=worker)
    waits = (
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%registers_residence%'"
    )
    with psycopg.connect(os.environ["DATABASE_URL"]) as holder, connection.cursor() as cursor:
        holder.execute("SET search_path TO j510500, public")
        # With places, dwellings and people written, it stops before the residences.
        holder.execute("LOCK TABLE registers_residence IN SHARE MODE")

        def is_half_way() -> bool:
            cursor.execute(waits)
            return bool(cursor.fetchone()[0])

        kill_once(at_work("take_list", found), is_half_way)
        assert not Person.objects.filter(source__startswith="list").exists()
        assert not Dwelling.objects.exists()
    found.refresh_from_db()
    assert (found.state, Residence.objects.count()) == ("taking", 0)
    actions.take_list(list_id=str(found.pk))
    found.refresh_from_db()
    assert (found.state, found.taken_count, Residence.objects.count()) == ("taken", 500, 500)
