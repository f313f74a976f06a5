"""A real house: `tongban run` over a fresh database on the tests' server, as an operator starts it, on a free port."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from bench.house import House

from tests.databases import at

__all__ = ["House", "running_house"]


@contextmanager
def running_house(place: Path) -> Iterator[House]:
    """A demo with a database of its own; gone afterwards, processes and all."""
    with _database() as urls:
        house = House(place / "var", dies_with_us=True, given=urls | {
            "TONGBAN_WEB_WORKERS": "1", "TONGBAN_JOB_WORKERS": "1", "TONGBAN_LOG_LEVEL": "INFO",
            "TONGBAN_ALLOW_PRIVATE_ENDPOINTS": "true",
        })  # fmt: skip
        try:
            house.start()
            yield house
        finally:
            house.stop()


@contextmanager
def _database() -> Iterator[dict[str, str]]:
    admin, name = os.environ["TONGBAN_TEST_DATABASE_URL"], f"journeys_{os.getpid()}"
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    _administer(admin, drop, f'CREATE DATABASE "{name}" OWNER tongban_owner')
    try:
        yield {
            "DATABASE_URL": at(os.environ["TONGBAN_TEST_RUNTIME_URL"], name),
            "DATABASE_OWNER_URL": at(os.environ["TONGBAN_TEST_OWNER_URL"], name),
        }
    finally:
        _administer(admin, drop)


def _administer(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
