"""Count several lists in one statement, for a menu that shows what waits in each."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

MOST = 1_000


def counts(*lists: QuerySet[Any], most: int = MOST) -> list[int]:
    """How many rows each list has, in one statement; a list that cannot hold anything costs none.

    Counting stops at ``most``, so that a menu costs the same beside a million rows.
    """
    parts: list[str] = []
    params: list[Any] = []
    for rows in lists:
        try:
            sql, given = rows.order_by().values("pk")[:most].query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608 - the ORM's own statement, its values as parameters
        params += given
    if not lists:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return list(cursor.fetchone())
