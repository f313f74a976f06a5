"""The children of a running installation: started, watched, started again when they fall, stopped in order."""

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from tongban.config import processes

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_STEADY_SECONDS = 60.0  # who has lived this long has recovered: the next fall starts with a short pause again
_LARGEST_LOG = 50 * 1024 * 1024


class Bell:
    """Signals as something to wait for: children that end, the wish to stop, the wish to stop now."""

    def __init__(self) -> None:
        self._ear, self._mouth = socket.socketpair()
        self._ear.setblocking(False)
        self._mouth.setblocking(False)
        self.stops = 0
        signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for stopping in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(stopping, self._stop)

    def _stop(self, *_: object) -> None:
        self.stops += 1

    def wait(self, seconds: float) -> None:
        """Sleep until a signal arrives, at most `seconds`."""
        select.select([self._ear], [], [], max(0.0, seconds))
        with contextlib.suppress(BlockingIOError):
            self._ear.recv(4096)


@dataclass
class Child:
    """A program that has to run for as long as the installation does."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    falls: int = 0
    _started: float = field(default=0.0, repr=False)
    _due: float = field(default=0.0, repr=False)

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches the supervisor only, its whole group can be ended."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own programs
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - no threads here
            )
        self._started = time.monotonic()

    def tend(self) -> float:
        """Start it again when it has fallen and its pause is over; returns the seconds until the next look."""
        now = time.monotonic()
        if self.process is not None:
            if self.process.poll() is None:
                return _LONGEST_PAUSE
            self._sweep()
            self.falls = 1 if now - self._started > _STEADY_SECONDS else self.falls + 1
            self._due = now + min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** (self.falls - 1))
            self.process = None
        if now >= self._due:
            self.start()
            return _LONGEST_PAUSE
        return self._due - now

    def stop(self, bell: Bell, seconds: float) -> None:
        """Ask it to finish what it has in hand, wait at most `seconds` (less if somebody insists), then end it."""
        if self.process is None:
            return
        insisted = bell.stops
        self.process.terminate()
        deadline = time.monotonic() + seconds
        while self.process.poll() is None and bell.stops == insisted and time.monotonic() < deadline:
            bell.wait(deadline - time.monotonic())
        self._sweep()
        self.process.wait()
        self.process = None

    def _sweep(self) -> None:
        """End what is left of its process group: workers of a killed web server keep the port otherwise."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def last_words(self, lines: int = 8) -> str:
        """The end of its log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def turn_log(self) -> None:
        """Keep the log and its predecessor small enough for a small machine; the child goes on writing at the end."""
        with contextlib.suppress(OSError):
            if self.log.stat().st_size > _LARGEST_LOG:
                shutil.copyfile(self.log, self.log.with_name(self.log.name + ".1"))
                os.truncate(self.log, 0)
