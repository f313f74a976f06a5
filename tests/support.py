"""What tests across apps share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest


def owner_of(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Meddle with the committed tables as the database's superuser does, past all rights and keys; the rows changed."""
    admin, name = request.config.tongban_database  # type: ignore[attr-defined]
    url = urlunsplit(urlsplit(admin)._replace(path=f"/{name}"))

    def run(statement: str) -> int:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET search_path TO j510500, public")
            connection.execute("SET session_replication_role = replica")  # without checking foreign keys
            return connection.execute(statement).rowcount

    return run
