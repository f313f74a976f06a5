"""Gates: a phone's queue of ten thousand scans sent as the app sends it, and verdicts for turnstiles, beside single-row commits."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bench.commits import commits_per_second
from bench.house import HOST, House
from bench.load import Plan
from bench.stack import measured

Report = Callable[[str, str], None]
SCANS, BATCH, UPLOAD_LIMIT_S = 10_000, 500, 10.0
PASSES, CLIENTS, VERDICTS = 200, 8, 2_000
COMMUNITY = "510502001007"
SECONDS_APART = 7  # a busy gate: ten thousand scans are its day

_PREPARE = """
from datetime import timedelta
from uuid import uuid4
from django.utils import timezone
from tongban.applications.gates.actions.passes import sign
from tongban.applications.gates.models import Community, Pass
from tongban.applications.gates.queries import shown_code
from tongban.foundation.parties.actions import NewClient, activate_device, create_client, enrol_device, issue_token
from tongban.lib.actors import system
from tongban_verify.passes.code import read
by, now = system("bench"), timezone.now()
community = Community.objects.select_related("unit").get(code="{code}")
device, code = enrol_device("bench", "scanner", unit_id=community.unit_id, by=by)
community.guards = [*community.guards, str(device.pk)]
community.save(update_fields=["guards"])
print(activate_device(code, by=by)[1])
new = NewClient("bench turnstile", ("gates.verify_passes",), "{code}")
client, secret = create_client(new, organisation_id=community.unit.organisation_id, by=by)
print(issue_token(client.pk, list(new.capabilities), secret=secret, by=by))
for n in range({count}):
    row = sign(Pass.objects.create(kind="courier", community=community, area_code="{code}", nonce=uuid4(), name="王五", place="bench",
        state="waiting", starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=2), is_sample=True), by)
    text = shown_code(row)
    print(read(text).claims.cti.hex(), text, sep=chr(9))
"""


def measure(house: House, report: Report) -> None:
    """A day's queue of one phone, the same once more, and a turnstile's question."""
    phone, turnstile, *rows = house.python(_PREPARE.strip().format(code=COMMUNITY, count=PASSES)).splitlines()
    passes = [row.split("\t") for row in rows]
    queue = _queue([cti for cti, _ in passes])
    upload(house, report, phone, queue)
    verdicts(house, report, turnstile, [text for _, text in passes])


def _queue(ctis: list[str]) -> list[bytes]:
    """A phone's scans in batches, as its outbox makes them."""
    began = datetime.now(UTC) - timedelta(seconds=SCANS * SECONDS_APART)
    scans = [
        {"nonce": str(uuid4()), "gate": 1, "way": "in" if n % 2 else "out", "at": (began + timedelta(seconds=n * SECONDS_APART)).isoformat(),
         "verdict": "valid", "was_let": True, "cti": ctis[n % len(ctis)], "type": "courier", "list_age": 3600, "was_offline": True}
        for n in range(SCANS)
    ]  # fmt: skip
    return [json.dumps({"scans": scans[begin : begin + BATCH]}).encode() for begin in range(0, SCANS, BATCH)]


def upload(house: House, report: Report, token: str, queue: list[bytes]) -> None:
    """One batch after the other over one connection; sent again, nothing is added."""
    for what, kept in (("upload of", SCANS), ("the same queue sent again,", 0)):
        cpu, statements, began = house.cpu_seconds(), house.statements(), time.perf_counter()
        found = _send(house, token, queue)
        seconds = time.perf_counter() - began
        cpu, statements = house.cpu_seconds() - cpu, house.statements() - statements
        is_right = "" if found == kept else f" FAILED: {found} kept"
        report(
            f"gates: {what} {SCANS:,} scans, batches of {BATCH} / {UPLOAD_LIMIT_S:.0f} s",
            f"{seconds / UPLOAD_LIMIT_S:.2f}{is_right}  ({seconds:.1f} s, {SCANS / seconds:.0f} scans/s; "
            f"{cpu / SCANS * 1e6:.0f} CPU µs a scan, database included; {statements / len(queue):.1f} statements a batch)",
        )


def _send(house: House, token: str, queue: list[bytes]) -> int:
    connection, kept = http.client.HTTPConnection("127.0.0.1", house.port, timeout=60), 0
    headers = {"Host": f"{HOST}:{house.port}", "Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for body in queue:
        connection.request("POST", "/api/gates/scans", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {text[:200]!r}")
        kept += json.loads(text)["kept"]
    connection.close()
    return kept


def verdicts(house: House, report: Report, token: str, texts: list[str]) -> None:
    """Each code judged by the tables and kept as a scan."""
    commits = commits_per_second(house, CLIENTS)
    body = json.dumps({"nonce": "NONCE", "code": "CODE", "gate": 1, "way": "in", "community": COMMUNITY})
    many = VERDICTS + 40
    plan = Plan(
        house.port, "/api/gates/verify", "POST",
        {"Host": f"{HOST}:{house.port}", "Authorization": f"Bearer {token}", "Content-Type": "application/json"}, body, CLIENTS, VERDICTS,
        fresh={"NONCE": [str(uuid4()) for _ in range(many)], "CODE": [texts[n % len(texts)] for n in range(many)]}, must_hold='"valid"',
    )  # fmt: skip
    result, cpu, statements = measured(house, plan)
    report(
        f"gates: verdicts for turnstiles, {CLIENTS} clients / pgbench inserting one row",
        f"{result.per_second / commits:.3f}  ({result.per_second:.0f}/s beside {commits:.0f}/s; p50 {result.p50:.0f} ms, p95 {result.p95:.0f} ms; "
        f"{cpu:.1f} CPU ms, {statements:.1f} statements each)",
    )
