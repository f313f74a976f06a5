"""Sealing a certificate: the PDF made, sealed, encrypted on disk and recorded with its leaf, against the limit of 250 ms."""

from __future__ import annotations

from collections.abc import Callable

from bench.house import House

LIMIT_MS = 250.0
TIMES = 20

_SEAL = """
import statistics, time
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tongban.matters.actions import make_paper
from tongban.matters.models import CaseEvent, Paper
event = CaseEvent.objects.filter(kind="certified").order_by("at").first()
def once():
    sid = transaction.savepoint()
    began, cpu = time.perf_counter(), time.process_time()
    make_paper(event.case_id, event.pk)
    taken = (time.perf_counter() - began) * 1000, (time.process_time() - cpu) * 1000
    transaction.savepoint_rollback(sid)
    return taken
with transaction.atomic():
    Paper.objects.filter(event=event).delete()
    cold = once()[0]
    runs = [once() for _ in range(TIMES)]
    with CaptureQueriesContext(connection) as asked:
        once()
    transaction.set_rollback(True)
wall = sorted(one[0] for one in runs)
print(statistics.median(wall), wall[int(len(wall) * 0.95)], statistics.median(one[1] for one in runs), len(asked), cold)
"""


def measure(house: House, report: Callable[[str, str], None]) -> None:
    """Median, 95th percentile and processor time of a sealed certificate; the first in a process reads the font, too."""
    figures = house.python(_SEAL.replace("TIMES", str(TIMES)).strip()).split()
    median, late, cpu, statements, cold = (float(one) for one in figures[-5:])
    report(
        "a sealed certificate, everything stored / 250 ms",
        f"{median / LIMIT_MS:.2f}  ({median:.0f} ms, p95 {late:.0f} ms)",
    )
    report("  processor time, statements, the first in a process", f"{cpu:.0f} ms, {statements:.0f}, {cold:.0f} ms")
