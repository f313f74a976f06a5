"""The embedded PostgreSQL, started from every state it can be left in; real servers, real processes."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tongban.config import processes
from tongban.config.embedded import Addresses, Cluster, ensure_roles_and_database, running_url, start
from tongban.config.trouble import Trouble

pytestmark = pytest.mark.slow


def _remove(directory: Path) -> None:
    """Remove a test's directory and what was placed under /var/lib/tongban for it."""
    for link in directory.rglob("*"):
        if link.is_symlink() and link.readlink().parent.parent == Path("/var/lib/tongban"):
            shutil.rmtree(link.readlink().parent, ignore_errors=True)
    shutil.rmtree(directory)


@pytest.fixture
def place() -> Iterator[Path]:
    """A var/ in a directory that every account can reach and whose name is no shell's friend."""
    directory = Path(tempfile.mkdtemp(prefix="tongban test 'x' "))
    directory.chmod(0o755)
    yield directory / "var"
    _remove(directory)


@pytest.fixture
def closed_place() -> Iterator[Path]:
    """A var/ below a directory that only its owner can enter, like a checkout under /root."""
    directory = Path(tempfile.mkdtemp(prefix="tongban-closed-"))
    yield directory / "var"
    _remove(directory)


def _start(var: Path, *, durable: bool = False) -> Cluster:
    return start(var / "postgres", durable=durable)


def _store(cluster: Cluster, text: str) -> None:
    with psycopg.connect(cluster.admin_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (content text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])


def _stored(cluster: Cluster) -> list[str]:
    with psycopg.connect(cluster.admin_url) as connection:
        return [row[0] for row in connection.execute("SELECT content FROM note ORDER BY content")]


def _postmaster(cluster: Cluster) -> int:
    return int((cluster.place.data / "postmaster.pid").read_text().split()[0])


def _in_another_process(var: Path, then: str, *, dies: bool) -> int:
    """Start the cluster in a process of its own that afterwards does `then`; the postmaster's number."""
    program = (
        "import os, signal, sys; from pathlib import Path; from tongban.config.embedded import start;"
        f"c = start(Path(sys.argv[1]) / 'postgres', die_with_parent={dies});"
        f"print(c.process.pid, flush=True); {then}"
    )
    source = str(Path(__file__).resolve().parents[3])
    done = subprocess.run(
        [sys.executable, "-c", program, str(var)],
        env={**os.environ, "PYTHONPATH": source},
        stdout=subprocess.PIPE,
        check=False,
    )
    return int(done.stdout.split()[0])


class TestFreshCluster:
    def test_roles_and_settings(self, place: Path) -> None:
        with _start(place, durable=True) as cluster:
            addresses = ensure_roles_and_database(cluster)
            assert ensure_roles_and_database(cluster) == addresses  # twice changes nothing
            with psycopg.connect(addresses.owner_url) as owner:
                assert owner.execute("SELECT current_user").fetchone() == ("tongban_owner",)
                shown = {
                    name: owner.execute(f"SHOW {name}").fetchone()  # type: ignore[arg-type]
                    for name in ("server_encoding", "data_checksums", "timezone", "listen_addresses", "fsync")
                }
            assert [row and row[0] for row in shown.values()] == ["UTF8", "on", "UTC", "", "on"]
            with psycopg.connect(addresses.runtime_url) as runtime:
                assert runtime.execute("SELECT current_user").fetchone() == ("tongban_runtime",)

    def test_secrets_are_for_their_owner_alone(self, place: Path) -> None:
        with _start(place) as cluster:
            ensure_roles_and_database(cluster)
            files = list((place / "secrets").iterdir())
            assert {file.name for file in files} == {*("database_postgres", "database_owner", "database_runtime")}
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
            assert stat.S_IMODE((place / "secrets").stat().st_mode) == 0o700
            assert stat.S_IMODE(cluster.socket_dir.stat().st_mode) == 0o700
            assert stat.S_IMODE(cluster.place.data.stat().st_mode) == 0o700


