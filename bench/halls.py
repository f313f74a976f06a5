"""Halls: registering beside pgbench, the board, its viewers, a queue of five thousand; limits of issue 5."""

from __future__ import annotations

import json
from collections.abc import Callable
from statistics import median
from uuid import uuid4

from bench.commits import commits_per_second
from bench.crowd import Rush, Watch, rush, seen, watch
from bench.house import HOST, House
from bench.load import Plan, filled
from bench.stack import measured
from bench.visitors import Opened, answers, open_hall, poster, visitors

Report = Callable[[str, str], None]
CLIENTS = 16
REGISTRATIONS, TARGET_REGISTRATIONS = 4_000, 500.0
LISTED, BOARDS, TARGET_BOARDS = 50, 4_000, 1_000.0
VIEWERS, TARGET_AGE, SCREEN_ASKS_EVERY, WATCHED = 1_000, 2.0, 2.0, 16.0
WAITING, TARGET_QUEUE_MS = 5_000, 50.0
CROWD, CAPACITY = 2_000, 500

_FILL = """
from datetime import timedelta
from django.utils import timezone
from bench.visitors import Visitor
from tongban.applications.halls.actions.registering import Manner, new_visit, trace_of, wanted_by
from tongban.applications.halls.models import Counter, Hall, Trace, Visit
from tongban.applications.halls.rules.visitors import Said, check_said
from tongban.lib.actors import ANONYMOUS
from tongban.lib.ids import uuid7
hall, now = Hall.objects.get(code="{code}"), timezone.now()
visits, traces = [], []
for n in range({count}):
    at, who = now - timedelta(seconds={count} - n), Visitor({first} + n)
    said = Said("s1", "陈小雨", "resident_id", who.document, who.phone)
    checked = check_said(said, wanted_by(hall, now, phone=True), today=timezone.localdate(now))
    visit = new_visit(hall, checked, Manner(uuid7()), now=at, by=ANONYMOUS)
    visit.state, visit.prefix, visit.line, visit.number, visit.queue_key = "waiting", "A", "A", n + 1, at
    visits.append(visit)
    traces.append(trace_of(visit, checked, at))
Visit.objects.bulk_create(visits, batch_size=1000)
Trace.objects.bulk_create(traces, batch_size=1000)
Counter.objects.create(hall=hall, day=visits[0].day, prefix="A", value=len(visits))
print(visits[-1].code)
"""

_TOLD = """
from tongban.applications.halls.models import Counter, Hall, Visit
hall = Hall.objects.get(code="{code}")
numbers = sorted(Visit.objects.filter(hall=hall, prefix="A").values_list("number", flat=True))
inside = sum(Counter.objects.filter(hall=hall, prefix="#inside").values_list("value", flat=True))
print(len(numbers), numbers == list(range(1, len(numbers) + 1)), inside, Visit.objects.filter(hall=hall, inside_since__isnull=False).count())
"""
_CODES = """
from tongban.applications.halls.models import Visit
print(*Visit.objects.filter(hall__code="{code}").values_list("code", flat=True))
"""


def measure(house: House, report: Report) -> None:
    """Every figure of a hall at work, each in a hall of its own."""
    registering(house, report)
    boards(house, report)
    viewers(house, report)
    long_queue(house, report)
    crowds(house, report)


def registration(house: House, hall: Opened, how_many: int) -> Plan:
    """So many visitors who send the poster's form, everything on."""
    door = poster(house, hall)
    return Plan(
        house.port, door.path, "POST", door.headers(house), door.form, CLIENTS, how_many, [302], answers(how_many + 40)
    )


def registering(house: House, report: Report) -> None:
    """Registrations a second by the poster's form, beside one inserted row each."""
    commits = commits_per_second(house, CLIENTS)
    plan = registration(house, open_hall(house, "BENCHREG"), REGISTRATIONS)
    result, cpu, statements = measured(house, plan)
    report(
        f"hall: register by the poster's form, {CLIENTS} clients / {TARGET_REGISTRATIONS:.0f} a second",
        f"{result.per_second / TARGET_REGISTRATIONS:.2f}  ({result.per_second:.0f}/s, p50 {result.p50:.0f} ms, "
        f"p95 {result.p95:.0f} ms; {cpu:.1f} CPU ms, {statements:.1f} statements each)",
    )
    report(
        f"  … beside pgbench inserting one row, {CLIENTS} clients",
        f"{result.per_second / commits:.3f} of its {commits:.0f}/s",
    )


def boards(house: House, report: Report) -> None:
    """A queue of fifty, listed from the snapshot: the whole body each time."""
    hall = open_hall(house, "BENCHFIF")
    fill(house, hall, LISTED)
    plan = Plan(
        house.port, f"/h/{hall.code}/board.json", headers={"Host": f"{HOST}:{house.port}"}, clients=CLIENTS,
        requests=BOARDS, must_hold='"A050"',
    )  # fmt: skip
    result, cpu, statements = measured(house, plan)
    report(
        f"hall: a queue of {LISTED} from the snapshot, {CLIENTS} clients / {TARGET_BOARDS:.0f} a second",
        f"{result.per_second / TARGET_BOARDS:.2f}  ({result.per_second:.0f}/s, p95 {result.p95:.0f} ms; "
        f"{cpu:.2f} CPU ms, {statements:.2f} statements each)",
    )


