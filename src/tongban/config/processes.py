"""Processes of this installation: finding what an earlier run left behind, ending them, waiting for them (Linux)."""

import contextlib
import ctypes
import fcntl
import os
import select
import signal
import time
from collections.abc import Callable, Iterator
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


def hold(lock_file: Path, refuse: Callable[[str], Exception]) -> int:
    """Hold a lock file for this process and return its descriptor; the kernel lets go of it however we end.

    ``refuse`` makes the exception for the number of the process that holds it already.
    """
    handle = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        holder = os.pread(handle, 20, 0).decode(errors="replace").strip() or "?"
        os.close(handle)
        raise refuse(holder) from held
    os.ftruncate(handle, 0)
    os.pwrite(handle, str(os.getpid()).encode(), 0)
    return handle


def alive() -> Iterator[int]:
    """The numbers of all processes, those apart that have ended and only wait to be collected."""
    for directory in Path("/proc").iterdir():
        if directory.name.isdigit():
            with contextlib.suppress(OSError):
                # The command stands in brackets and may itself hold spaces and brackets; the state follows it.
                if directory.joinpath("stat").read_text(errors="replace").rpartition(")")[2].split()[0] not in "ZX":
                    yield int(directory.name)


def working_in(directory: Path) -> list[int]:
    """The processes whose working directory this is, as far as we may see."""
    found = []
    for pid in alive():
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/cwd").readlink() == directory.resolve():
                found.append(pid)
    return found


def marked(name: str, value: str) -> list[int]:
    """The processes, other than this one, that were started with `name=value` in their environment.

    Unlike a number in a file this also finds the grandchildren of whatever was killed, and never a stranger.
    """
    entry = os.fsencode(f"{name}={value}")
    found = []
    for pid in alive():
        with contextlib.suppress(OSError):
            if pid != os.getpid() and entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                found.append(pid)
    return found


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


def seconds_since_start() -> float:
    """How long this process has existed, the start of the interpreter included."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


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
