"""A small load generator, in a process of its own: a fixed number of requests by a fixed number of clients.

``python -m bench.load`` reads one JSON plan on standard input and prints one JSON result.
"""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).parents[1]


@dataclass
class Plan:
    """What to send. ``body`` may hold ``{unique}``; writing plans get a new Idempotency-Key each time."""

    port: int
    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    clients: int = 4
    requests: int = 400
    expect: list[int] = field(default_factory=lambda: [200])
    # A place in ``body`` or in a header's value, and a value for each request.
    fresh: dict[str, list[str]] = field(default_factory=dict)
    must_hold: str = ""  # every answer holds it
    must_not_hold: str = ""  # and none this


@dataclass
class Result:
    """What came back: requests per second, milliseconds at the median and the 95th of a hundred."""

    per_second: float
    p50: float
    p95: float


def run(plan: Plan) -> Result:
    """Run a plan."""
    return Result(**apart("bench.load", asdict(plan)))


def apart(module: str, told: dict[str, Any]) -> Any:
    """What a module of ours answers in another process, so that its own work is not the house's."""
    done = subprocess.run(
        [sys.executable, "-m", module], input=json.dumps(told), capture_output=True, text=True, check=False, cwd=ROOT, timeout=300,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def filled(plan: Plan) -> tuple[str, dict[str, str]]:
    """The body and the headers of one request."""
    body, headers = plan.body.replace("{unique}", uuid4().hex), dict(plan.headers)
    if plan.method != "GET":
        headers.setdefault("Idempotency-Key", uuid4().hex)
    for place, values in plan.fresh.items():
        value = values.pop()  # one statement: no two clients get the same value
        body = body.replace(place, value)
        headers = {name: text.replace(place, value) for name, text in headers.items()}
    return body, headers


def _is_as_wanted(plan: Plan, text: str) -> bool:
    return plan.must_hold in text and not (plan.must_not_hold and plan.must_not_hold in text)


def _client(plan: Plan, count: int, times: list[float], wrong: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", plan.port, timeout=60)
    for _ in range(count):
        body, headers = filled(plan)
        began = time.perf_counter()
        connection.request(plan.method, plan.path, body=body.encode() or None, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        times.append(time.perf_counter() - began)
        if answer.status not in plan.expect or not _is_as_wanted(plan, text.decode("utf-8", "replace")):
            wrong.append(f"{plan.method} {plan.path}: {answer.status} {text[:300]!r}")
            return


def measure(plan: Plan) -> Result:
    """Send everything; any unexpected status ends the run."""
    times: list[float] = []
    wrong: list[str] = []
    share = plan.requests // plan.clients
    threads = [threading.Thread(target=_client, args=(plan, share, times, wrong)) for _ in range(plan.clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if wrong:
        sys.exit(wrong[0])
    cuts = statistics.quantiles(times, n=100)
    return Result(len(times) / seconds, statistics.median(times) * 1000, cuts[94] * 1000)


if __name__ == "__main__":
    print(json.dumps(asdict(measure(Plan(**json.load(sys.stdin))))))
