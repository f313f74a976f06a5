"""A city's register of residents loaded by COPY: pictures of a community and a building, searches, storage.

``TONGBAN_BENCH_CITY=5000000`` is the full run: about 8 GB of disk for a while.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

from bench.house import House

Report = Callable[[str, str], None]
FULL, COMMUNITY = 5_000_000, 50_000
PEOPLE = int(os.environ.get("TONGBAN_BENCH_CITY", "300000")) // COMMUNITY * COMMUNITY
FIRST = 1_200_000  # the people of ``bench/residents.py`` in the same house are others
BYTES_EACH = 1_600  # of disk, generously: rows, indexes, the log of the database
PICTURE_MS, SEARCH_MS = 100.0, 50.0

# Sealed values are those of a thousand people; names, keys, blind indexes and places are each one's own, as in life.
_LOAD = """
import time
from datetime import date
from django.db import connection, transaction
from bench.resident_rows import row_of
from tongban.foundation.parties.models import Person
from tongban.foundation.registers.models import Dwelling, Place, Residence
from tongban.lib.copying import copy_rows
from tongban.lib.fields import indexers, sealer
from tongban.lib.identifiers import document_key
from tongban.lib.ids import uuid7, uuid7s
from tongban.lib.names import name_key
from tongban.lib.phones import phone_tail_key
from django.utils import timezone
document, phone, tail = (indexers(kind)[0] for kind in ("document", "phone", "phone_tail"))
some = [row_of(n) for n in range(1000)]
numbers, phones, births = ([seal(one) for one in values] for seal, values in (
    (sealer("parties.person.document_number"), [one[2] for one in some]),
    (sealer("parties.person.phone"), ["+86" + one[3] for one in some]),
    (sealer("parties.person.birth_date"), [f"{one[2][6:10]}-{one[2][10:12]}-{one[2][12:14]}" for one in some])))
