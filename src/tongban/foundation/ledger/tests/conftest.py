"""Meddling as the owner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest


@pytest.fixture
def as_owner(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Meddle with the committed tables as the database's owner does, past all rights."""
    admin, name = request.config.tongban_database  # type: ignore[attr-defined]

    def run(statement: str, *parameters: object) -> int:
        with psycopg.connect(urlunsplit(urlsplit(admin)._replace(path=f"/{name}")), autocommit=True) as connection:
            connection.execute("SET search_path TO j510500, public")
            return connection.execute(statement, parameters).rowcount  # type: ignore[arg-type]

    return run
