"""One row written by a statement of one's own, where other parts of that statement give some of its columns."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Model


@lru_cache(maxsize=32)
def insert_statement(model: type[Model], *given: tuple[str, str]) -> str:
    """The statement that inserts a row of a model; ``given`` are columns with the SQL they get instead of the row's value."""
    names = [str(field.column) for field in model._meta.local_concrete_fields]
    columns, by_sql = ", ".join(connection.ops.quote_name(name) for name in names), dict(given)
    values = ", ".join(by_sql.get(name, "%s") for name in names)
    return f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({columns}) VALUES ({values})"  # noqa: S608


def insert_values(row: Model, given: dict[str, list[Any]] | None = None) -> list[Any]:
    """A row's values as the model itself would write them; for columns given by SQL the values that stand in it."""
    instead, found = given or {}, []
    for field in row._meta.local_concrete_fields:
        if field.column in instead:
            found += instead[field.column]
        else:
            found.append(field.get_db_prep_save(field.pre_save(row, True), connection))
    return found
