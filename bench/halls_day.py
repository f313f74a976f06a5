"""A day of many halls with 300 visits each, loaded by COPY: storage, the slowest page, how long the nightly deletion takes.

``TONGBAN_BENCH_HALLS=30650`` is the full run of 9.2 million visits: about 20 GB of disk for a while, and one to two hours.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

from bench.house import HOST, House
from bench.load import Plan
from bench.stack import browser_headers, measured, sign_in

Report = Callable[[str, str], None]
FULL = 30_650
HALLS = int(os.environ.get("TONGBAN_BENCH_HALLS", "500"))
VISITS = 300  # of one hall on one day
STILL_WAITING = 20  # of them
BYTES_EACH = 1_500  # of disk: rows, indexes, the log of the database; as much again while they are made anonymous
PAGE_LIMIT_MS = 500.0
NIGHT_HOURS = 3.0  # from 02:30 to before the halls open their doors

_HALLS = """
from tongban.applications.halls.models import Hall, Window
from tongban.foundation.parties.models import Unit
from tongban.lib.ids import uuid7
like = Hall.objects.select_related("unit").get(code="JYSAMPLE")
fields = [f.attname for f in Hall._meta.concrete_fields if f.attname not in ("id", "code", "unit_id", "name", "region_code")]
same = dict((name, getattr(like, name)) for name in fields)
for start in range(0, COUNT, 2000):
    some = range(start, min(start + 2000, COUNT))
    units = [Unit(name=f"样本政务大厅{n}", kind="hall", code=f"day-{n}", region_code=f"5105{2 + n % 5:02d}",
                  organisation_id=like.unit.organisation_id, is_sample=True) for n in some]
    Unit.objects.bulk_create(units)
    halls = [Hall(name=unit.name, code=f"D{n:07d}", unit=unit, region_code=unit.region_code, **same) for n, unit in zip(some, units)]
    Hall.objects.bulk_create(halls)
    Window.objects.bulk_create([Window(hall=hall, number=str(n + 1), is_open=True) for hall in halls for n in range(2)])
"""

# Each row as a line of text: names, documents and phones of a thousand visitors, sealed as they are always; the indexes that
# find them, their codes and nonces are different in each row, as in life.
_LOAD = r"""
import time
from datetime import timedelta
from django.db import connection, transaction
from django.utils import timezone
from tongban.applications.halls.models import Counter, Hall, Trace, Visit
from tongban.lib.identifiers import synthetic_id_number
day = timezone.localdate()
opened = timezone.now() - timedelta(hours=8)
moments = [opened + timedelta(seconds=90 * k) for k in range(VISITS)]
made = [int(at.timestamp() * 1000) for at in moments]
times = [[(at + timedelta(minutes=later)).isoformat() for later in (0, 9, 15)] for at in moments]
def said(n, **more):
    return dict(name="陈小雨", document_type="resident_id", document_number=synthetic_id_number(day.replace(year=1970), n),
                phone=f"+86138{n:08d}", **more)
def sealed(model, name, found):
    return "\\\\x" + model._meta.get_field(name).get_db_prep_value(found, connection).hex()
details = [sealed(Visit, "details", said(n + 1)) for n in range(999)]
seals = [sealed(Trace, "sealed", said(n + 1, companions=[], declaration=dict())) for n in range(999)]
def mixed(n, bits=128):  # one to one: no two rows share it, and it stands in no order
    return n * 0x9E3779B97F4A7C15F39CC0605CEDC835 & (1 << bits) - 1
def key(n, k, kind):  # a UUIDv7 of the row's moment
    return f"{made[k]:012x}7{k:03x}{kind}{n:015x}"
def visit(n, k, hall):
    came, called, ended = times[k]
    waits = k >= VISITS - WAITING
    met = dict() if waits else dict(called_at=called, serving_at=called, ended_at=ended)
    return met | dict(
        id=key(n, k, 8), hall_id=hall, day=str(day), code=f"{mixed(n, 56):014X}", nonce=f"{mixed(n):032x}", number=str(k + 1),
        state="waiting" if waits else "done", service="s1", prefix="A", line="A", masked_name="陈**", details=details[n % 999],
        phone_index=f"\\\\x{mixed(n + 7):032x}", party="1", priorities="[]", channel="poster", registered_at=came,
        queue_key=came, calls="0" if waits else "1", is_anonymous="f", helped_by="", served_by="", entrance="",
    )
def trace(n, k, hall):
    came, _, ended = times[k]
    return dict(
        id=key(n, k, 9), hall_id=hall, visit_id=key(n, k, 8), day=str(day), since=came, until=ended, is_seen="t",
        subject_index=f"\\\\x{mixed(n + 11):032x}", phone_index=f"\\\\x{mixed(n + 7):032x}", sealed=seals[n % 999],
    )
