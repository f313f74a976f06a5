"""`tongban run`: the database, the web server and the job worker as one thing to start and to stop."""

import contextlib
import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from tongban.config import embedded, external, processes
from tongban.config.children import Bell, Child
from tongban.config.environment import Environment
from tongban.config.parts import checked_settings, demo_witness, sequencer_command, web_command, worker_command
from tongban.config.trouble import Trouble

MARK = "TONGBAN_RUN_OF"
READY_SECONDS = 60.0
_DRAIN_SECONDS = 10.0
_FALLS_BEFORE_READY = 3
# A directory of somebody else, a file in its place, a full disk: what the machine says is enough.
_FILE_REASONS = {errno.EACCES, errno.EPERM, errno.EEXIST, errno.ENOTDIR, errno.ENOSPC, errno.EDQUOT, errno.EROFS}
_PORT_REASONS = {
    errno.EADDRINUSE: ("已被其他程序占用", "another program has it"),
    errno.EACCES: ("1024 以下的端口需要 root", "ports below 1024 are root's"),
    errno.EADDRNOTAVAIL: ("本机没有这个地址", "this machine has no such address"),
}


def main() -> int:
    """Run until somebody stops it; returns the exit code. What goes wrong is one sentence in each language."""
    try:
        # Until everything runs, a stop is simply an exception that unwinds what has been started.
        for stopping in (
            signal.SIGINT,
            signal.SIGTERM,
            signal.SIGHUP,
        ):  # SIGINT, too: a shell starts & jobs with it ignored
            signal.signal(stopping, signal.default_int_handler)
        return run(checked_settings())
    except Trouble as trouble:
        _say(str(trouble), to=sys.stderr)
        return 1
    except OSError as refused:
        if refused.errno not in _FILE_REASONS:
            raise
        where, why = refused.filename or "", refused.strerror or str(refused)
        _say(
            f"不能启动：{where} {why}。请检查该文件的所有者、权限和磁盘空间。\n"
            f"Cannot start: {where} {why}. Check who owns it, its permissions and the free space on the disk.",
            to=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        _say("\n已停止。  Stopped.")
        return 0


def _say(text: str, to: TextIO | None = None) -> None:
    print(text, file=to, flush=True)


def run(settings: Environment) -> int:
    """Bring everything up, tell where it is, watch it, and take it down again in order."""
    var_dir = settings.var_dir.absolute()
    var_dir.mkdir(parents=True, exist_ok=True)
    with _only_one(var_dir):
        for orphan in processes.marked(MARK, str(var_dir)):
            processes.end(orphan, seconds=_DRAIN_SECONDS)
        _check_port(settings.host, settings.port)
        database = Database(settings, var_dir)
        try:
            database.start()
            _prepare(var_dir)
            return Watch(settings, var_dir, database).until_stopped()
        finally:
            database.stop()


@contextlib.contextmanager
def _only_one(var_dir: Path) -> Iterator[None]:
    """Hold var/ for this supervisor."""
    handle = processes.hold(
        var_dir / "supervisor.lock",
        lambda holder: Trouble(
            f"平台已在运行（进程 {holder}，目录 {var_dir}）；如要重启，请先停止它。",
            f"Tongban is already running (process {holder}, directory {var_dir}); stop that one first.",
        ),
    )
    try:
        yield
    finally:
        os.close(handle)


def _check_port(host: str, port: int) -> None:
    """Refuse a port that is taken before anything is started: the web server itself would share it silently."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            trial.listen(1)
    except OSError as refused:
        zh, en = _PORT_REASONS.get(refused.errno or 0, (refused.strerror, refused.strerror))
        raise Trouble(
            f"不能使用 {host} 的端口 {port}：{zh}；请换一个端口，例如 TONGBAN_PORT={_other(port)} make run。",
            f"Port {port} of {host} cannot be used: {en}; "
            f"choose another one, for example TONGBAN_PORT={_other(port)} make run.",
        ) from refused


def _other(port: int) -> int:
    return port + 1 if 1024 <= port < 65535 else 8001


class Database:
    """The embedded cluster, kept running; nothing at all when the operator has a database of their own."""

    def __init__(self, settings: Environment, var_dir: Path) -> None:
        self._var_dir = var_dir
        self._cluster: embedded.Cluster | None = None
        given = settings.database_url.get_secret_value()
        self._is_ours = not given
        if given:
            external.check(given)
            if owner := settings.database_owner_url.get_secret_value():
                external.check(owner, "DATABASE_OWNER_URL")
            elif not external.ensure_runtime_role(given, var_dir / "secrets" / "external_runtime_url"):
                _say(
                    "注意：DATABASE_URL 的角色不能创建角色，平台将以同一角色迁移和运行；见 docs/running.zh-CN.md。\n"
                    "Note: the role in DATABASE_URL cannot create roles, so one role migrates and works; "
                    "see docs/running.md."
                )

    def start(self) -> None:
        """Start the cluster and see to its roles; the settings find it by `embedded.running_url`."""
        if self._is_ours:
            secrets_dir = self._var_dir / "secrets"
            self._cluster = embedded.start(self._var_dir / "postgres", secrets_dir=secrets_dir)
            embedded.ensure_roles_and_database(self._cluster)

    def has_fallen(self) -> bool:
        """Whether it should be running but is not."""
        return self._is_ours and (self._cluster is None or not self._cluster.is_running())

    def stop(self) -> None:
        """Stop the cluster; what was committed stays."""
        if self._cluster is not None:
            self._cluster.stop()
            self._cluster = None


def _prepare(var_dir: Path) -> None:
    """Bring keys, tables, demo and static files up to date, in one process that knows Django; it reports itself."""
    preparing = subprocess.Popen(
        [sys.executable, "-m", "tongban", "prepare"],
        env={**os.environ, MARK: str(var_dir)},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=processes.die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - no threads here
    )
    try:
        code = preparing.wait()
    except BaseException:
        preparing.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            preparing.wait(_DRAIN_SECONDS)
        preparing.kill()
        preparing.wait()
        raise
    if code != 0:
        raise Trouble(
            "平台没有准备好（原因见上）；排除后重新启动即可，已完成的步骤不会重做。",
            "The platform could not be prepared (see above); once the cause is gone, start again: "
            "what is done is not repeated.",
        )


class Watch:
    """A running installation: its children and its database."""

    def __init__(self, settings: Environment, var_dir: Path, database: Database) -> None:
        self.settings = settings
        self.var_dir = var_dir
        self.database = database
        # The address of the owner is not handed to what the public talks to.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_OWNER")}
        environment |= {MARK: str(var_dir), "TONGBAN_DATABASE_ROLE": "runtime"}
        self.web = Child("web", web_command(settings), environment, var_dir / "log" / "web.log")
        self.workers = [
            Child(name, worker_command(settings), environment, var_dir / "log" / f"{name}.log")
            for name in ("worker", *(f"worker-{number}" for number in range(2, settings.job_workers + 1)))
        ]
        log = var_dir / "log" / "sequencer.log"
        self.sequencer = Child("sequencer", sequencer_command(), environment, log)
        self.witness: Child | None = None
        self.children = [self.web]
        self.bell = Bell()
        self._stopped_logs = ""
        (var_dir / "run" / "sequencer.txt").unlink(missing_ok=True)  # of a run that was killed

    def until_stopped(self) -> int:
        """Start the children, wait until the first page answers, then watch; returns the exit code."""
        try:
            self._until_ready()
            if not self.bell.stops:
                self._welcome()
            while not self.bell.stops:
                self.bell.wait(min(5.0, self._tend()))
            return 0
        finally:
            self._stop()

    def _tend(self) -> float:
        if self.database.has_fallen():
            self._report("数据库停止了，正在重新启动。", "The database stopped; starting it again.")
            self.database.stop()
            try:
                self.database.start()
            except Trouble as trouble:  # tried again at the next look
                _say(str(trouble), to=sys.stderr)
        pauses = []
        for child in self.children:
            falls = child.falls
            pauses.append(child.tend())
            if child.falls != falls:
                self._report(
                    f"{child.name} 停止了，将重新启动（见 {child.log}）。", f"{child.name} stopped; starting it again."
                )
            child.turn_log()
        self._tell_stopped_logs()
        return min(pauses)

    def _tell_stopped_logs(self) -> None:
        """What the sequencer refuses is said where the operator looks, with the remedy, once."""
        said = ""
        with contextlib.suppress(OSError):
            said = (self.var_dir / "run" / "sequencer.txt").read_text("utf-8")
        if said != self._stopped_logs:
            self._stopped_logs = said
            if said:
                _say(said.rstrip(), to=sys.stderr)
            else:
                self._report("公开日志恢复正常。", "The public logs go on.")

    def _until_ready(self) -> None:
        """Wait for the first answer with the processors to the web server alone; the workers start after it."""
        deadline = time.monotonic() + READY_SECONDS
        while not self.bell.stops and not self._answers():
            self._tend()
            if self.web.falls >= _FALLS_BEFORE_READY or time.monotonic() > deadline:
                raise Trouble(
                    f"网页服务没有启动，日志 {self.web.log} 的末尾是：\n{self.web.last_words()}",
                    f"The web server did not start; above is the end of its log {self.web.log}.",
                )
            self.bell.wait(0.1)
        if command := demo_witness(self.settings, self.var_dir):
            self.witness = Child("witness", command, self.web.environment, self.var_dir / "log" / "witness.log")
            self.children.append(self.witness)
        self.children += [*self.workers, self.sequencer]

    def _answers(self) -> bool:
        """Whether the web server answers. (/readyz also asks for a worker, which starts only then.)"""
        connection = http.client.HTTPConnection(_reachable(self.settings.host), self.settings.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _welcome(self) -> None:
        seconds = processes.seconds_since_start()
        _say(f"\n通办已就绪，用时 {seconds:.1f} 秒。  Tongban is ready after {seconds:.1f} s.")
        _say(f"    http://{_reachable(self.settings.host)}:{self.settings.port}")
        with contextlib.suppress(OSError):
            _say((self.var_dir / "run" / "welcome.txt").read_text("utf-8").rstrip())
        _say(f"日志  logs: {self.var_dir / 'log'}    停止  stop: Ctrl-C\n")

    def _report(self, zh: str, en: str) -> None:
        _say(f"{time.strftime('%H:%M:%S')} {zh}  {en}")

    def _stop(self) -> None:
        """The web server drains, the workers finish their jobs; the database, last, is stopped by who started it."""
        self._report("正在停止；再按一次 Ctrl-C 强制停止。", "Stopping; Ctrl-C again to force it.")
        self.web.stop(self.bell, _DRAIN_SECONDS)
        for worker in self.workers:
            worker.stop(self.bell, _DRAIN_SECONDS)
        self.sequencer.stop(self.bell, _DRAIN_SECONDS)
        if self.witness:
            self.witness.stop(self.bell, _DRAIN_SECONDS)


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - where to call, not to listen
