"""Keys rotated, a backup taken and restored, with the commands an operator types, on databases of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.databases import at

ROOT = Path(__file__).parents[1]


@dataclass
class Installation:
    """A house of its own: a database, a directory, the commands."""

    database: str
    var_dir: Path

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "PYTHONPATH": str(ROOT / "src"), "TONGBAN_MODE": "demo", "TONGBAN_VAR_DIR": str(self.var_dir),
            "DATABASE_URL": at(os.environ["TONGBAN_TEST_RUNTIME_URL"], self.database),
            "DATABASE_OWNER_URL": at(os.environ["TONGBAN_TEST_OWNER_URL"], self.database),
        }  # fmt: skip

    def run(self, *arguments: str, fails: bool = False) -> str:
        command = [sys.executable, "-W", "error", "-m", "tongban", *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=180, cwd=ROOT
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        if fails:
            assert "Traceback" not in done.stderr
        return done.stderr if fails else done.stdout

    def ask(self, statement: str) -> list[Any]:
        with psycopg.connect(at(os.environ["TONGBAN_TEST_OWNER_URL"], self.database)) as connection:
            connection.execute("SET search_path TO j510500, public")
            return connection.execute(statement).fetchall()

    def change(self, statements: str) -> None:
        with psycopg.connect(at(os.environ["TONGBAN_TEST_OWNER_URL"], self.database)) as connection:
            connection.execute(statements)

    def python(self, code: str) -> str:
        program = (
            "import django; django.setup()\n"
            "from tongban.lib.jurisdictions import enter\n"
            f"with enter('j510500'):\n    {code}\n"
        )
        environment = self.environment | {"DJANGO_SETTINGS_MODULE": "tongban.config.settings"}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout.strip()


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Installation]]:
    """Empty installations, or copies of one: its database and its directory as they are then."""
    made: list[Installation] = []

    def new(like: Installation | None = None) -> Installation:
        found = Installation(f"try_{uuid4().hex[:12]}", tmp_path_factory.mktemp("var"))
        template = f'TEMPLATE "{like.database}"' if like else ""
        with psycopg.connect(os.environ["TONGBAN_TEST_DATABASE_URL"], autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{found.database}" {template} OWNER tongban_owner')
        made.append(found)
        if like:
            shutil.copytree(like.var_dir, found.var_dir, dirs_exist_ok=True)
        return found

    yield new
    with psycopg.connect(os.environ["TONGBAN_TEST_DATABASE_URL"], autocommit=True) as admin:
        for found in made:
            admin.execute(f'DROP DATABASE "{found.database}" WITH (FORCE)')


@pytest.fixture(scope="module")
def fresh_house(make: Callable[..., Installation]) -> Installation:
    """A house with its demo as it was loaded: to be copied, not used."""
    found = make()
    found.run("migrate")
    found.run("keys", "create")
    found.run("demo", "load")
    return found


@pytest.fixture(scope="module")
def house(make: Callable[..., Installation], fresh_house: Installation) -> Installation:
    return make(like=fresh_house)


PHONES = (
    "from tongban.foundation.parties.models import Account; from tongban.lib.fields import blind_index; "
    "print(sorted(a.phone for a in Account.objects.all() "
    "if a.phone and Account.objects.get(phone_index=blind_index('phone', a.phone)) == a))"
)


def test_every_kind_of_key_rotates_and_everything_still_opens(house: Installation) -> None:
    before = house.python(PHONES)
    assert "+86" in before
    house.run("keys", "retire", "session")
    house.run("keys", "rotate", "all")
    listed = [line.split("\t")[:2] for line in house.run("keys", "list").splitlines()]
    assert {kind for kind, number in listed if number == "2"} == {
        "data", "index", "token", "session", "credential", "document", "ledger"
    }  # fmt: skip
    assert house.python(PHONES) == before
    numbers = house.ask("SELECT DISTINCT substring(phone FOR 3) FROM parties_account WHERE length(phone) > 0")
    assert [bytes(row[0]) for row in numbers] == [b"\x01\x00\x02"]
    house.run("keys", "retire", "data")
    house.run("keys", "retire", "index")
    assert house.python(PHONES) == before


def test_data_keys_in_use_are_not_retired(make: Callable[..., Installation], fresh_house: Installation) -> None:
    house = make(like=fresh_house)
    ring = json.loads((house.var_dir / "secrets" / "keys.json").read_text())
    data = next(key for key in ring["keys"] if key["kind"] == "data")
    ring["keys"].append({**data, "number": 2})
    (house.var_dir / "secrets" / "keys.json").write_text(json.dumps(ring))
    assert "--resume" in house.run("keys", "retire", "data", fails=True)


def test_the_key_file_is_not_overwritten(house: Installation) -> None:
    assert "不会覆盖" in house.run("keys", "create", fails=True)


def test_a_migration_that_breaks_leaves_nothing_half_done(house: Installation) -> None:
    """A table in the way of the last app stops the migration; what came before it is not there, either."""
    create = ("jurisdiction", "create", "510300", "自贡市", "Zigong", "--host", "zigong.localhost")
    house.change("CREATE SCHEMA j510300; CREATE TABLE j510300.matters_case (id int)")
    assert "matters_case" in house.run(*create, fails=True)
    assert house.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'j510300'") == [("matters_case",)]
    house.change("DROP SCHEMA j510300 CASCADE")
    assert "j510300" in house.run(*create)
    assert house.run("migrate").strip() == "current"
    assert "已经存在" in house.run(*create, fails=True)


def counts(house: Installation) -> dict[str, int]:
    tables = [row[0] for row in house.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'j510500'")]
    skipped = {"django_session", "cache_entry"}
    return {table: house.ask(f"SELECT count(*) FROM {table}")[0][0] for table in sorted(tables) if table not in skipped}


@pytest.fixture(scope="module")
def backup(house: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    documents = house.var_dir / "documents" / "j510500"
    documents.mkdir(parents=True, exist_ok=True)
    (documents / "one").write_bytes(b"encrypted")
    return Path(house.run("backup", str(tmp_path_factory.mktemp("backups"))).strip())


def test_a_backup_restores_into_an_empty_house(
    house: Installation, backup: Path, make: Callable[..., Installation]
) -> None:
    fresh = make()
    keys = fresh.var_dir / "secrets" / "keys.json"
    keys.parent.mkdir()
    keys.write_bytes((house.var_dir / "secrets" / "keys.json").read_bytes())
    keys.chmod(0o600)
    fresh.run("restore", str(backup))
    assert counts(fresh) == counts(house)
    assert fresh.python(PHONES) == house.python(PHONES)
    assert (fresh.var_dir / "documents" / "j510500" / "one").read_bytes() == b"encrypted"
    assert "已有数据" in fresh.run("restore", str(backup), fails=True)


def test_a_backup_holds_no_key(house: Installation, backup: Path) -> None:
    secrets = [k["secret"] for k in json.loads((house.var_dir / "secrets" / "keys.json").read_text())["keys"]]
    contents = b"".join(path.read_bytes() for path in backup.rglob("*") if path.is_file())
    assert not [secret for secret in secrets if secret.encode() in contents]
    assert json.loads((backup / "manifest.json").read_text())["keys"]


def test_a_restore_beside_other_keys_stops_before_it_begins(backup: Path, make: Callable[..., Installation]) -> None:
    fresh = make()
    fresh.run("keys", "create")
    assert "放回当时的密钥文件" in fresh.run("restore", str(backup), fails=True)
    assert fresh.ask("SELECT count(*) FROM pg_tables WHERE schemaname ~ '^j'") == [(0,)]


def test_an_altered_backup_is_refused(backup: Path, make: Callable[..., Installation], house: Installation) -> None:
    fresh = make()
    keys = fresh.var_dir / "secrets" / "keys.json"
    keys.parent.mkdir()
    keys.write_bytes((house.var_dir / "secrets" / "keys.json").read_bytes())
    keys.chmod(0o600)
    one = backup / "documents" / "j510500" / "one"
    one.write_bytes(b"altered")
    try:
        assert "documents/j510500/one" in fresh.run("restore", str(backup), fails=True)
    finally:
        one.write_bytes(b"encrypted")
    assert "tongban backup" in fresh.run("restore", str(backup.parent), fails=True)


def test_the_demo_and_its_log_agree(house: Installation) -> None:
    """Every row of weight the demo made has its leaf, and says what the leaf says."""
    said = house.run("ledger", "check")
    assert len(said.splitlines()) == len(house.ask("SELECT 1 FROM public.regions_jurisdiction")), said
    house.change("UPDATE j510500.parties_membership SET role = 'administrator' WHERE role = 'reviewer'")
    refused = house.run("ledger", "check", fails=True)
    assert "保留数据库现状" in refused
    assert {row[0] for row in house.ask("SELECT kind FROM ledger_finding")} == {"row_changed"}


def test_what_a_backup_brings_back_is_erased_before_anybody_is_served(
    house: Installation, make: Callable[..., Installation], tmp_path: Path
) -> None:
    house.change(
        "INSERT INTO j510500.parties_listlook (id, at, actor_kind, actor_name, unit_name, what, criteria, row_count) VALUES "
        "('01800000-0000-7000-8000-000000000000', '2022-04-06', 'person', 'x', '', 'parties.people', '', 1)"
    )
    taken = house.run("backup", str(tmp_path)).strip()
    fresh = make()
    keys = fresh.var_dir / "secrets" / "keys.json"
    keys.parent.mkdir()
    keys.write_bytes((house.var_dir / "secrets" / "keys.json").read_bytes())
    keys.chmod(0o600)
    fresh.run("restore", taken)
    assert fresh.ask("SELECT count(*) FROM parties_listlook WHERE at < '2023-01-01'") == [(0,)]
    assert fresh.ask("SELECT count(*) FROM ledger_entry WHERE type = 'data.erased'") == [(1,)]
