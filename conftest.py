"""The test harness: a real PostgreSQL, two jurisdictions, the runtime role.

One migrated database is kept as a template, named after the migrations it holds; every run copies it, so a run
costs seconds. ``TONGBAN_TEST_DATABASE_URL`` (a superuser's address) uses a server of yours instead.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from tests.databases import at

ROOT = Path(__file__).parent
# Two halves of the tests may run side by side (`make test` does), each with a server and files of its own.
TEST_DIR = ROOT / "var" / os.environ.get("TONGBAN_TEST_PLACE", "test")
sys.path.insert(0, str(ROOT / "src"))

if TYPE_CHECKING:
    from tongban.config.embedded import Cluster

LUZHOU, ZIGONG = "j510500", "j510300"


def _start_server() -> Cluster | None:
    from tongban.config.embedded import ensure_roles_and_database, start

    if os.environ.get("TONGBAN_TEST_DATABASE_URL"):
        return None
    TEST_DIR.mkdir(parents=True, exist_ok=True)
    cluster = start(TEST_DIR / "postgres", durable=False, die_with_parent=True)
    ensure_roles_and_database(cluster)
    os.environ["TONGBAN_TEST_DATABASE_URL"] = cluster.admin_url
    os.environ["TONGBAN_TEST_OWNER_URL"] = cluster.url("tongban_owner")
    os.environ["TONGBAN_TEST_RUNTIME_URL"] = cluster.url("tongban_runtime")
    return cluster


def pytest_configure(config: pytest.Config) -> None:
    """Start the server once, before Django reads its settings; xdist's workers find it in the environment."""
    # Tests share two processors with whatever else runs: how long one example takes says nothing here.
    hypothesis.settings.register_profile("house", deadline=None)
    hypothesis.settings.load_profile("house")
    os.environ["TONGBAN_MODE"] = "test"
    os.environ["TONGBAN_VAR_DIR"] = str(TEST_DIR)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
    if config.option.collectonly:
        return
    config.tongban_cluster = _start_server()  # type: ignore[attr-defined]
    admin = os.environ["TONGBAN_TEST_DATABASE_URL"]
    owner, runtime = os.environ["TONGBAN_TEST_OWNER_URL"], os.environ["TONGBAN_TEST_RUNTIME_URL"]
    name = f"test_{os.getpid()}"
    config.tongban_database = (admin, name)  # type: ignore[attr-defined]
    os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"] = at(runtime, name), at(owner, name)
    _make_keys()
    import django

    django.setup()
    _make_database(admin, owner, name)


