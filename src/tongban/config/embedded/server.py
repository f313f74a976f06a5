"""Starting and stopping the embedded PostgreSQL, whatever state it was left in."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from tongban.config import processes
from tongban.config.embedded import place as places
from tongban.config.embedded.secrets import ADMINISTRATOR, password, password_file
from tongban.config.trouble import Trouble

_CLEAN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}
# Written into postgresql.conf once: an administrator may change them there.
_FIRST_SETTINGS = {
    "shared_buffers": "256MB",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_wal_size": "2GB",
    "idle_in_transaction_session_timeout": "10min",
    "password_encryption": "scram-sha-256",
}
# A test's database may be lost with the machine; a real one may not. Compiling a statement costs more than its few rows.
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off", "jit": "off"}
_READY_SECONDS = 300.0  # after a crash PostgreSQL first replays its journal
_FAST_SECONDS = 30.0


@dataclass
class Cluster:
    """A running PostgreSQL of ours; leaving it as a context manager stops it."""

    place: places.Place
    secrets_dir: Path
    process: subprocess.Popen[bytes]
    _lock: int = field(repr=False)

    @property
    def socket_dir(self) -> Path:
        """The directory of the Unix socket: the `host` of every connection."""
        return self.place.sockets

    def url(self, role: str, database: str = "postgres") -> str:
        """The address at which `role` reaches `database`, its password included."""
        return _url(self.place.sockets, self.secrets_dir, role, database)

    @property
    def admin_url(self) -> str:
        """The superuser's address: for creating roles and databases, never for the platform's own work."""
        return self.url(ADMINISTRATOR)

    def binary(self, name: str) -> str:
        """The full path of one of PostgreSQL's programs, such as pg_dump."""
        return self.place.binary(name)

    def is_running(self) -> bool:
        """Whether the server process is alive."""
        return self.process.poll() is None

    def stop(self) -> None:
        """Stop the server: connections are cut, what was committed is kept."""
        for sent, patience in ((signal.SIGINT, _FAST_SECONDS), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
            if self.process.poll() is not None:
                break
            self.process.send_signal(sent)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(patience)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def running_url(data_dir: Path, role: str, database: str, *, secrets_dir: Path | None = None) -> str:
    """The address of the cluster another process of ours runs, for a command beside it; Trouble when none does."""
    try:
        sockets = Path(_socket_note(data_dir).read_text())
    except OSError as missing:
        raise Trouble(
            "内置数据库没有运行；请先执行 make run，或用 DATABASE_URL 指定数据库。",
            "The embedded database is not running; start it with `make run`, or name a database in DATABASE_URL.",
        ) from missing
    return _url(sockets, secrets_dir or data_dir.parent / "secrets", role, database)


def _url(sockets: Path, secrets_dir: Path, role: str, database: str) -> str:
    host = quote(str(sockets), safe="")
    return f"postgresql://{role}:{password(secrets_dir, role)}@/{database}?host={host}&port=5432"


def _socket_note(data_dir: Path) -> Path:
    """Where it is written down in which directory the socket of this cluster is."""
    return data_dir.with_name(data_dir.name + ".socket")


def start(
    data_dir: Path,
    *,
    socket_dir: Path | None = None,
    secrets_dir: Path | None = None,
    durable: bool = True,
    die_with_parent: bool = True,
) -> Cluster:
    """Start the cluster in `data_dir`, creating or recovering it first, and return when it takes connections.

    Raises Trouble when it cannot be started or another process of ours already runs it.
    """
    data_dir = data_dir.absolute()
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    secrets_dir = secrets_dir or data_dir.parent / "secrets"
    lock = _lock(data_dir)
    try:
        place = places.choose(data_dir, socket_dir or data_dir.parent / "run" / data_dir.name)
        _end_orphan(place)
        _initialise(place, secrets_dir, durable=durable)
        _check_version(place)
        _socket_note(data_dir).write_text(str(place.sockets))
        process = _launch(place, durable=durable, die_with_parent=die_with_parent)
    except BaseException:
        os.close(lock)
        raise
    return Cluster(place=place, secrets_dir=secrets_dir, process=process, _lock=lock)


def _lock(data_dir: Path) -> int:
    """Hold the cluster for this process."""
    return processes.hold(
        data_dir.with_name(data_dir.name + ".lock"),
        lambda holder: Trouble(
            f"数据库 {data_dir} 正由进程 {holder} 使用；请先停止它。",
            f"The database {data_dir} is in use by process {holder}; stop that one first.",
        ),
    )


def _end_orphan(place: places.Place) -> None:
    """Stop a server that outlived whoever started it: a fresh one is surer than one with unknown settings."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        postmaster = int((place.data / "postmaster.pid").read_text().splitlines()[0])
        if postmaster in processes.working_in(place.data):
            processes.end(postmaster, seconds=_FAST_SECONDS, first=signal.SIGINT)
    # A killed postmaster leaves sessions behind that still hold its shared memory.
    for session in processes.working_in(place.data):
        processes.end(session, seconds=2.0, first=signal.SIGQUIT)
    # Nobody works there now. Left in place, the file stops a start whenever its number belongs to another program
    # of the same account, which after a restart of a container is likely.
    (place.data / "postmaster.pid").unlink(missing_ok=True)


def _initialise(place: places.Place, secrets_dir: Path, *, durable: bool) -> None:
    """Create the cluster when there is none. It is made aside and renamed: what has the name is whole."""
    coming = place.data.with_name(place.data.name + ".coming")
    if coming.exists():
        shutil.rmtree(coming)
    if place.data.exists() and any(place.data.iterdir()):
        _check_whole(place.data)
        _keep_administrator(place, secrets_dir)
        return
    coming.mkdir(mode=0o700)
    place.hand_over(coming)
    with tempfile.NamedTemporaryFile("w", dir=place.sockets) as word:
        word.write(password(secrets_dir, ADMINISTRATOR))
        word.flush()
        place.hand_over(Path(word.name))
        command = [
            *(place.binary("initdb"), "-D", str(coming), "-U", ADMINISTRATOR, f"--pwfile={word.name}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
            *("--lc-messages=C", "--data-checksums", *([] if durable else ["--no-sync"])),
            *(f"--set={name}={value}" for name, value in _FIRST_SETTINGS.items()),
        ]
        _run(place, command)
    with contextlib.suppress(FileNotFoundError):
        place.data.rmdir()
    coming.rename(place.data)


def _check_whole(data: Path) -> None:
    if not (data / "PG_VERSION").exists():
        raise Trouble(
            f"{data} 不是数据库目录，里面却有文件；请移走这些文件后重试。",
            f"{data} is not a database directory yet holds files; move them away and try again.",
        )


def _keep_administrator(place: places.Place, secrets_dir: Path) -> None:
    """Give the superuser a new password when its file was lost; the single-user mode asks for none."""
    if password_file(secrets_dir, ADMINISTRATOR).exists():
        return
    statement = f"ALTER ROLE {ADMINISTRATOR} PASSWORD '{password(secrets_dir, ADMINISTRATOR)}'\n"
    _run(place, [place.binary("postgres"), "--single", "-D", str(place.data), "postgres"], given=statement)


def _run(place: places.Place, command: list[str], *, given: str = "") -> str:
    """Run one of PostgreSQL's programs to its end as the cluster's account."""
    done = subprocess.run(  # type: ignore[call-overload]  # noqa: S603 - our own binaries
        command,
        input=given,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        umask=0o077,
        env=_CLEAN_ENVIRONMENT,
        **places.run_as(place.account),
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        name = Path(command[0]).name
        raise Trouble(f"数据库程序 {name} 失败：{last}", f"The database program {name} failed: {last}")
    return str(done.stdout)


def _check_version(place: places.Place) -> None:
    """A cluster can only be opened by the major version that made it."""
    made_by = (place.data / "PG_VERSION").read_text().strip()
    ours = _run(place, [place.binary("postgres"), "--version"]).split()[-1]
    if ours.split(".")[0] != made_by:
        raise Trouble(
            f"数据库目录 {place.data} 由 PostgreSQL {made_by} 建立，而本程序带的是 {ours}；"
            "请用原版本 tongban backup 备份，再用新版本 tongban restore 恢复。",
            f"The database directory {place.data} was made by PostgreSQL {made_by}, but this program brings {ours}; "
            "take a `tongban backup` with the old version and `tongban restore` it with the new one.",
        )


def _launch(place: places.Place, *, durable: bool, die_with_parent: bool) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own, so that the terminal's Ctrl-C reaches its supervisor only."""
    always = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": '"' + str(place.sockets).replace('"', '""') + '"',
        "unix_socket_permissions": "0700",
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgres-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        **({} if durable else _FORGETFUL),
    }
    settings = [word for name, value in always.items() for word in ("-c", f"{name}={value}")]
    with (place.data / "start.log").open("wb") as said:
        process: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603
            [place.binary("postgres"), "-D", str(place.data), *settings],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd="/",
            umask=0o077,
            env=_CLEAN_ENVIRONMENT,
            start_new_session=True,
            preexec_fn=processes.die_with_parent(signal.SIGINT) if die_with_parent else None,  # noqa: PLW1509
            **places.run_as(place.account),
        )
    try:
        _await_ready(place, process)
    except BaseException:
        process.send_signal(signal.SIGQUIT)
        process.wait()
        raise
    return process


def _await_ready(place: places.Place, process: subprocess.Popen[bytes]) -> None:
    def is_settled() -> bool:
        return process.poll() is not None or _says_ready(place.data, process.pid)

    if processes.wait_until(is_settled, _READY_SECONDS) and process.poll() is None:
        return
    log = place.data / "start.log"
    last = (log.read_text(errors="replace").strip().splitlines() or ["?"])[-1]
    raise Trouble(
        f"数据库没有启动：{last}（详见 {place.data}/log 与 {log}）",
        f"The database did not start: {last} (see {place.data}/log and {log})",
    )


def _says_ready(data: Path, pid: int) -> bool:
    """The eighth line of postmaster.pid is what pg_ctl waits for, too; a connection would need a password."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"
