"""Jobs of workers that were killed."""

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app

from tongban.config.actions import rescue_jobs

STATES = "SELECT args->>'of', status FROM procrastinate_jobs WHERE task_name = 'config.trial' ORDER BY 1"


@pytest.mark.usefixtures("db")
def test_only_the_jobs_of_silent_workers_go_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()), (now() - interval '5 minutes') RETURNING id"
        )
        living, silent = (row[0] for row in cursor.fetchall())
        for of, worker in (("living", living), ("silent", silent)):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status, worker_id) "
                "VALUES ('default', 'config.trial', jsonb_build_object('of', %s::text), 'doing', %s)",
                [of, worker],
            )
        async_to_sync(rescue_jobs.func)(None, 0)
        cursor.execute(STATES)
        assert cursor.fetchall() == [("living", "doing"), ("silent", "todo")]


def test_runs_every_minute() -> None:
    assert ("config.rescue_jobs", "") in app.periodic_registry.periodic_tasks