@pytest.fixture(scope="module")
def addresses() -> Iterator[tuple[Cluster, Addresses]]:
    directory = Path(tempfile.mkdtemp(prefix="tongban-roles-"))
    directory.chmod(0o755)
    with _start(directory / "var") as cluster:
        yield cluster, ensure_roles_and_database(cluster)
    _remove(directory)


class TestCommandBesideTheServer:
    def test_finds_the_running_server(self, place: Path) -> None:
        with _start(place) as cluster:
            addresses = ensure_roles_and_database(cluster)
            assert running_url(place / "postgres", "tongban_runtime", "tongban") == addresses.runtime_url

    def test_says_when_there_is_none(self, place: Path) -> None:
        with pytest.raises(Trouble, match="not running"):
            running_url(place / "postgres", "tongban_runtime", "tongban")


class TestRolesCannotCross:
    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE SCHEMA other",
            "CREATE TABLE public.other (id int)",
            "CREATE TEMPORARY TABLE other (id int)",
            "SET ROLE tongban_owner",
            "SET SESSION AUTHORIZATION tongban_owner",
            "ALTER ROLE tongban_owner PASSWORD 'x'",
            "CREATE DATABASE other",
            "SELECT pg_read_file('PG_VERSION')",
            "COPY (SELECT 1) TO PROGRAM 'true'",
        ],
    )
    def test_runtime_is_refused(self, addresses: tuple[Cluster, Addresses], statement: str) -> None:
        with (
            psycopg.connect(addresses[1].runtime_url, autocommit=True) as runtime,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            runtime.execute(statement)  # type: ignore[arg-type]

    def test_owner_creates_schemas_but_is_no_superuser(self, addresses: tuple[Cluster, Addresses]) -> None:
        with psycopg.connect(addresses[1].owner_url) as owner:
            owner.execute("CREATE SCHEMA j510500")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute("SET ROLE postgres")

    def test_each_needs_its_own_password(self, addresses: tuple[Cluster, Addresses]) -> None:
        runtime = addresses[1].runtime_url
        for wrong in (
            runtime.replace("tongban_runtime:", "tongban_owner:"),
            runtime.replace("tongban_runtime:", "postgres:"),
            f"postgresql://tongban_owner@/tongban?host={addresses[0].socket_dir}",
        ):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(wrong)


class TestRecovery:
    def test_killed_postmaster_with_a_busy_session(self, place: Path) -> None:
        cluster = _start(place, durable=True)
        _store(cluster, "kept")
        with psycopg.connect(cluster.admin_url) as busy:
            session = busy.info.backend_pid
            # Stopped, it cannot notice the death of its postmaster and goes on holding the shared memory.
            os.kill(session, signal.SIGSTOP)
            cluster.process.kill()
            cluster.process.wait()
            cluster.stop()
            with _start(place, durable=True) as again:
                assert _stored(again) == ["kept"]
                assert not Path(f"/proc/{session}").exists() or session not in processes.alive()

    def test_orphan_is_stopped_and_replaced(self, place: Path) -> None:
        orphan = _in_another_process(place, "os._exit(0)", dies=False)
        assert orphan in processes.alive()
        with _start(place) as cluster:
            assert _postmaster(cluster) != orphan
            assert orphan not in processes.alive()

    def test_dies_with_its_supervisor(self, place: Path) -> None:
        postmaster = _in_another_process(place, "os.kill(os.getpid(), signal.SIGKILL)", dies=True)
        assert processes.wait_for_exit(postmaster, 20)
        with _start(place):
            pass

    def test_half_finished_initdb_is_begun_again(self, place: Path) -> None:
        left = place / "postgres.coming"
        (left / "base").mkdir(parents=True)
        (left / "PG_VERSION").write_text("18\n")
        with _start(place) as cluster:
            _store(cluster, "works")
        assert not left.exists()

    def test_stale_pid_file_that_names_a_stranger(self, place: Path) -> None:
        with _start(place) as cluster:
            _store(cluster, "kept")
            written = (cluster.place.data / "postmaster.pid").read_text().splitlines()
        (cluster.place.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *written[1:]]) + "\n")
        with _start(place) as again:
            assert _stored(again) == ["kept"]

    def test_pid_file_cut_short(self, place: Path) -> None:
        with _start(place) as cluster:
            pass
        (cluster.place.data / "postmaster.pid").write_text("")
        with _start(place) as again:
            assert again.is_running()

    def test_lost_password_files_are_made_again(self, place: Path) -> None:
        with _start(place) as cluster:
            before = ensure_roles_and_database(cluster)
        shutil.rmtree(place / "secrets")
        with _start(place) as again:
            after = ensure_roles_and_database(again)
            assert after.runtime_url != before.runtime_url
            psycopg.connect(after.runtime_url).close()
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(before.runtime_url)


