"""A database of the operator's own: the platform makes itself a role of less power when it may."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tongban.config import external

NAME = f"external_{os.getpid()}"


def _at(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


@pytest.fixture
def powerful() -> Iterator[str]:
    admin = os.environ["TONGBAN_TEST_DATABASE_URL"]
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {NAME}")
        yield _at(admin, NAME)
        connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
        connection.execute(f"DROP ROLE IF EXISTS {NAME}_runtime")


def test_runtime_role_is_made_once(powerful: str, tmp_path: Path) -> None:
    note = tmp_path / "external_runtime_url"
    assert external.ensure_runtime_role(powerful, note)
    first = note.read_text()
    assert external.ensure_runtime_role(powerful, note)
    assert note.read_text() == first
    with psycopg.connect(first) as runtime:
        assert runtime.execute("SELECT current_user").fetchone() == (f"{NAME}_runtime",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            runtime.execute("CREATE SCHEMA other")


def test_changed_password_or_address_is_noticed(powerful: str, tmp_path: Path) -> None:
    note = tmp_path / "external_runtime_url"
    assert external.ensure_runtime_role(powerful, note)
    first = note.read_text()
    with psycopg.connect(powerful, autocommit=True) as connection:
        connection.execute(f"ALTER ROLE {NAME}_runtime PASSWORD 'changed'")
    assert external.ensure_runtime_role(powerful, note)
    assert note.read_text() != first
    psycopg.connect(note.read_text()).close()
    note.write_text("postgresql://x:y@192.0.2.1/elsewhere")
    assert external.ensure_runtime_role(powerful, note)
    psycopg.connect(note.read_text()).close()


def test_role_that_may_not_create_roles(powerful: str, tmp_path: Path) -> None:
    note = tmp_path / "external_runtime_url"
    note.write_text("postgresql://x:y@192.0.2.1/elsewhere")
    assert not external.ensure_runtime_role(os.environ["TONGBAN_TEST_OWNER_URL"], note)
    assert not note.exists()
