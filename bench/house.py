"""A whole house to measure: database, web server and worker as an operator runs them, in a directory of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

import psutil

from tongban.config import processes

ROOT = Path(__file__).parents[1]
HOST = "luzhou.localhost"
START_LIMIT = 240.0


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tail(log: Path, lines: int) -> str:
    with suppress(OSError):
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:])
    return ""


@dataclass
class House:
    """A running installation in demo mode, with settings of one's own in ``given``."""

    var_dir: Path
    port: int = field(default_factory=free_port)
    given: dict[str, str] = field(default_factory=dict)
    dies_with_us: bool = False
    process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What its processes see."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TONGBAN_", "DATABASE_"))}
        return kept | {
            "PYTHONPATH": str(ROOT / "src"), "TONGBAN_MODE": "demo", "TONGBAN_VAR_DIR": str(self.var_dir),
            "TONGBAN_PORT": str(self.port), "TONGBAN_REQUESTS_PER_MINUTE": "0", "TONGBAN_LOG_LEVEL": "WARNING",
        } | self.given  # fmt: skip

    @property
    def log(self) -> Path:
        """What the supervisor says."""
        return self.var_dir.with_suffix(".log")

    def at(self, path: str = "/", host: str = HOST) -> str:
        """An address of the house."""
        return f"http://{host}:{self.port}{path}"

    def last_words(self, lines: int = 40) -> str:
        """The ends of everything it wrote, for whoever has to understand a failure."""
        logs = [self.log, *sorted((self.var_dir / "log").glob("*.log"))]
        return "\n".join(f"--- {log.name}\n{_tail(log, lines)}" for log in logs)

    def start(self) -> float:
        """Start it; the seconds until it serves pages."""
        self.var_dir.parent.mkdir(parents=True, exist_ok=True)
        began = time.perf_counter()
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "tongban", "run"]
            self.process = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT,
                start_new_session=True,
                # Tied to the thread that starts it: only for a house one thread starts once.
                preexec_fn=processes.die_with_parent(signal.SIGTERM) if self.dies_with_us else None,  # noqa: PLW1509
            )  # fmt: skip
        while not self.is_ready():
            if self.process.poll() is not None or time.perf_counter() - began > START_LIMIT:
                raise RuntimeError(f"the house did not start:\n{self.last_words()}")
            time.sleep(0.05)
        return time.perf_counter() - began

    def is_ready(self) -> bool:
        """Whether it serves pages."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        """Stop it as Ctrl-C does."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    def cpu_seconds(self) -> float:
        """Processor time of everything it runs, database included."""
        assert self.process is not None
        total = 0.0
        for child in [*psutil.Process(self.process.pid).children(recursive=True)]:
            try:
                times = child.cpu_times()
            except psutil.NoSuchProcess:
                continue
            total += times.user + times.system
        return total

    def statements(self) -> float:
        """SQL statements of all requests so far."""
        request = Request(f"http://127.0.0.1:{self.port}/metrics")
        with urlopen(request, timeout=10) as answer:
            text = answer.read().decode()
        return sum(
            float(found) for found in re.findall(r"^tongban_statements_total\{[^}]*\} (\S+)", text, re.MULTILINE)
        )

    def sql(self, statement: str) -> None:
        """Run a statement in the demo's jurisdiction as the owner of the tables, outside of any transaction."""
        import psycopg

        from tongban.config.embedded import OWNER, running_url

        with psycopg.connect(running_url(self.var_dir / "postgres", OWNER, "tongban"), autocommit=True) as connection:
            connection.execute("SET search_path TO j510500, public")
            connection.execute(statement)  # type: ignore[call-overload]

    def python(self, code: str) -> str:
        """Run code inside the demo's jurisdiction; what it prints."""
        program = (
            "import django; django.setup()\n"
            "from tongban.lib.jurisdictions import enter\n"
            "with enter('j510500'):\n" + "".join(f"    {line}\n" for line in code.splitlines())
        )
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "tongban.config.settings"}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False, cwd=ROOT
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()


@contextmanager
def running(var_dir: Path, **given: str) -> Iterator[House]:
    """A house for as long as the block runs, with settings of one's own."""
    house = House(var_dir, given=given)
    try:
        house.start()
        yield house
    finally:
        house.stop()
