"""Many rows into one table by one COPY: for batches where making objects would cost more than storing them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql

_SPECIAL = re.compile(r"[\\\t\n\r]")
_WRITTEN = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def copy_rows(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Add rows given as values of the fields ``names`` as the database stores them; how many.

    No field's own preparation runs: encrypted values are bytes, blind indexes and keys of names are computed before.
    NUL, which PostgreSQL cannot hold in a text, must not be in one.
    """
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    as_text = [_writer_of(field) for field in fields]
    lines = ["\t".join(["\\N" if value is None else write(value) for write, value in zip(as_text, row, strict=True)])
             for row in rows]  # fmt: skip
    if not lines:
        return 0
    statement = sql.SQL("COPY {table} ({columns}) FROM STDIN").format(
        table=sql.Identifier(model._meta.db_table),
        columns=sql.SQL(", ").join(sql.Identifier(field.column) for field in fields),
    )
    lines.append("")
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write("\n".join(lines))
    return len(lines) - 1


def _writer_of(field: Any) -> Callable[[Any], str]:
    kind = field.target_field.get_internal_type() if field.is_relation else field.get_internal_type()
    return _WRITERS.get(kind, _text)


def _text(value: Any) -> str:
    text = str(value)
    return _SPECIAL.sub(lambda found: _WRITTEN[found[0]], text) if _SPECIAL.search(text) else text


def _json(value: Any) -> str:
    return _text(json.dumps(value, ensure_ascii=False)) if value else "[]" if value == [] else "{}"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "BinaryField": lambda value: f"\\\\x{value.hex()}",
    "UUIDField": lambda value: value.hex,
    "BooleanField": lambda value: "t" if value else "f",
    "JSONField": _json,
    "DateField": lambda value: value.isoformat(),
    "DateTimeField": lambda value: value.isoformat(),
}
