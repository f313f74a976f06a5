"""A real house: `tongban run` over a fresh database, as an operator starts it, on a free port of this machine."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tongban.config import processes

ROOT = Path(__file__).parents[2]
STARTED_WITHIN = 180.0  # seconds; about 20 on an idle machine
STOPPED_WITHIN = 30.0
PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class House:
    """A running house: its port, and where its logs are."""

    port: int
    var_dir: Path
    output: Path

    def at(self, path: str = "/", host: str = "luzhou.localhost") -> str:
        return f"http://{host}:{self.port}{path}"

    def last_words(self, lines: int = 40) -> str:
        """The ends of everything it wrote, for whoever has to understand a failure."""
        logs = [self.output, *sorted((self.var_dir / "log").glob("*.log"))]
        return "\n".join(f"--- {log.name}\n{_tail(log, lines)}" for log in logs)


def _tail(log: Path, lines: int) -> str:
    with suppress(OSError):
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:])
    return ""


@contextmanager
def running_house(place: Path) -> Iterator[House]:
    """A demo with a database of its own on the tests' server; gone afterwards, processes and all."""
    with _database() as urls:
        house = House(_free_port(), place / "var", place / "run.log")
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("TONGBAN_", "DJANGO_"))
        }
        environment |= urls | {
            "TONGBAN_MODE": "demo",
            "TONGBAN_VAR_DIR": str(house.var_dir),
            "TONGBAN_PORT": str(house.port),
            "TONGBAN_WEB_WORKERS": "1",
            "TONGBAN_JOB_CONCURRENCY": "1",
            "TONGBAN_REQUESTS_PER_MINUTE": "0",
            "TONGBAN_ALLOW_PRIVATE_ENDPOINTS": "true",
            "PYTHONPATH": str(ROOT / "src"),
        }
        with house.output.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "tongban", "run"], env=environment, cwd=place, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                preexec_fn=processes.die_with_parent(signal.SIGTERM),
            )  # fmt: skip
        try:
            _wait_until_ready(house, process)
            yield house
        finally:
            _end(process)


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    admin, name = os.environ["TONGBAN_TEST_DATABASE_URL"], f"journeys_{os.getpid()}"

    def at(role: str) -> str:
        return urlunsplit(urlsplit(os.environ[f"TONGBAN_TEST_{role}_URL"])._replace(path=f"/{name}"))

    _administer(
        admin, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" OWNER tongban_owner'
    )
    try:
        yield {"DATABASE_URL": at("RUNTIME"), "DATABASE_OWNER_URL": at("OWNER")}
    finally:
        _administer(admin, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _administer(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def _wait_until_ready(house: House, process: subprocess.Popen[bytes]) -> None:
    """Ready means: pages answer and the worker takes jobs, so that a code sent is a code that arrives."""
    deadline = time.monotonic() + STARTED_WITHIN
    while not _is_ready(house.port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"the house did not start (exit code {process.poll()})\n{house.last_words()}")
        time.sleep(PAUSE)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOPPED_WITHIN)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
