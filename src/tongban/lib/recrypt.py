"""Bring encrypted fields and blind indexes of every model up to the current keys, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models, transaction
from psycopg import sql

from tongban.lib.fields import BlindIndexField, EncryptedTextField, key_number, seal, unseal
from tongban.lib.keys import ring

BATCH = 500


def _columns(kind: type[models.Field]) -> Iterator[tuple[type[models.Model], models.Field]]:  # type: ignore[type-arg]
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, kind):
                yield model, field


def recrypt_fields() -> int:
    """Encrypt anew what older data keys protect in the current jurisdiction; the number of values changed.

    Works on the stored bytes, so that append-only tables keep every other column as it was. Each batch commits: after
    an interruption the next call goes on where this one stopped.
    """
    return sum(_recrypt_column(model, field) for model, field in _columns(EncryptedTextField))


def _recrypt_column(model: type[models.Model], field: models.Field) -> int:  # type: ignore[type-arg]
    assert isinstance(field, EncryptedTextField)
    names = {
        "table": sql.Identifier(model._meta.db_table),
        "column": sql.Identifier(str(field.column)),
        "key": sql.Identifier(str(model._meta.pk.column)),
    }
    prefix = bytes([1]) + ring().current("data").number.to_bytes(2, "big")
    choose = sql.SQL(
        "SELECT {key}, {column} FROM {table} WHERE length({column}) > 0 AND substring({column} FOR 3) <> %s "
        "LIMIT %s FOR UPDATE"
    ).format(**names)
    change = sql.SQL("UPDATE {table} SET {column} = %s WHERE {key} = %s").format(**names)
    changed, at = 0, (field.purpose, field.compartment)
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(choose, [prefix, BATCH])
            rows = cursor.fetchall()
            cursor.executemany(change, [(seal(unseal(bytes(old), *at), *at), key) for key, old in rows])
        changed += len(rows)
        if len(rows) < BATCH:
            return changed


def reindex_fields() -> int:
    """Compute every blind index anew under the current index key; the number of values changed."""
    return sum(_reindex_model(model) for model in {model for model, _ in _columns(BlindIndexField)})


def _reindex_model(model: type[models.Model]) -> int:
    fields = [f for f in model._meta.local_concrete_fields if isinstance(f, BlindIndexField) and f.source]
    changed, last = 0, None
    while True:
        with transaction.atomic():
            rows = model._base_manager.select_for_update().order_by("pk")
            batch = list((rows.filter(pk__gt=last) if last else rows)[:BATCH])
            stale = []
            for row in batch:
                fresh = {field.name: field.index_of(row) for field in fields}
                if any(getattr(row, name) != value for name, value in fresh.items()):
                    for name, value in fresh.items():
                        setattr(row, name, value)
                    stale.append(row)
            if stale:
                model._base_manager.bulk_update(stale, [field.name for field in fields])
        changed += len(stale)
        if len(batch) < BATCH:
            return changed
        last = batch[-1].pk


def least_key_number() -> int:
    """The number of the oldest data key something in the current jurisdiction still needs; 0 when nothing is kept."""
    numbers = []
    for model, field in _columns(EncryptedTextField):
        query = sql.SQL("SELECT min(substring({c} FOR 3)) FROM {t} WHERE length({c}) > 0").format(
            c=sql.Identifier(str(field.column)), t=sql.Identifier(model._meta.db_table)
        )
        with connection.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone()
        if row and row[0]:
            numbers.append(key_number(bytes(row[0])))
    return min(numbers, default=0)