class TestRefusals:
    def test_second_start_names_the_first(self, place: Path) -> None:
        with _start(place), pytest.raises(Trouble, match=f"process {os.getpid()}"):
            _start(place)

    def test_other_major_version(self, place: Path) -> None:
        with _start(place) as cluster:
            pass
        (cluster.place.data / "PG_VERSION").write_text("14\n")
        with pytest.raises(Trouble, match="made by PostgreSQL 14"):
            _start(place)

    def test_directory_of_something_else_is_left_alone(self, place: Path) -> None:
        (place / "postgres").mkdir(parents=True)
        (place / "postgres" / "thesis.txt").write_text("mine")
        with pytest.raises(Trouble, match="not a database directory"):
            _start(place)
        assert (place / "postgres" / "thesis.txt").read_text() == "mine"

    def test_broken_settings_are_quoted(self, place: Path) -> None:
        with _start(place) as cluster:
            pass
        with (cluster.place.data / "postgresql.conf").open("a") as settings:
            settings.write("shared_buffers = 'many'\n")
        with pytest.raises(Trouble, match="did not start"):
            _start(place)


class TestPlace:
    def test_long_path_gets_a_short_socket(self, place: Path) -> None:
        var = place / ("long" * 30)
        with _start(var) as cluster:
            assert len(str(cluster.socket_dir)) < 86
            _store(cluster, "reached")
        shutil.rmtree(cluster.socket_dir)

    def test_prepared_socket_directory_is_not_trusted(self, place: Path) -> None:
        (place / "run").mkdir(parents=True)
        (place / "elsewhere").mkdir()
        (place / "run" / "postgres").symlink_to(place / "elsewhere")
        with pytest.raises(Trouble, match="not our own directory"):
            _start(place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to run PostgreSQL as somebody else")
class TestUnderRoot:
    def test_server_is_not_root(self, place: Path) -> None:
        with _start(place) as cluster:
            assert Path(f"/proc/{cluster.process.pid}").stat().st_uid != 0

    def test_closed_checkout_is_served_from_elsewhere(self, closed_place: Path) -> None:
        mode = closed_place.parent.stat().st_mode
        with _start(closed_place) as cluster:
            _store(cluster, "kept")
            assert cluster.place.data.is_relative_to("/var/lib/tongban")
        assert closed_place.parent.stat().st_mode == mode
        with _start(closed_place) as again:
            assert _stored(again) == ["kept"]

    def test_moved_checkout_keeps_its_database(self, closed_place: Path) -> None:
        with _start(closed_place) as cluster:
            _store(cluster, "kept")
        moved = closed_place.with_name("moved")
        closed_place.rename(moved)
        with _start(moved) as again:
            assert _stored(again) == ["kept"]

    def test_copied_checkout_gets_a_database_of_its_own(self, closed_place: Path) -> None:
        with _start(closed_place) as cluster:
            _store(cluster, "kept")
            copy = closed_place.with_name("copy")
            shutil.copytree(closed_place, copy, symlinks=True, ignore=shutil.ignore_patterns("*.lock"))
            with _start(copy) as other:
                assert other.place.data != cluster.place.data
                with pytest.raises(psycopg.errors.UndefinedTable):
                    _stored(other)

    def test_checkout_moved_out_of_reach_takes_its_database_along(self, place: Path, closed_place: Path) -> None:
        with _start(place) as cluster:
            _store(cluster, "kept")
        place.rename(closed_place)
        with _start(closed_place) as again:
            assert _stored(again) == ["kept"]