_WITH_DATABASE = {"db", "committed_db", "transactional_db", "as_owner"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what works with the database, so that the quick part can leave it out."""
    for item in items:
        if item.get_closest_marker("django_db") or _WITH_DATABASE & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Drop the copy and stop the server this run started."""
    if hasattr(config, "tongban_database"):
        from django.db import connection

        connection.close()
        connection.close_pool()
        _admin(config.tongban_database[0], f'DROP DATABASE IF EXISTS "{config.tongban_database[1]}" WITH (FORCE)')
    if getattr(config, "tongban_cluster", None):
        config.tongban_cluster.stop()  # type: ignore[attr-defined]


def _make_keys() -> None:
    from tongban.lib.keys import KeyRing

    path = TEST_DIR / "secrets" / "keys.json"
    if not path.exists():
        KeyRing.new().write(path)


def _admin(url: str, *statements: str) -> list[Any]:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


def _fingerprint() -> str:
    """Of everything a migrated, empty database depends on."""
    digest = hashlib.sha256((TEST_DIR / "secrets" / "keys.json").read_bytes())
    patterns = (
        "**/migrations/*.py",
        "foundation/regions/*.py",
        "lib/fields.py",
        "config/settings.py",
        "**/handlers.py",
        "**/models.py",
        "**/models/*.py",
    )
    for path in sorted({p for pattern in patterns for p in (ROOT / "src" / "tongban").glob(pattern)}):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _make_database(admin: str, owner: str, name: str) -> None:
    template = f"template_{_fingerprint()}"
    known = {row[0] for row in _admin(admin, "SELECT datname FROM pg_database")}
    if template not in known:
        stale = [old for old in known if old.startswith("template_")]
        making = f"making_{os.getpid()}"
        _admin(admin, *(f'DROP DATABASE IF EXISTS "{old}"' for old in [making, *stale]),
               f'CREATE DATABASE "{making}" OWNER tongban_owner')  # fmt: skip
        _migrate(at(owner, making))
        _admin(admin, f'ALTER DATABASE "{making}" RENAME TO "{template}"')
    _admin(admin, f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER tongban_owner')


def _migrate(url: str) -> None:
    """Two jurisdictions in a fresh database, made as an operator makes them."""
    from django.conf import settings
    from django.db import connection, connections

    from tongban.config.settings import database
    from tongban.foundation.regions.actions import create_jurisdiction, migrate_all
    from tongban.lib.actors import system
    from tongban.lib.words import T

    runtime = dict(connections.settings["default"])
    connections.settings["default"].update(database(url, pool=0))
    connection.close()
    try:
        migrate_all(runtime_role=settings.RUNTIME_ROLE)
        for code, zh, en, host in (
            ("510500", "泸州市", "Luzhou", "luzhou.localhost"), ("510300", "自贡市", "Zigong", "zigong.localhost")
        ):  # fmt: skip
            place = T(zh, en)
            create_jurisdiction(
                code, name=place, hosts={host: (code, place)}, runtime_role=settings.RUNTIME_ROLE, by=system("tests")
            )
    finally:
        connection.close()
        connections.settings["default"].update(runtime)


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The database is there already (pytest_configure)."""


@pytest.fixture(autouse=True)
def _in_luzhou(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """Every test that touches the database works in the first jurisdiction."""
    marked = request.node.get_closest_marker("django_db")
    if not marked and not {"db", "committed_db"} & set(request.fixturenames):
        yield
        return
    from tongban.lib.jurisdictions import enter

    with django_db_blocker.unblock(), enter(LUZHOU):
        yield


@pytest.fixture
def elsewhere() -> str:
    """The schema of the second jurisdiction."""
    return ZIGONG


@pytest.fixture
def committed_db(request: pytest.FixtureRequest, django_db_blocker: Any) -> Iterator[None]:
    """A database in which transactions really commit, for races; emptied by the owner afterwards."""
    from django.db import connections

    from tongban.lib import jobs

    with django_db_blocker.unblock():
        yield
        connections.close_all()
    admin, name = request.config.tongban_database
    url = at(admin, name)
    shutil.rmtree(TEST_DIR / "ledger", ignore_errors=True)  # what was signed of the tables emptied here
    _admin(url, _EMPTY)
    jobs.forget_runs()


# Most tables have no row: deleting none from each is a hundred times quicker than truncating all, which makes new files.
_EMPTY = """
DO $$ DECLARE one text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE (schemaname ~ '^j[0-9]'
    AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')) OR tablename LIKE 'procrastinate_%'
  LOOP EXECUTE 'DELETE FROM ' || one; END LOOP;
END $$
"""


@pytest.fixture
def refused() -> Callable[[str], Any]:
    """``with refused("code"):`` the action inside must be refused with this code."""
    from tongban.lib.refusals import Refusal

    return lambda code: pytest.raises(Refusal, match=rf"^{code}: ")


@pytest.fixture(scope="session")
def run_jobs() -> Callable[[], int]:
    """Run what was deferred and is due, in the test's own transaction, until nothing is left; how many ran."""
    from django.db import connection
    from procrastinate.contrib.django import app

    from tongban.lib.jurisdictions import require_current

    def run() -> int:
        count = 0
        while True:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' AND args->>'jurisdiction' = %s "
                    "AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY id LIMIT 1", [require_current()],
                )  # fmt: skip
                row = cursor.fetchone()
                if row is None:
                    return count
                cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [row[0]])
            arguments = row[2] if isinstance(row[2], dict) else __import__("json").loads(row[2])
            app.tasks[row[1]].func(**arguments)
            count += 1

    return run