addresses = [sealer("registers.residence.raw_address")(one[6]) for one in some]
now, keys = timezone.now(), dict()
KINDS = ("registered",) * 7 + ("floating", "tenant", "lodging")
def load(number):
    code = f"5105029{number:05d}"
    estate, homes = uuid7(), -(-COMMUNITY // 3)
    blocks = uuid7s(-(-homes // 160)); units = uuid7s(2 * len(blocks)); dwellings = uuid7s(homes)
    places = [(estate, "estate", None, "", f"基准{number}苑", code)]
    places += [(pk, "building", estate, str(n + 1), f"{n + 1}栋", f"{code}{n % 20 + 1:03d}") for n, pk in enumerate(blocks)]
    places += [(pk, "unit", blocks[n // 2], str(n % 2 + 1), f"{n % 2 + 1}单元", f"{code}{n // 2 % 20 + 1:03d}") for n, pk in enumerate(units)]
    made = []
    for pk, level, parent, mark, name, area in places:
        key = name_key(name, personal=False)
        made.append((pk, level, parent, mark, name, key.pinyin, key.initials, area, name, "", "bench", False))
    copy_rows(Place, ("id", "level", "parent", "mark", "name", "name_pinyin", "name_initials", "area_code", "address", "grid_kind", "source", "is_sample"), made)
    grids = [f"{code}{n // 160 % 20 + 1:03d}" for n in range(homes)]
    copy_rows(Dwelling, ("id", "place", "building", "floor", "mark", "area_code", "address", "use", "collected_by", "is_sample"), (
        (pk, units[n // 80], blocks[n // 160], n % 80 // 4 + 1, f"{n % 80 // 4 + 1}0{n % 4 + 1}", grids[n], "基准路一号", "home", "", False)
        for n, pk in enumerate(dwellings)))
    people, living, ids, stays = [], [], uuid7s(COMMUNITY), uuid7s(COMMUNITY)
    for n in range(COMMUNITY):
        _, name, number_, mobile, relation, _, _ = row_of(FIRST + number * COMMUNITY + n)
        key = keys.get(name) or keys.setdefault(name, name_key(name))
        area, mobile, sex, k = grids[n // 3], "+86" + mobile, "12"[n % 2], n % 1000
        people.append((ids[n], name, key.pinyin, key.initials, "resident_id", numbers[k], document(document_key("resident_id", number_)), births[k], sex,
                       phones[k], phone(mobile), tail(phone_tail_key(mobile, code)), code, b"", 2, "bench", now, False))
        living.append((stays[n], name, key.pinyin, key.initials, ids[n], dwellings[n // 3], KINDS[n % 10], "01" if n % 3 == 0 else "", "", "bench", "",
                       addresses[k], sex, 1936 + n * 7 % 90, area, False))
    copy_rows(Person, ("id", "name", "name_pinyin", "name_initials", "document_type", "document_number", "document_index", "birth_date", "sex", "phone",
              "phone_index", "phone_tail_index", "region_code", "address", "assurance", "source", "created_at", "is_sample"), people)
    copy_rows(Residence, ("id", "name", "name_pinyin", "name_initials", "person", "dwelling", "kind", "relation", "end_reason", "source", "confirmed_by",
              "raw_address", "sex", "birth_year", "area_code", "is_sample"), living)
TABLES = ("parties_person", "registers_residence", "registers_dwelling", "registers_place")
def size():
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " + ".join(f"pg_total_relation_size('{one}')" for one in TABLES))
        return cursor.fetchone()[0]
before, began = size(), time.perf_counter()
for number in range(PEOPLE // COMMUNITY):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")
        load(number)
print(time.perf_counter() - began, (size() - before) / PEOPLE)
"""

_ASK = """
import random, time
from bench.resident_rows import row_of
from tongban.foundation.parties.models import Account
from tongban.foundation.registers import queries
from tongban.foundation.registers.models import Place
from tongban.lib import capabilities
from tongban.lib.actors import Actor
from tongban.lib.names import name_key
def worker(area):
    return Actor(kind="person", channel="web", name="基准", role="grid_worker", membership_id=Account.objects.first().pk, region=area,
                 assurance=5, second_factor=True, capabilities=capabilities.of_role("grid_worker"))
def p95(work, times=TIMES):
    taken = []
    for _ in range(times + 10):
        began = time.perf_counter(); work(); taken.append(time.perf_counter() - began)
    return sorted(taken[10:])[int(times * 0.95)] * 1000
random.seed(1)
city, most = worker("5105"), PEOPLE // COMMUNITY
def one(): return row_of(FIRST + random.randrange(PEOPLE))
def area(): return f"5105029{random.randrange(most):05d}"
buildings = list(Place.objects.filter(level="building", source="bench").values_list("pk", flat=True)[:2000])
def initials(length): return name_key(one()[1]).initials[:length]
print(p95(lambda: queries.profile_of(city, area=area())),
      p95(lambda: queries.building_matrix(city, random.choice(buildings))),
      p95(lambda: queries.residents_named(worker(area()), initials(3))),
      p95(lambda: queries.residents_named(city, initials(3))),
      p95(lambda: queries.residents_named(city, initials(2))),
      p95(lambda: queries.residents_named(city, one()[1][0])),
      p95(lambda: list(queries.residents_listed(city, term=initials(2), most=1000)[:30])),
      p95(lambda: list(queries.residents_listed(city, term=one()[1][0], most=1000)[:30])),
      p95(lambda: list(queries.residents_by_document(city, "resident_id", one()[2]))),
      p95(lambda: list(queries.residents_by_phone(city, one()[3]))))
"""


def measure(house: House, report: Report) -> None:
    """Load a city, then ask about it."""
    free = shutil.disk_usage(house.var_dir).free
    if free < 2 * PEOPLE * BYTES_EACH:
        report(f"a city of {PEOPLE:,} residents", f"skipped: needs {2 * PEOPLE * BYTES_EACH >> 30} GB of disk")
        return
    given = f"PEOPLE, COMMUNITY, FIRST, TIMES = {PEOPLE}, {COMMUNITY}, {FIRST}, 60\n"
    seconds, stored = map(float, house.python(given + _LOAD.strip()).split())
    for table in ("parties_person", "registers_residence", "registers_dwelling", "registers_place"):
        house.sql(f"VACUUM (ANALYZE) {table}")
    report(
        f"a city of {PEOPLE:,} residents by COPY / of {FULL:,}",
        f"{PEOPLE / FULL:.2f}  ({PEOPLE / seconds:,.0f} rows/s into indexed tables; {stored:,.0f} bytes a resident, "
        f"{stored * FULL / 2**30:.1f} GB for all)",
    )
    profile, matrix, own, rare, common, surname, listed, family, document, phone = map(
        float, house.python(given + _ASK.strip()).split()[-10:]
    )  # fmt: skip
    report(
        f"  community of {COMMUNITY:,}, building of 160 homes: p95 / {PICTURE_MS:.0f} ms",
        f"{max(profile, matrix) / PICTURE_MS:.2f}  ({profile:.1f}, {matrix:.1f} ms)",
    )
    report(
        f"  search by initials, identity number, phone: p95 / {SEARCH_MS:.0f} ms",
        f"{max(own, rare, common, document, phone) / SEARCH_MS:.2f}  (three initials {own:.1f} ms in a community, {rare:.1f} in "
        f"the city, two {common:.1f}; {document:.1f}, {phone:.1f})",
    )
    report(
        "  a surname in the city, and pages that list who answers",
        f"{surname:.1f} ms; to two initials {listed:.1f}, to a surname {family:.1f}",
    )
