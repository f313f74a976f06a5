"""Numbers that never repeat: one row each, changed by one conditional statement."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import connection

from tongban.applications.halls.models import Counter, Trace, Visit
from tongban.applications.halls.queries.visits import counted
from tongban.lib.ids import uuid7
from tongban.lib.inserting import insert_statement, insert_values

UNLIMITED = 2**31 - 2
_DRAWN = ("number", "(SELECT value FROM drawn)")


def count_up(hall_id: UUID, day: date, prefix: str, *, step: int = 1, most: int = UNLIMITED) -> int | None:
    """Add to a counter unless it would pass ``most``; the new value, or None when it would.

    The row stays locked until the transaction ends: what is rolled back is not counted, so numbers have no gap.
    """
    table = connection.ops.quote_name(Counter._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS c (id, hall_id, day, prefix, value) SELECT %s, %s, %s, %s, %s WHERE %s <= %s "
            "ON CONFLICT (hall_id, day, prefix) DO UPDATE SET value = c.value + EXCLUDED.value "
            "WHERE c.value + EXCLUDED.value <= %s RETURNING value",
            [uuid7(), hall_id, day, prefix, step, step, most, most],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def would_pass(hall_id: UUID, day: date, prefix: str, *, step: int, most: int) -> bool:
    """Whether a counter stands too high already, by a look that holds nobody up; ``count_up`` alone decides who gets in."""
    return counted(hall_id, day, prefix) + step > most


def count_down(hall_id: UUID, day: date, prefix: str, *, step: int = 1) -> int:
    """Take from a counter, never below nothing; what is left."""
    table = connection.ops.quote_name(Counter._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET value = GREATEST(value - %s, 0) WHERE hall_id = %s AND day = %s AND prefix = %s "  # noqa: S608
            "RETURNING value",
            [step, hall_id, day, prefix],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def write_with_number(visit: Visit, trace: Trace) -> None:
    """Write a new visit with the next number of its queue, and its trace, in one statement.

    The number's row is locked for that statement and its commit alone: a hall registers hundreds in a second.
    """
    table = connection.ops.quote_name(Counter._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH drawn AS (INSERT INTO {table} AS c (id, hall_id, day, prefix, value) VALUES (%s, %s, %s, %s, 1) "  # noqa: S608
            "ON CONFLICT (hall_id, day, prefix) DO UPDATE SET value = c.value + 1 RETURNING value), "
            f"traced AS ({insert_statement(Trace)}) {insert_statement(Visit, _DRAWN)} RETURNING number",
            [
                uuid7(),
                visit.hall_id,
                visit.day,
                visit.prefix,
                *insert_values(trace),
                *insert_values(visit, {"number": []}),
            ],
        )
        visit.number = cursor.fetchone()[0]
    visit._state.adding = trace._state.adding = False