halls = [pk.hex for pk in Hall.objects.filter(code__startswith="D0").order_by("code").values_list("pk", flat=True)]
def load(model, row):
    columns = [f.column for f in model._meta.concrete_fields]
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        with cursor.cursor.copy(f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN") as copy:
            for k in range(VISITS):  # as rows come in: every minute and a half a visitor of each hall
                for h, hall in enumerate(halls):
                    found = row(k * len(halls) + h, k, hall)
                    copy.write("\t".join(found.get(column, "\\N") for column in columns) + "\n")
    return time.perf_counter() - began
print(load(Visit, visit), load(Trace, trace))
Counter.objects.bulk_create(
    [Counter(hall_id=hall, day=day, prefix=prefix, value=VISITS if prefix == "A" else h % 200)
     for h, hall in enumerate(halls) for prefix in ("A", "#inside")], batch_size=5000)
"""

_SIZES = """
from django.db import connection
with connection.cursor() as cursor:
    for table in ("halls_visit", "halls_trace"):
        cursor.execute("SELECT pg_relation_size(%s), pg_indexes_size(%s), pg_total_relation_size(%s), count(*) FROM " + table, [table] * 3)
        print(*cursor.fetchone())
"""

_NIGHT = """
import time
from datetime import timedelta
from django.utils import timezone
from tongban.foundation.ledger.actions import erase_due
real = timezone.now
for days, purpose in ((0, "halls.traces"), (15, "halls.traces"), (91, "halls.visits"), (91, "halls.counters")):
    timezone.now = lambda: real() + timedelta(days=days)
    began = time.perf_counter()
    print(erase_due(purpose), time.perf_counter() - began)
"""


def measure(house: House, report: Report) -> None:
    """Load a day, look at its pages, then let its time pass."""
    count = HALLS * VISITS
    free = shutil.disk_usage(house.var_dir).free
    if free < 2 * count * BYTES_EACH:
        report(
            f"a day of {HALLS:,} halls", f"skipped: needs {2 * count * BYTES_EACH >> 30} GB of disk, {free >> 30} free"
        )
        return
    house.python(_HALLS.strip().replace("COUNT", str(HALLS)))
    visits, traces = map(float, house.python(f"VISITS, WAITING = {VISITS}, {STILL_WAITING}\n{_LOAD.strip()}").split())
    for table in ("halls_hall", "halls_window", "halls_counter", "halls_visit", "halls_trace"):
        house.sql(f"VACUUM (ANALYZE) {table}")
    report(
        f"a day of {HALLS:,} halls by COPY, {count:,} visits / the whole day of {FULL:,}",
        f"{count / FULL / VISITS:.3f}  ({count / visits:.0f} visits/s, {count / traces:.0f} traces/s into indexed tables)",
    )
    _sizes(house, report)
    _pages(house, report)
    _night(house, report, count)


def _sizes(house: House, report: Report) -> None:
    for name, line in zip(("visits", "traces"), house.python(_SIZES.strip()).splitlines(), strict=True):
        rows, indexes, total, count = map(int, line.split())
        report(
            f"  storage of {name}, bytes each", f"{total / count:.0f}  ({rows / count:.0f} in the table, {indexes / count:.0f} "
            f"in its indexes; {total / count * FULL * VISITS / 2**30:.1f} GB a day of {FULL:,} halls)",
        )  # fmt: skip


def _pages(house: House, report: Report) -> None:
    visitor = {"Host": f"{HOST}:{house.port}"}
    desk = browser_headers(house, sign_in(house, "administrator1"))
    pages = {
        "public list": ("/halls/", visitor), "public list, searched": ("/halls/?q=%E5%A4%A7%E5%8E%85499", visitor),
        "a hall's door": ("/h/D0000007/", visitor), "a hall's board": ("/h/D0000007/board.json", visitor),
        "district's list, crowded first": ("/desk/halls/", desk),
        "district's list, one name": ("/desk/halls/?q=%E5%A4%A7%E5%8E%85499", desk),
    }  # fmt: skip
    found = {}
    for name, (path, headers) in pages.items():
        result, cpu, statements = measured(
            house, Plan(house.port, path, headers=headers, clients=1, requests=40), warm_up=4
        )
        found[name] = (result.p95, cpu, statements)
    slowest = max(found, key=lambda name: found[name][0])
    report(
        f"  slowest page ({slowest}): p95 / {PAGE_LIMIT_MS:.0f} ms",
        f"{found[slowest][0] / PAGE_LIMIT_MS:.2f}  ("
        + "; ".join(f"{name} {p95:.0f} ms" for name, (p95, _, _) in found.items()) + ")",
    )  # fmt: skip


def _night(house: House, report: Report, count: int) -> None:
    lines = [line.split() for line in house.python(_NIGHT.strip()).splitlines()]
    (_, idle), *done = [(int(rows), float(seconds)) for rows, seconds in lines]
    names = ("traces erased after 14 days", "visits made anonymous after 90", "counters")
    for name, (rows, seconds) in zip(names, done, strict=True):
        whole = seconds / rows * FULL * VISITS if rows and name != "counters" else seconds
        report(
            f"  nightly: {name}, a day of {FULL:,} halls / {NIGHT_HOURS:.0f} hours",
            f"{whole / 3600 / NIGHT_HOURS:.3f}  ({rows:,} rows in {seconds:.1f} s, {rows / seconds:.0f}/s)",
        )
    report("  nightly: nothing due", f"{idle * 1000:.0f} ms with {count:,} traces kept")
