"""Pages and API through the whole stack, beside a bare Django view on the same server and pgbench's commits."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.request import urlopen

import httpx

from bench import application
from bench.commits import commits_per_second
from bench.house import HOST, ROOT, House, free_port
from bench.load import Plan, Result, run

CLIENTS = 4
Report = Callable[[str, str], None]


@contextmanager
def bare_view() -> Iterator[int]:
    """A Django view that does nothing, on the same server with the same options; its port."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "bench.bare:application", "--host", "127.0.0.1",
               "--port", str(port), "--no-ws", "--workers", "2", "--blocking-threads", "4"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def measured(house: House, plan: Plan, warm_up: int = 40) -> tuple[Result, float, float]:
    """A plan's result after a warm-up, with CPU milliseconds and statements per request."""
    run(replace(plan, requests=warm_up, fresh={name: values[:warm_up] for name, values in plan.fresh.items()}))
    plan = replace(plan, fresh={name: values[warm_up:] for name, values in plan.fresh.items()})
    cpu, statements = house.cpu_seconds(), house.statements()
    result = run(plan)
    cpu, statements = house.cpu_seconds() - cpu, house.statements() - statements
    # Reading the metrics is a request of its own, with a few statements.
    return result, cpu / plan.requests * 1000, statements / plan.requests


def measure(house: House, report: Report) -> None:
    """Every kind of request beside its peer."""
    with bare_view() as port:
        bare = run(Plan(port=port, path="/", clients=CLIENTS, requests=2000))
    report(f"bare Django view, {CLIENTS} clients", f"{bare.per_second:.0f}/s")
    commits = commits_per_second(house, CLIENTS)
    report(f"pgbench single-row commits, {CLIENTS} clients", f"{commits:.0f}/s")
    for name, plan in plans(house).items():
        result, cpu, statements = measured(house, plan)
        is_write = plan.method != "GET"
        peer, peer_name = (commits, "pgbench's commits") if is_write else (bare.per_second, "the bare view")
        report(
            name,
            f"{result.per_second:.0f}/s = {result.per_second / peer:.3f} of {peer_name}; "
            f"p50 {result.p50:.1f} ms, p95 {result.p95:.1f} ms; {cpu:.1f} CPU ms, {statements:.1f} statements a request",
        )


def sign_in(house: House, username: str) -> httpx.Client:
    """A browser's session as one of the demo's roles."""
    client = httpx.Client(base_url=f"http://127.0.0.1:{house.port}", headers={"Host": f"{HOST}:{house.port}"})
    client.get("/demo/roles")
    client.post("/demo/enter", data={"username": username, "csrfmiddlewaretoken": client.cookies["tongban_csrf"]})
    return client


def browser_headers(house: House, client: httpx.Client) -> dict[str, str]:
    """What that browser sends along."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return {
        "Host": f"{HOST}:{house.port}", "Cookie": cookies, "X-CSRFToken": client.cookies["tongban_csrf"],
        "Content-Type": "application/x-www-form-urlencoded",
    }  # fmt: skip


def screen_of_a_draft(house: House, token: str) -> str:
    """The address of a group of questions in a fresh draft."""
    (staff_list,) = application.staff_lists(house, 1)
    draft = json.dumps(application.complete_application(submit=False)).replace(application.STAFF_LIST, staff_list)
    headers = {
        "Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": "bench-draft",
        "Host": f"{HOST}:{house.port}",
    }  # fmt: skip
    answer = httpx.post(f"http://127.0.0.1:{house.port}/api/cases", content=draft, headers=headers)
    answer.raise_for_status()
    return f"/cases/{answer.json()['id']}/form/contact/"


def plans(house: House) -> dict[str, Plan]:
    """What is measured: reads and writes, page and API, as a visitor, an applicant, a desk and a program."""
    base = {"Host": f"{HOST}:{house.port}"}
    token = application.client_token(house)
    program = base | {"Authorization": f"Bearer {token}"}
    applicant = browser_headers(house, sign_in(house, "accountant"))
    desk = browser_headers(house, sign_in(house, "health1"))
    screen = screen_of_a_draft(house, token)
    contact = "epidemic_contact.name=%E7%8E%8B%E4%B8%BD%E5%8D%8E&epidemic_contact.phone=0830-3110000&epidemic_contact.team=yes"

    def read(path: str, headers: dict[str, str]) -> Plan:
        return Plan(house.port, path, headers=headers, clients=CLIENTS)

    def write(path: str, headers: dict[str, str], body: str, status: int) -> Plan:
        return Plan(house.port, path, "POST", headers, body, CLIENTS, expect=[status])

    return {
        "page read: portal home, visitor": read("/", base),
        "page read: my cases, applicant": read("/cases/", applicant),
        "page read: cases to review, desk": read("/desk/reviews/", desk),
        "API read: one region, public": read("/api/regions/510502", base),
        "API read: cases, program": read("/api/cases", program),
        "page write: save one screen of a form": write(screen, applicant, contact, 302),
        "API write: a complete application, submitted": replace(
            write("/api/cases", program | {"Content-Type": "application/json"}, application.body(), 201),
            fresh={application.STAFF_LIST: application.staff_lists(house, 40 + Plan(house.port, "").requests)},
        ),
    }
