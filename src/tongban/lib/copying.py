"""Rows into one table by one COPY: where making objects, or the SQL that inserts them, would cost more than storing them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from django.db import connection, models
from psycopg import Binary

_SPECIAL = re.compile(r"[\\\t\n\r]")
_WRITTEN = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Add rows given as values of the fields ``names`` as the database stores them; how many.

    No field's own preparation runs: encrypted values are bytes, blind indexes and keys of names are computed before.
    NUL, which PostgreSQL cannot hold in a text, must not be in one.
    """
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    as_text = [_WRITERS.get(_kind(field), _text) for field in fields]
    lines = ["\t".join(["\\N" if value is None else write(value) for write, value in zip(as_text, row, strict=True)])
             for row in rows]  # fmt: skip
    _copy(_statement(model, tuple(names)), lines)
    return len(lines)


def add_rows(rows: Sequence[models.Model]) -> None:
    """Add new rows of one model as its ``bulk_create`` would; their ids are made in Python, and nothing is asked back.

    Every field's own preparation runs. A kind of field nobody has taught to write is a ``TypeError``.
    """
    if not rows:
        return
    model = type(rows[0])
    columns = _columns(model)
    lines = [
        "\t".join(["\\N" if (value := read(row)) is None else write(value) for read, write in columns]) for row in rows
    ]
    _copy(_statement(model, tuple(field.name for field in model._meta.local_concrete_fields)), lines)
    alias = connection.alias
    for row in rows:
        row._state.adding, row._state.db = False, alias


def _copy(statement: str, lines: list[str]) -> None:
    if not lines:
        return

    def run(text: str, *_: Any) -> None:
        with connection.wrap_database_errors, cursor.copy(text) as copy:
            copy.write("\n".join([*lines, ""]))

    with connection.cursor() as wrapped:
        cursor: Any = wrapped  # its stub knows neither
        cursor._execute_with_wrappers(statement, None, False, run)  # so that it is counted like every statement


@cache
def _statement(model: type[models.Model], names: tuple[str, ...]) -> str:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    return f"COPY {connection.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN"


def _kind(field: Any) -> str:
    return str(field.target_field.get_internal_type() if field.is_relation else field.get_internal_type())


@cache
def _columns(model: type[models.Model]) -> list[tuple[Callable[[Any], Any], Callable[[Any], str]]]:
    """For each column: how a row's value is read and prepared, and how it is written."""
    return [(_reader(field), _prepared_writer(field)) for field in model._meta.local_concrete_fields]


def _reader(field: Any) -> Callable[[Any], Any]:
    """The attribute itself, unless the field makes its value when it is saved."""
    makes = type(field).pre_save not in (
        models.Field.pre_save,
        models.DateField.pre_save,
        models.DateTimeField.pre_save,
    )
    if makes or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return lambda row: field.pre_save(row, True)
    return attrgetter(field.attname)


def _prepared_writer(field: Any) -> Callable[[Any], str]:
    kind = _kind(field)
    if kind == "JSONField":
        return lambda value: _text(json.dumps(value, ensure_ascii=False, cls=field.encoder))
    if kind == "BinaryField":
        return lambda value: _bytes(field.get_db_prep_value(value, connection))
    if kind == "ArrayField" and _kind(field.base_field) == "UUIDField":
        return lambda value: "{" + ",".join([one.hex for one in value]) + "}"
    if kind not in _WRITERS and kind not in _TEXTS:
        raise TypeError(f"{field}: rows with a {kind} are not written by COPY yet")
    return _WRITERS.get(kind, _text)


def _bytes(value: Any) -> str:
    stored: bytes | memoryview = value.obj if isinstance(value, Binary) else value  # as psycopg wraps them for inserts
    return f"\\\\x{stored.hex()}"


def _text(value: Any) -> str:
    text = str(value)
    return _SPECIAL.sub(lambda found: _WRITTEN[found[0]], text) if _SPECIAL.search(text) else text


def _json(value: Any) -> str:
    return _text(json.dumps(value, ensure_ascii=False)) if value else "[]" if value == [] else "{}"


_TEXTS = {
    "CharField", "TextField", "IntegerField", "BigIntegerField", "SmallIntegerField", "PositiveIntegerField",
    "PositiveSmallIntegerField", "PositiveBigIntegerField", "DecimalField", "FloatField",
}  # fmt: skip
_WRITERS: dict[str, Callable[[Any], str]] = {
    "BinaryField": _bytes,
    "UUIDField": lambda value: value.hex,
    "BooleanField": lambda value: "t" if value else "f",
    "JSONField": _json,
    "DateField": lambda value: value.isoformat(),
    "DateTimeField": lambda value: value.isoformat(),
}
