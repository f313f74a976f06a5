"""Taking over lists of residents with every check, encryption and index, beside plain COPY and django-import-export.

As a city does it in its first week: lists of communities, one uploaded after the other, tried and taken over by the house's own
worker. ``TONGBAN_BENCH_RESIDENTS=1000000`` is the full run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg

from bench.house import ROOT, House
from bench.resident_rows import as_list
from tongban.config.embedded import OWNER, running_url

COUNT = int(os.environ.get("TONGBAN_BENCH_RESIDENTS", "60000"))
ONE_LIST = min(20_000, COUNT)
PEER_ROWS = 1_000
TARGET, TIMES = 15_000, 20
PEERS = ROOT / "var" / "peers"  # put there by ``make bench`` from requirements/bench.txt
Report = Callable[[str, str], None]

_TAKE = """
import time
from django.db import connection
from bench.resident_rows import as_list
from tongban.foundation.parties.models import Account, Person
from tongban.foundation.registers import actions
from tongban.foundation.registers.models import Dwelling, Household, Residence, ResidentList
from tongban.lib import capabilities
from tongban.lib.actors import Actor
def worker(area):
    return Actor(kind="person", channel="web", name="基准", role="grid_worker", membership_id=Account.objects.first().pk, region=area,
                 assurance=5, second_factor=True, capabilities=capabilities.of_role("grid_worker"))
def size():
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " + ".join(f"pg_total_relation_size('{m._meta.db_table}')" for m in (Person, Residence, Dwelling, Household)))
        return cursor.fetchone()[0]
contents = [as_list(first, ONE_LIST) for first in range(0, COUNT, ONE_LIST)]
before, spent = size(), time.process_time()
began, reading = time.perf_counter(), 0.0
open_lists, first = dict(), 0
while first < COUNT or open_lists:
    if first < COUNT and len(open_lists) < AT_ONCE:
        area = f"5103029{first // ONE_LIST // 1000:02d}{first // ONE_LIST % 1000:03d}"
        start = time.perf_counter()
        found = actions.upload_list(contents[first // ONE_LIST], "list.csv", actions.NewList(area, "基准名单"), by=worker(area))
        actions.try_list(found.pk, found.places, by=worker(area))
        reading += time.perf_counter() - start
        open_lists[found.pk] = worker(area)
        first += ONE_LIST
        continue
    for found in ResidentList.objects.filter(pk__in=open_lists).exclude(state__in=("checking", "taking")):
        assert not found.trouble and found.counts == dict(fresh=ONE_LIST), (found.counts, found.trouble)
        if found.state == "checked":
            actions.confirm_list(found.pk, by=open_lists[found.pk])
        else:
            assert (found.state, found.taken_count) == ("taken", ONE_LIST), found.state
            del open_lists[found.pk]
    time.sleep(0.05)
print(first, time.perf_counter() - began, reading, time.process_time() - spent, (size() - before) / first)
"""


def measure(house: House, report: Report) -> None:
    """Rows a second from the files to the register on the whole machine; what each costs; storage."""
    cpu = house.cpu_seconds()
    program = (
        f"COUNT, ONE_LIST, AT_ONCE = {COUNT // ONE_LIST * ONE_LIST}, {ONE_LIST}, {os.cpu_count() or 2}\n{_TAKE.strip()}"
    )
    done, seconds, reading, own, stored = map(float, house.python(program).split())
    cpu = house.cpu_seconds() - cpu + own
    speed = done / seconds
    report(
        f"lists of residents, {done:,.0f} rows / {TARGET:,} a second",
        f"{speed / TARGET:.2f}  ({speed:,.0f} rows/s; "
        f"{cpu / done * 1e6:.0f} CPU µs a row, {reading / done * 1e6:.0f} µs of them reading files)",
    )
    plain = plain_copy(house, int(done))
    report("  … beside plain COPY into one unindexed table", f"{speed / plain:.3f}  (its {plain:,.0f} rows/s)")
    other = import_export(house)
    if other is None:
        report(
            f"  … beside django-import-export / {TIMES} times", "skipped: django-import-export is not installed here"
        )
    else:
        report(
            f"  … beside django-import-export / {TIMES} times",
            f"{speed / other / TIMES:.2f}  ({speed / other:.0f} times its {other:,.0f} rows/s, which encrypts and indexes nothing)",
        )
    report("  stored for each resident, indexes, dwellings and households included", f"{stored:,.0f} bytes")


def plain_copy(house: House, count: int) -> float:
    """Rows a second of COPY from the same lists, ready in memory, into a table without any index."""
    with psycopg.connect(running_url(house.var_dir / "postgres", OWNER, "tongban")) as connection:
        connection.execute("CREATE TABLE bench_plain (a text, b text, c text, d text, e text, f text, g text)")
        seconds = 0.0
        for first in range(0, count, ONE_LIST):
            content = as_list(first, ONE_LIST)
            began = time.perf_counter()
            with connection.cursor().copy("COPY bench_plain FROM STDIN (FORMAT csv, HEADER)") as copy:
                copy.write(content)
            seconds += time.perf_counter() - began
        began = time.perf_counter()
        connection.commit()
        seconds += time.perf_counter() - began
        connection.execute("DROP TABLE bench_plain")
    return count / seconds


def import_export(house: House) -> float | None:
    """Rows a second of the peer in a program of its own; None where it is not installed."""
    if not (PEERS / "import_export").is_dir():
        return None
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "peers" / "importing.py"), running_url(house.var_dir / "postgres", OWNER, "tongban")],
        input=as_list(10_000_000, PEER_ROWS).decode(), capture_output=True, text=True, check=True, timeout=300,
        env=os.environ | {"PYTHONPATH": str(PEERS)},
    )  # fmt: skip
    return PEER_ROWS / float(done.stdout)
