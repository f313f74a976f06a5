"""kill -9 of every process at random during a thousand writes loses no acknowledged write, and doubles none.

The house runs as an operator runs it, on its embedded, durable database. Programs hand in complete applications (a
case, its reviews, events, jobs and messages in one transaction) and repeat each with the same idempotency key until it
is acknowledged; meanwhile the supervisor, the web server, its workers, the job worker and the database's processes are
killed by lot.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from bench import application
from bench.house import HOST, House

from tongban_verify.mirror import Mirror
from tongban_verify.policy import PolicyFile
from tongban_verify.sources import Address

WRITES = 1000
CLIENTS = 4
KILL_EVERY = 90  # acknowledged writes
PATIENCE = 120.0  # seconds a client keeps trying one write before the test fails


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path / "house")
    found.start()
    yield found
    found.stop()


def kind_of(process: psutil.Process) -> str:
    line = " ".join(process.cmdline())
    marks = (
        ("granian", "web"), ("procrastinate", "worker"), ("postgres", "database"), ("tongban sequencer", "sequencer"),
        ("tongban_verify.witness", "witness"),
    )  # fmt: skip
    for mark, kind in marks:
        if mark in line:
            return kind
    return "supervisor" if "run" in line else "other"


class Killer:
    """Kills one process of the house each time it is asked to; every kind at least once, then by lot."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.lot = random.Random(seed)
        self.killed: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.wanted = ["web", "database", "sequencer", "worker", "witness", "supervisor"]

    def strike(self) -> None:
        with self.lock:
            assert self.house.process is not None
            supervisor = psutil.Process(self.house.process.pid)
            family = {supervisor.pid: "supervisor"}
            for process in supervisor.children(recursive=True):
                try:
                    family[process.pid] = kind_of(process)
                except psutil.NoSuchProcess:
                    continue
            wanted = [pid for pid, kind in family.items() if self.wanted and kind == self.wanted[0]]
            pid = self.lot.choice(sorted(wanted or family))
            if wanted:
                self.wanted.pop(0)
            self.killed[family[pid]] += 1
            try:
                psutil.Process(pid).kill()
            except psutil.NoSuchProcess:  # ended by itself in the same moment
                return
            if pid == supervisor.pid:
                self.house.process.wait()
                self.house.start()  # as systemd would, or a person


def send(house: House, token: str, body: str, key: str) -> str | None:
    """One attempt: the id of the case, or None when nobody acknowledged it."""
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=20)
    headers = {
        "Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key,
        "Host": f"{HOST}:{house.port}",
    }  # fmt: skip
    try:
        connection.request("POST", "/api/cases", body.encode(), headers)
        answer = connection.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    if answer.status >= 500:
        return None
    if answer.status != 201:
        raise RuntimeError(f"{answer.status} {text.decode()}")
    return str(json.loads(text)["id"])


def work(house: House, token: str, keys: dict[str, str], acknowledged: dict[str, str], killer: Killer) -> None:
    back_off = threading.Event()
    for key, staff_list in keys.items():
        body = application.body(staff_list)
        deadline = time.monotonic() + PATIENCE
        while (case_id := send(house, token, body, key)) is None:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{key} was never acknowledged: {house.log.read_text('utf-8')[-3000:]}")
            back_off.wait(0.1)  # as a client does; nothing is concluded from time
        acknowledged[key] = case_id
        if len(acknowledged) % KILL_EVERY == 0:
            killer.strike()


@pytest.mark.slow
def test_no_acknowledged_write_is_lost_or_doubled(house: House) -> None:
    token = application.client_token(house)
    before = int(house.python("from tongban.matters.models import Case; print(Case.objects.count())"))
    killer = Killer(house, seed=20200212)
    acknowledged: dict[str, str] = {}
    attached = application.staff_lists(house, WRITES)
    keys = [(f"write-{number}", attached[number]) for number in range(WRITES)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        started = [
            clients.submit(work, house, token, dict(keys[n::CLIENTS]), acknowledged, killer) for n in range(CLIENTS)
        ]
    for one in started:
        one.result()  # raises what went wrong in a client

    assert len(acknowledged) == WRITES
    assert {"web", "database", "worker", "supervisor", "sequencer", "witness"} <= set(killer.killed), killer.killed
    stored = house.python(
        "from tongban.matters.models import Case\n"
        "for case in Case.objects.filter(channel='api').prefetch_related('reviews'):\n"
        "    print(case.pk, case.number, case.reviews.count())"
    ).splitlines()
    rows = {line.split()[0]: line.split()[1:] for line in stored}
    lost = set(acknowledged.values()) - set(rows)
    assert lost == set()
    assert len(set(acknowledged.values())) == WRITES  # each key one case of its own
    assert len(rows) == WRITES, "a write was doubled"
    assert int(house.python("from tongban.matters.models import Case; print(Case.objects.count())")) == before + WRITES
    assert len({number for number, _ in rows.values()}) == WRITES, "a case number was given twice"
    assert {reviews for _, reviews in rows.values()} == {"8"}, "a case is half written"
    check_the_log(house)


def check_the_log(house: House) -> None:
    """No leaf without its row, no row without its leaf; the whole log verifies as a stranger sees it."""
    address = f"http://127.0.0.1:{house.port}/log/"
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while any(value != "0.0" for value in gauges(house, "tongban_log_waiting", "tongban_log_unwitnessed")):
        assert time.monotonic() < deadline, (house.var_dir / "log" / "sequencer.log").read_text("utf-8")[-3000:]
        pause.wait(0.5)
    with urlopen(f"{address}policy", timeout=20) as answer:
        policy = PolicyFile.parse(answer.read()).policy()
    found = Mirror(Address(address), policy).run()  # the demo's witness has cosigned, or its quorum refuses this
    assert found.findings == []
    filed = sum(count for (_, leaf_type), count in found.days.items() if leaf_type == "case.filed")
    counted = house.python(
        "from tongban.matters.models import CaseEvent\n"
        "from tongban.foundation.ledger import queries\n"
        "from tongban.foundation.ledger.actions import check\n"
        "print(CaseEvent.objects.filter(kind='submitted').count())\n"
        "check(is_full=True)\n"
        "print(*(f'{one.kind} {one.about} {one.detail}' for one in queries.findings()))"
    ).split("\n")
    assert int(counted[0]) == filed
    assert counted[1:] in ([], [""]), counted


def gauges(house: House, *names: str) -> list[str]:
    with urlopen(f"http://127.0.0.1:{house.port}/metrics", timeout=20) as answer:
        lines = answer.read().decode().splitlines()
    return [line.rsplit(" ", 1)[1] for line in lines if line.startswith(tuple(f"{name}{{" for name in names))]
