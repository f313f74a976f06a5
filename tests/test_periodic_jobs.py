"""Periodic jobs run once per jurisdiction, and one that lags holds up no other."""

from __future__ import annotations

import pytest
from django.db import connection

from tongban.lib.jobs import app

SWEEP = "foundation.exchange.actions.events.sweep"


def waiting() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'jurisdiction' FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo' ORDER BY 1",
            [SWEEP],
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
def test_each_jurisdiction_once_even_when_one_still_waits() -> None:
    every = app.tasks[f"{SWEEP}.for_every_jurisdiction"].func
    every(timestamp=1)
    assert waiting() == ["j510300", "j510500"]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = %s AND args->>'jurisdiction' = 'j510500'",
            [SWEEP],
        )
    assert waiting() == ["j510300"]
    every(timestamp=2)
    assert waiting() == ["j510300", "j510500"]
