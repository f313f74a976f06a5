"""One jurisdiction, one PostgreSQL schema: which one is current, and the connection's search path.

Outside a jurisdiction everything fails closed: ``relation … does not exist``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg.pq import TransactionStatus

NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")

_current: ContextVar[str | None] = ContextVar("jurisdiction", default=None)
_paths: WeakKeyDictionary[Any, str] = WeakKeyDictionary()  # of a driver's connection, while it is sure


def current() -> str | None:
    """The schema name of the current jurisdiction, or None outside any."""
    return _current.get()


def require_current() -> str:
    """The current jurisdiction's schema name; an error outside any."""
    schema = _current.get()
    if schema is None:
        raise RuntimeError("no jurisdiction is entered: use `with enter(schema):`")
    return schema


def check_name(schema: str) -> str:
    """The schema name itself, when it is safe to be one."""
    if not NAME.fullmatch(schema) or schema == "public" or schema.startswith("pg_"):
        raise ValueError(f"bad jurisdiction name {schema!r}")
    return schema


def _point(connection: BaseDatabaseWrapper, schema: str | None) -> None:
    path = f'"{schema}", public' if schema else "public"
    driver = connection.connection
    is_idle = driver.info.transaction_status == TransactionStatus.IDLE
    if _paths.pop(driver, None) != path or not is_idle:
        with connection.cursor() as cursor:
            cursor.execute(f"SET search_path TO {path}")  # the name was checked by check_name
    if is_idle and connection.get_autocommit():  # what is set in a transaction ends with its rollback
        _paths[driver] = path


def _point_open_connections(schema: str | None) -> None:
    for connection in connections.all(initialized_only=True):
        if connection.connection is None:
            continue  # connected later, on_connect points it
        if schema is None and not connection.in_atomic_block and "pool" in connection.settings_dict["OPTIONS"]:
            connection.close()  # back into the pool: whoever takes it out next points it first
            continue
        status = connection.connection.info.transaction_status
        if status == TransactionStatus.INERROR:
            # An aborted transaction takes no SET; whoever catches it rolls back to what was set before it began.
            # Closing is the only safe end when that was another jurisdiction.
            connection.close() if not connection.in_atomic_block else connection.set_rollback(True)
            continue
        _point(connection, schema)


@contextmanager
def enter(schema: str | None) -> Iterator[None]:
    """Work in one jurisdiction; ``None`` works in the shared tables alone."""
    if schema is not None:
        check_name(schema)
    token = _current.set(schema)
    try:
        _point_open_connections(schema)
        yield
    finally:
        _current.reset(token)
        _point_open_connections(_current.get())


def on_connect(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Point a new, re-opened or pooled connection: it must never inherit another jurisdiction's path."""
    _point(connection, _current.get())


# A named function: a lambda would be garbage-collected and the path silently inherited.
connection_created.connect(on_connect, dispatch_uid="tongban.jurisdictions")
