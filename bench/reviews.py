"""Eight reviews, their join and the decision in process with everything stored, beside SpiffWorkflow storing its state."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from bench.house import ROOT, House

CASES = 24
TARGET = 2.0
PEERS = ROOT / "var" / "peers"  # put there by ``make bench`` from requirements/bench.txt

_REVIEW = """
import time
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tongban.foundation.documents.models import Document
from tongban.foundation.parties.models import Organisation, Unit
from tongban.lib import capabilities
from tongban.lib.actors import Actor
from tongban.lib.ids import uuid7
from tongban.matters import actions
from tongban.matters.models import Case
company = Organisation.objects.get(name="江阳区春和商贸有限公司")
program = Actor(kind="client", channel="api", name="bench", client_id=uuid7(), organisation_id=company.pk, assurance=5,
                second_factor=True, capabilities=frozenset({"matters.apply"}))
def staff(unit, role):
    return Actor(kind="person", channel="web", name="样本", person_id=uuid7(), membership_id=uuid7(), role=role,
                 unit_id=unit.pk, organisation_id=unit.organisation_id, region="5105", assurance=5, second_factor=True,
                 second_factor_at=timezone.now(), capabilities=capabilities.of_role(role))
rows = [actions.Row(str(uuid7()), one["service"], one["answers"]) for one in APPLICATIONS]
cases = [one.case for one in actions.submit_in_bulk(rows, by=program)]
def through(case):
    for review in case.reviews.select_related("unit").order_by("position"):
        actions.review_case(case.pk, opinion="approved", text="材料齐全，同意。", by=staff(review.unit, "reviewer"))
    actions.decide_case(case.pk, outcome="granted", by=staff(Case.objects.get(pk=case.pk).decision_unit, "decider"))
through(cases[0])
began, cpu = time.perf_counter(), time.process_time()
for case in cases[2:]:
    through(case)
taken = time.perf_counter() - began, time.process_time() - cpu
with CaptureQueriesContext(connection) as asked:
    through(cases[1])
print(len(cases) - 2, *taken, len(asked))
"""


def measure(house: House, report: Callable[[str, str], None]) -> None:
    """Cases a second in one process, ours and the peer's, one after the other."""
    from bench import application
    from bench.submissions import documents

    sent = []
    for staff_list in documents(house, CASES + 2):
        one = application.complete_application()
        one["answers"]["material.staff_list"] = [staff_list]
        sent.append(one)
    figures = house.python(f"APPLICATIONS = {sent!r}\n{_REVIEW.strip()}").split()
    count, wall, cpu, statements = (float(one) for one in figures[-4:])
    report(
        "eight reviews, join, decision and certificate, one process",
        f"{count / wall:.1f} cases/s ({cpu / count * 1000:.0f} CPU ms and {statements:.0f} statements a case)",
    )
    peer = spiff(house)
    if peer is None:
        report("  … beside SpiffWorkflow / 2 times as many", "skipped: SpiffWorkflow is not installed here")
        return
    peer_wall, peer_cpu = peer
    ratio = (count / wall) / (CASES / peer_wall)
    report(
        "  … beside SpiffWorkflow / 2 times as many",
        f"{ratio / TARGET:.2f}  ({ratio:.2f} times its {CASES / peer_wall:.1f} cases/s, "
        f"{peer_cpu / CASES * 1000:.0f} CPU ms a case, which checks, encrypts and logs nothing)",
    )


def spiff(house: House) -> tuple[float, float] | None:
    """Seconds and processor seconds of the peer in a program of its own; None where it is not installed."""
    from tongban.config.embedded import OWNER, running_url

    if not (PEERS / "SpiffWorkflow").is_dir():
        return None
    address = running_url(house.var_dir / "postgres", OWNER, "tongban")
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / "peers" / "spiff.py"), address, str(CASES)], capture_output=True,
        text=True, check=True, timeout=120, env=os.environ | {"PYTHONPATH": str(PEERS)},
    )  # fmt: skip
    wall, cpu = map(float, done.stdout.split())
    return wall, cpu
