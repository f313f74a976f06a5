"""Regions are shared tables: only the owner may write them, so tests that load work as the owner."""

from __future__ import annotations

import gzip
import lzma
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import conninfo_to_dict

HEAD = {
    "authority": "tst",
    "name": "test-1",
    "title": "测试区划",
    "date": "2024-01-01",
    "source": "made up for tests",
    "licence": "CC0",
    "attribution": "nobody",
    "covers": ":township",
}
ROWS = """\
510000,四川省,,,
510500,泸州市,510000,,
510502,江阳区,510500,,
510502109,丹林镇,510502,,
510502110,分水岭镇,510502,,
510504,龙马潭区,510500,,"""
Write = Callable[..., Path]


def edition_text(rows: str = ROWS, **head: str | None) -> str:
    """An edition as text; a head value of None leaves that line out."""
    count = str(len(rows.splitlines()))
    values = HEAD | {"rows": count} | head
    top = "".join(f"# {key}: {value}\n" for key, value in values.items() if value is not None)
    return f"{top}code,name,parent,valid_from,valid_to\n{rows}\n"


@pytest.fixture
def write_edition(tmp_path: Path) -> Write:
    """Write an edition under ``tmp_path``: text or bytes, packed as the suffix says."""

    def write(content: str | bytes, name: str = "edition.csv") -> Path:
        raw = content.encode() if isinstance(content, str) else content
        path = tmp_path / name
        path.write_bytes({".xz": lzma.compress, ".gz": gzip.compress}.get(path.suffix, bytes)(raw))
        return path

    return write


@contextmanager
def owner_transaction(blocker: Any) -> Iterator[None]:
    """A transaction of the owner's in the shared tables, rolled back at the end."""
    from django.db import connection, transaction

    from tongban.lib.jurisdictions import enter

    with blocker.unblock():
        before = dict(connection.settings_dict)
        connection.close()
        owner = conninfo_to_dict(os.environ["DATABASE_OWNER_URL"])
        options = {key: value for key, value in before["OPTIONS"].items() if key != "pool"}
        connection.settings_dict |= {"USER": owner["user"], "PASSWORD": owner["password"], "OPTIONS": options}
        try:
            with enter(None), transaction.atomic():
                yield
                transaction.set_rollback(True)
        finally:
            connection.close()
            connection.settings_dict.update(before)


@pytest.fixture
def as_owner(django_db_blocker: Any) -> Iterator[None]:
    """The test runs in a transaction of the owner's."""
    with owner_transaction(django_db_blocker):
        yield


@pytest.fixture(scope="module")
def both_editions(django_db_blocker: Any) -> Iterator[None]:
    """Both editions that come along, loaded once for a module that only reads."""
    from tongban.foundation.regions.actions import load_edition
    from tongban.lib.actors import system

    with owner_transaction(django_db_blocker):
        for name in ("nbs-2023", "mca-2026"):
            load_edition(name, by=system("tests"))
        yield
