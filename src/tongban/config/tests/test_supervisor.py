"""`tongban run` with real processes: started, killed, refused, stopped."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tongban.config import external, processes
from tongban.config.environment import Environment
from tongban.config.parts import demo_witness
from tongban.config.supervisor import MARK, Watch
from tongban.config.trouble import Trouble
from tongban_verify.policy import PolicyFile

SOURCE = Path(__file__).resolve().parents[3]
PATIENCE = 120  # a loaded machine; every wait ends as soon as its condition holds


class Installation:
    """One var/ and one port, with whatever runs there."""

    def __init__(self, directory: Path) -> None:
        self.var = directory / "var"
        self.console = directory / "console.txt"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def start(self, **settings: str) -> subprocess.Popen[bytes]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("TONGBAN_", "DATABASE_", "DJANGO_"))}
        mine = {"PYTHONPATH": str(SOURCE), "TONGBAN_VAR_DIR": str(self.var), "TONGBAN_PORT": str(self.port)}
        with self.console.open("wb") as console:
            return subprocess.Popen(
                [sys.executable, "-m", "tongban", "run"],
                env={**clean, **mine, "TONGBAN_MODE": "production", "TONGBAN_WEB_WORKERS": "1", **settings},
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
            )

    def said(self) -> str:
        return self.console.read_text("utf-8")

    def await_ready(self, supervisor: subprocess.Popen[bytes]) -> None:
        processes.wait_until(lambda: "is ready" in self.said() or supervisor.poll() is not None, PATIENCE)
        assert "is ready" in self.said(), self.said() + self.log("web")

    def log(self, name: str) -> str:
        path = self.var / "log" / f"{name}.log"
        return path.read_text("utf-8") if path.exists() else ""

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10):
                return True
        except urllib.error.HTTPError as answer:
            return answer.code < 500
        except OSError:
            return False

    def members(self) -> set[int]:
        """Everything that runs for this installation, the supervisor itself apart."""
        return {*processes.marked(MARK, str(self.var)), *processes.working_in(self.var / "postgres")}

    def leader(self, word: str) -> int | None:
        """The child of the supervisor whose command line holds `word`: it leads a session of its own."""
        for pid in self.members():
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
                if word in words and os.getsid(pid) == pid:
                    return pid
            except OSError:
                continue
        return None

    def postmaster(self) -> int:
        return int((self.var / "postgres" / "postmaster.pid").read_text().split()[0])


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """Prepared by whichever test comes first; the others meet it as it was left."""
    directory = Path(tempfile.mkdtemp(prefix="tongban run "))
    directory.chmod(0o755)
    yield Installation(directory)
    shutil.rmtree(directory)


@pytest.fixture
def running(installation: Installation) -> Iterator[subprocess.Popen[bytes]]:
    supervisor = installation.start()
    try:
        installation.await_ready(supervisor)
        yield supervisor
    finally:
        supervisor.send_signal(signal.SIGTERM)
        supervisor.wait(PATIENCE)
        for left in installation.members():
            processes.end(left, seconds=5)


@pytest.mark.slow
class TestLife:
    def test_ctrl_c_during_the_first_start_leaves_nothing(self, installation: Installation) -> None:
        supervisor = installation.start()
        pid_file = installation.var / "postgres" / "postmaster.pid"
        assert processes.wait_until(pid_file.exists, PATIENCE)
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(PATIENCE) == 0
        assert installation.members() == set()
        assert "Traceback" not in installation.said()

    def test_serves_and_ctrl_c_leaves_nothing(
        self, installation: Installation, running: subprocess.Popen[bytes]
    ) -> None:
        assert installation.answers()
        assert {"web", "worker", "worker-2", "sequencer"} == {
            path.stem for path in (installation.var / "log").glob("*.log")
        }
        running.send_signal(signal.SIGINT)
        assert running.wait(PATIENCE) == 0
        assert installation.members() == set()
        assert not installation.answers()
        assert "Traceback" not in installation.said()

    def test_second_ctrl_c_forces(self, installation: Installation, running: subprocess.Popen[bytes]) -> None:
        web = installation.leader("granian")
        assert web is not None
        os.kill(web, signal.SIGSTOP)  # a web server that cannot finish what it has in hand
        running.send_signal(signal.SIGINT)
        assert processes.wait_until(lambda: "force it" in installation.said(), PATIENCE)
        running.send_signal(signal.SIGINT)
        assert running.wait(PATIENCE) == 0
        assert installation.members() == set()

    def test_every_killed_child_is_replaced(self, installation: Installation, running: subprocess.Popen[bytes]) -> None:
        for word in ("granian", "procrastinate"):
            assert processes.wait_until(lambda word=word: installation.leader(word) is not None, PATIENCE)
            killed = installation.leader(word)
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            assert processes.wait_until(
                lambda word=word, killed=killed: installation.leader(word) not in {None, killed}, PATIENCE
            )
        assert processes.wait_until(installation.answers, PATIENCE)
        old = installation.postmaster()
        os.kill(old, signal.SIGKILL)
        assert processes.wait_until(lambda: "database stopped" in installation.said(), PATIENCE)
        assert processes.wait_until(
            lambda: (installation.var / "postgres" / "postmaster.pid").exists() and installation.postmaster() != old,
            PATIENCE,
        )
        assert processes.wait_until(installation.answers, PATIENCE)

    def test_start_after_everything_was_killed(
        self, installation: Installation, running: subprocess.Popen[bytes]
    ) -> None:
        web = installation.leader("granian")
        assert web is not None
        before = installation.members()
        # Both at once: the web server's workers become orphans that hold the port.
        running.kill()
        os.kill(web, signal.SIGKILL)
        running.wait()
        again = installation.start()
        try:
            installation.await_ready(again)
            assert installation.answers()
            assert not before & installation.members()
        finally:
            again.send_signal(signal.SIGTERM)
            assert again.wait(PATIENCE) == 0

    def test_second_supervisor_names_the_first(
        self, installation: Installation, running: subprocess.Popen[bytes]
    ) -> None:
        second = Installation(installation.console.parent)
        second.console = installation.console.with_name("second.txt")
        assert second.start().wait(PATIENCE) == 1
        assert f"already running (process {running.pid}" in second.said()
        assert installation.answers()


@pytest.mark.slow
class TestRefusals:
    @pytest.fixture
    def fresh(self, tmp_path: Path) -> Installation:
        return Installation(tmp_path)

    def _refused(self, installation: Installation, **settings: str) -> str:
        assert installation.start(**settings).wait(PATIENCE) == 1
        said = installation.said()
        assert "Traceback" not in said
        assert not (installation.var / "postgres").exists()
        return said

    def test_port_in_use(self, fresh: Installation) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", fresh.port))
            taken.listen()
            said = self._refused(fresh)
        assert f"Port {fresh.port} of 127.0.0.1 cannot be used: another program has it" in said
        assert f"TONGBAN_PORT={fresh.port + 1} make run" in said

    def test_impossible_setting(self, fresh: Installation) -> None:
        assert "Wrong settings: TONGBAN_PORT" in self._refused(fresh, TONGBAN_PORT="eight thousand")

    def test_file_in_place_of_the_directory(self, fresh: Installation) -> None:
        fresh.var.write_text("")
        assert f"Cannot start: {fresh.var} File exists" in self._refused(fresh)

    def test_unreachable_database(self, fresh: Installation) -> None:
        said = self._refused(fresh, DATABASE_URL="postgresql://me:hunter2@127.0.0.1:9/tongban")
        assert "The database in DATABASE_URL cannot be reached" in said
        assert "hunter2" not in said

    def test_nonsense_for_an_address(self, fresh: Installation) -> None:
        assert "DATABASE_URL is not a database address" in self._refused(fresh, DATABASE_URL="mysql://x/y")

    def test_database_too_old(self) -> None:
        with pytest.raises(Trouble, match="names a PostgreSQL 14; version 15 or newer"):
            external._check_version(140012, "DATABASE_URL")
        external._check_version(150000, "DATABASE_URL")


class TestPartsAlone:
    def test_wrong_setting_is_one_sentence(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "tongban", "web"],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCE), "TONGBAN_WEB_WORKERS": "many"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "Wrong settings: TONGBAN_WEB_WORKERS" in done.stderr
        assert "Traceback" not in done.stderr


def test_what_the_sequencer_refuses_is_said_once_where_the_operator_looks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reported: list[str] = []
    watch: Any = SimpleNamespace(
        var_dir=tmp_path, _stopped_logs="", _report=lambda zh, en: reported.append(f"{zh}{en}")
    )
    told = tmp_path / "run" / "sequencer.txt"
    told.parent.mkdir()
    Watch._tell_stopped_logs(watch)
    told.write_text("j510500 公开日志已停止：请运行 resume\n", "utf-8")
    for _ in range(3):
        Watch._tell_stopped_logs(watch)
    assert capsys.readouterr().err == "j510500 公开日志已停止：请运行 resume\n"
    told.unlink()
    Watch._tell_stopped_logs(watch)
    assert len(reported) == 1


def test_only_the_demo_brings_a_witness_of_its_own(tmp_path: Path) -> None:
    demo = Environment(mode="demo", var_dir=tmp_path)
    command = demo_witness(demo, tmp_path)
    assert command is not None
    found = PolicyFile.parse((tmp_path / "run" / "witness.policy").read_bytes())
    assert [witness.name for witness in found.witnesses] == ["demo"]
    assert found.witnesses[0].url.removesuffix("/").endswith(command[-1])
    assert (tmp_path / "witness" / "key.json").stat().st_mode & 0o077 == 0
    assert demo_witness(demo.model_copy(update={"ledger_policy": tmp_path / "own"}), tmp_path) is None
    assert demo_witness(demo.model_copy(update={"mode": "production"}), tmp_path) is None