def viewers(house: House, report: Report) -> None:
    """How old the board is when it reaches a thousand viewers, while people register all the time."""
    hall = open_hall(house, "BENCHVIE")
    fill(house, hall, LISTED)
    headers = {"Host": f"{HOST}:{house.port}"}
    watching = watch(Watch(house.port, f"/h/{hall.code}/board.json", headers, VIEWERS, SCREEN_ASKS_EVERY, WATCHED))
    plan = registration(house, hall, 400)
    plan.clients = 2
    result, _, _ = measured(house, plan)
    came = seen(watching)
    ages = sorted(came.ages)
    worst, late = ages[-1], ages[int(len(ages) * 0.95)]
    report(
        f"hall: age of the board at {VIEWERS:,} viewers / {TARGET_AGE:.0f} s",
        f"{worst / TARGET_AGE:.2f} at worst  (p50 {median(ages):.2f} s, p95 {late:.2f} s, worst {worst:.2f} s on arrival; "
        f"{len(ages) / came.seconds:.0f} boards/s, statuses {came.statuses}, {result.per_second:.0f} registrations/s beside)",
    )


def long_queue(house: House, report: Report) -> None:
    """What people do with a queue of five thousand: the desk lists it and calls, the last visitor looks."""
    hall = open_hall(house, "BENCHQUE")
    last = fill(house, hall, WAITING)
    device, visitor = hall.headers(house), {"Host": f"{HOST}:{house.port}"}
    plans = {
        "the desk's list": Plan(house.port, f"/api/halls/{hall.code}/queue", headers=device),
        "the last visitor looks": Plan(house.port, f"/v/{last}/now", headers=visitor),
        "the board": Plan(house.port, f"/h/{hall.code}/board.json", headers=visitor),
    }
    for name, plan in plans.items():
        result, cpu, statements = measured(house, plan)
        report(
            f"hall: {WAITING:,} waiting, {name}: p95 / {TARGET_QUEUE_MS:.0f} ms",
            f"{result.p95 / TARGET_QUEUE_MS:.2f}  (p50 {result.p50:.1f} ms, p95 {result.p95:.1f} ms, {plan.clients} clients; "
            f"{cpu:.1f} CPU ms, {statements:.1f} statements each)",
        )


def crowds(house: House, report: Report) -> None:
    """Two thousand register at the same moment, then all of them stand at the doors of a hall for five hundred."""
    hall = open_hall(house, "BENCHMOB", CAPACITY)
    door = poster(house, hall)
    one = Plan(house.port, door.path, "POST", door.headers(house), door.form, fresh=answers(CROWD, services=1))
    spoken = [filled(one) for _ in range(CROWD)]
    came = rush(Rush(house.port, [(door.path, headers, body) for body, headers in spoken]))
    count, has_no_gap, _, _ = house.python(_TOLD.strip().format(code=hall.code)).split()
    report(
        f"hall: {CROWD:,} register at once: numbers without gap or repeat",
        f"{'1.00' if came.statuses == {'302': CROWD} and has_no_gap == 'True' and int(count) == CROWD else 'FAILED'}  "
        f"(statuses {came.statuses}, {count} numbers, {came.seconds:.1f} s)",
    )
    codes = house.python(_CODES.strip().format(code=hall.code)).split()
    scans = [_scan(house, hall, code) for code in codes]
    came = rush(Rush(house.port, scans, pattern='"verdict": ?"([a-z_]+)"'))
    _, _, inside, marked = house.python(_TOLD.strip().format(code=hall.code)).split()
    is_exact = came.found.get("admitted") == int(inside) == int(marked) == CAPACITY
    report(
        f"hall: {CROWD:,} at the doors at once, room for {CAPACITY}: inside / {CAPACITY}",
        f"{int(inside) / CAPACITY:.2f}{'' if is_exact else ' FAILED'}  ({came.found}, {came.seconds:.1f} s)",
    )


def _scan(house: House, hall: Opened, code: str) -> tuple[str, dict[str, str], str]:
    nonce = str(uuid4())
    headers = hall.headers(house) | {"Idempotency-Key": nonce}
    return f"/api/halls/{hall.code}/scans", headers, json.dumps({"nonce": nonce, "code": code})


def fill(house: House, hall: Opened, how_many: int) -> str:
    """Visitors who wait in one queue already; the code of the last."""
    first = visitors(how_many)[0].number
    return house.python(_FILL.strip().format(code=hall.code, first=first, count=how_many)).split()[-1]
