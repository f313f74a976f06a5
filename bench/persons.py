"""Finding one of a million persons by the blind index of a telephone number."""

from __future__ import annotations

from collections.abc import Callable

from bench.house import House

MILLION = 1_000_000

_FILL = """
import os
from django.db import connection
from tongban.lib.fields import blind_index, seal
from tongban.lib.ids import uuid7
from tongban.foundation.parties.models import Person
columns = [f.column for f in Person._meta.concrete_fields]
blob = seal(b"+8613000000000", "parties.person.phone")
template = {}
for f in Person._meta.concrete_fields:
    kind = f.get_internal_type()
    value = f.get_default() if f.has_default() or not f.null else None
    template[f.column] = value
with connection.cursor() as cursor:
    cursor.execute("SET synchronous_commit = off")
    with cursor.copy(f"COPY {Person._meta.db_table} ({', '.join(columns)}) FROM STDIN") as copy:
        from datetime import datetime, UTC
        now = datetime.now(UTC)
        for n in range(COUNT):
            row = dict(template, id=uuid7(), name="样本", name_pinyin="yangben", name_initials="yb", created_at=now,
                       phone=blob, phone_index=blind_index("phone", f"+86130{n:08d}"), is_sample=True)
            row["phone_tail_index"] = None
            for c, v in row.items():
                if v == "" and c in ENCRYPTED: row[c] = b""
            copy.write_row([row[c] for c in columns])
    cursor.execute(f"ANALYZE {Person._meta.db_table}")
print("filled")
"""

_ASK = """
import random, statistics, time
from django.db import connection
from tongban.lib.fields import blind_index_any
from tongban.foundation.parties.models import Person
def timed(work, times=400):
    taken = []
    for _ in range(times):
        began = time.perf_counter(); work(); taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000
def look_up():
    n = random.randrange(COUNT)
    found = list(Person.objects.filter(phone_index__in=blind_index_any("phone", f"+86130{n:08d}")).values_list("pk"))
    assert len(found) == 1
def nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1"); cursor.fetchone()
look_up(); nothing()
print(timed(look_up), timed(nothing))
query = Person.objects.filter(phone_index__in=blind_index_any("phone", "+8613000000001"))
print(query.explain().splitlines()[0])
"""


def measure(house: House, report: Callable[[str, str], None]) -> None:
    """Look-up among a million beside an empty statement on the same connection, and beside ten thousand."""
    encrypted = "ENCRYPTED = {'phone', 'document_number', 'birth_date', 'address'}\n"
    results = {}
    have = 0
    for count in (10_000, MILLION):
        fill = _FILL.replace("range(COUNT)", f"range({have}, {count})")
        house.python(encrypted + fill)
        have = count
        figures, plan = house.python(_ASK.replace("COUNT", str(count))).splitlines()
        look_up, nothing = map(float, figures.split())
        results[count] = look_up
        report(
            f"blind-index look-up, {count:,} persons",
            f"{look_up:.2f} ms median = {look_up / nothing:.1f} x an empty statement ({nothing:.2f} ms); {plan.strip()}",
        )
    report("  … a million beside ten thousand", f"{results[MILLION] / results[10_000]:.2f} x")
