"""Processes of this installation: knowing them again after a restart, ending them, waiting for them (Linux)."""

import ctypes
import os
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
# Loaded once here: between fork and exec a child must not open libraries.
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(death_signal: signal.Signals) -> Callable[[], None]:
    """A preexec_fn: the kernel sends `death_signal` to the child when the thread that started it ends."""
    parent = os.getpid()

    def ask_the_kernel() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:  # the parent died between fork and prctl: nobody would tell us any more
            os._exit(1)

    return ask_the_kernel


def identity(pid: int) -> str | None:
    """A text that no later process with the same number has, or None when no such process is alive."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    # The command stands in brackets and may itself hold spaces and brackets; what follows has fixed places.
    fields = stat.rpartition(")")[2].split()
    state, started = fields[0], fields[19]
    return None if state in "ZX" else f"{pid} {started} {boot}"


def record(path: Path, pid: int) -> None:
    """Write down which process this is, so that `recorded` can find it after a crash of ours."""
    new = path.with_name(path.name + ".new")
    new.write_text(f"{identity(pid) or pid}\n")
    new.replace(path)


def recorded(path: Path) -> int | None:
    """The number of the process written down at `path` if that very process is still alive."""
    try:
        text = path.read_text().strip()
        pid = int(text.split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if identity(pid) == text else None


def wait_for_exit(pid: int, seconds: float) -> bool:
    """Wait until a process, ours or not, has ended; False when it is still alive after `seconds`."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


def end(pid: int, *, seconds: float, first: signal.Signals = signal.SIGTERM) -> None:
    """End a process that is not our child: politely, and after `seconds` by force."""
    for sent, patience in ((first, seconds), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, sent)
        except ProcessLookupError:
            return
        if wait_for_exit(pid, patience):
            return


def wait_until(condition: Callable[[], bool], seconds: float, *, step: float = 0.02) -> bool:
    """Ask `condition` until it holds; False when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True
