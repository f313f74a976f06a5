"""Taking over lists of residents with every check, encryption and index, beside plain COPY and django-import-export."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from bench.house import ROOT, House

COUNT = int(os.environ.get("TONGBAN_BENCH_RESIDENTS", "40000"))  # in lists of a community's size
ONE_LIST = 20_000
PEER_ROWS = 1_000
TARGET, TIMES = 15_000, 20
PEERS = ROOT / "var" / "peers"

_LISTS = """
import csv, io
from datetime import date, timedelta
from tongban.lib.identifiers import synthetic_id_number
S, G = "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英霞平刚桂华建国志文斌晓燕海玉兰俊雪梅红春凤琴龙"
def rows(first, count):
    for n in range(first, first + count):
        home = n // 3
        number = synthetic_id_number(date(1940, 1, 1) + timedelta(days=n // 999), n % 999 + 1)
        name = S[n % len(S)] + G[n * 7 % len(G)] + (G[n // 41 * 11 % len(G)] if n % 5 else "")
        yield [str(n), name, number, f"139{n % 100000000:08d}", ("户主", "配偶", "子")[n % 3], "户籍",
               f"基准苑{home // 800}期{home // 40 % 20 + 1}栋{home // 20 % 2 + 1}单元{home % 20 // 2 + 1}0{home % 2 + 1}室"]
HEAD = ["序号", "姓名", "身份证号码", "联系电话", "与户主关系", "人员类别", "居住地址"]
def as_list(first, count):
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *rows(first, count)])
    return out.getvalue().encode()
"""
_WORKER = """
import time
from django.db import connection
from tongban.foundation.parties.models import Account, Person
from tongban.foundation.registers import actions
from tongban.foundation.registers.models import Dwelling, Household, Residence, ResidentList
from tongban.lib import capabilities
from tongban.lib.actors import Actor
def worker(area):
    return Actor(kind="person", channel="web", name="基准", role="grid_worker", membership_id=Account.objects.first().pk, region=area,
                 assurance=5, second_factor=True, capabilities=capabilities.of_role("grid_worker"))
"""
_TAKE = """
def size():
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " + ".join(f"pg_total_relation_size('{m._meta.db_table}')" for m in (Person, Residence, Dwelling, Household)))
        return cursor.fetchone()[0]
before = size()
parts = {"upload": 0.0, "trial": 0.0, "taking over": 0.0}
done = 0
for number, first in enumerate(range(0, COUNT, ONE_LIST)):
    area = f"5103029{number // 1000:02d}{number % 1000:03d}"
    content, by = as_list(first, ONE_LIST), worker(area)
    began = time.perf_counter()
    found = actions.upload_list(content, "list.csv", actions.NewList(area, "基准名单"), by=by)
    parts["upload"] += time.perf_counter() - began
    began = time.perf_counter()
    actions.try_list(found.pk, found.places, by=by)
    actions.check_list(list_id=str(found.pk))
    parts["trial"] += time.perf_counter() - began
    began = time.perf_counter()
    actions.confirm_list(found.pk, by=by)
    actions.take_list(list_id=str(found.pk))
    parts["taking over"] += time.perf_counter() - began
    found.refresh_from_db()
    assert (found.state, found.taken_count) == ("taken", ONE_LIST), (found.state, found.counts, found.trouble)
    done += ONE_LIST
added = size() - before
began = time.perf_counter()
with connection.cursor() as cursor:
    cursor.execute("CREATE TEMP TABLE bench_plain (a text, b text, c text, d text, e text, f text, g text)")
    with cursor.copy("COPY bench_plain FROM STDIN") as copy:
        for row in rows(0, done):
            copy.write_row(row)
plain = time.perf_counter() - began
with connection.cursor() as cursor:
    cursor.execute("ANALYZE")
print(done, *parts.values(), plain, added / done)
"""
_SEARCH = """
import random, time
def p95(work, times=200):
    taken = []
    work()
    for _ in range(times):
        began = time.perf_counter(); work(); taken.append(time.perf_counter() - began)
    return sorted(taken)[int(times * 0.95)] * 1000
from tongban.foundation.registers import queries
by = worker("5103")
def one():
    return random.choice(known)
known = list(rows(0, COUNT))
from tongban.lib.names import name_key
print(p95(lambda: list(queries.residents_visible_to(by, term=name_key(one()[1]).initials)[:20])),
      p95(lambda: list(queries.residents_by_document(by, "resident_id", one()[2]))),
      p95(lambda: list(queries.residents_by_phone(by, one()[3]))))
"""


def measure(house: House, report: Callable[[str, str], None]) -> None:
    """Rows a second from the file to the register in one process, and its parts; storage and search afterwards."""
    given = f"COUNT, ONE_LIST = {COUNT}, {min(ONE_LIST, COUNT)}\n"
    done, upload, trial, taking, plain, stored = map(float, house.python(given + _LISTS + _WORKER + _TAKE).split()[-6:])
    seconds = upload + trial + taking
    speed = done / seconds
    report(
        f"lists of residents, {done:,.0f} rows / 15,000 a second",
        f"{speed / TARGET:.2f}  ({speed:,.0f} rows/s: {upload / done * 1e6:.0f} + {trial / done * 1e6:.0f} + "
        f"{taking / done * 1e6:.0f} µs a row for reading, trial, taking over)",
    )
    report("  … beside plain COPY into one unindexed table", f"{plain / seconds:.2f}  (its {done / plain:,.0f} rows/s)")
    other = import_export(house)
    if other is None:
        report("  … beside django-import-export / 20 times", "skipped: django-import-export is not installed here")
    else:
        report(
            "  … beside django-import-export / 20 times",
            f"{speed / other / TIMES:.2f}  ({speed / other:.0f} times its {other:,.0f} rows/s, which encrypt and index nothing)",
        )
    report("  stored for each resident, indexes, dwellings and households included", f"{stored:,.0f} bytes")
    times = house.python(given + _LISTS + _WORKER + _SEARCH).split()[-3:]
    initials, document, phone = map(float, times)
    report(
        "  search by initials, identity number, phone: p95 / 50 ms",
        f"{max(initials, document, phone) / 50:.2f}  ({initials:.1f}, {document:.1f}, {phone:.1f} ms)",
    )


def import_export(house: House) -> float | None:
    """Rows a second of the peer in a program of its own; None where it is not installed."""
    from tongban.config.embedded import OWNER, running_url

    if not (PEERS / "import_export").is_dir():
        return None
    address = running_url(house.var_dir / "postgres", OWNER, "tongban")
    rows = house.python(
        f"{_LISTS}import sys\nsys.stdout.write(as_list(10_000_000, {PEER_ROWS}).decode())"
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "peers" / "importing.py"), address], input=rows, capture_output=True, text=True,
        check=True, timeout=300, env=os.environ | {"PYTHONPATH": str(PEERS)},
    )  # fmt: skip
    return PEER_ROWS / float(done.stdout)
