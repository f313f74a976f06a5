"""A job asked for ``soon`` runs once for everybody who asks within the same seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from tongban.lib import jobs
from tongban.lib.jobs import Job, seconds_until
from tongban.lib.together import together


@pytest.mark.parametrize(
    ("next_run", "now", "wait"),
    [
        (-3.0, 0.0, 0.0),  # the first to ask
        (0.0, 3.0, 0.0),  # long ago
        (0.0, 0.5, 2.5),  # a run has just begun: it may have looked already
        (3.0, 0.5, None),  # one is to come, in time to see what this transaction commits
        (3.0, 2.5, 3.5),  # one is to come so soon that it may pass this transaction by
    ],
)
def test_when_to_run(next_run: float, now: float, wait: float | None) -> None:
    assert seconds_until(next_run, now) == wait


@pytest.fixture
def soon() -> Iterator[Job]:
    task = jobs.app.task(name="tests.soon")(lambda jurisdiction: None)
    yield Job(lambda: None, task)
    del jobs.app.tasks[task.name]


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'tests.soon'")
        return int(cursor.fetchone()[0])


def test_whoever_asks_after_a_commit_shares_the_next_run(committed_db: None, soon: Job) -> None:
    with transaction.atomic(), together():
        for _ in range(5):
            soon.soon()
    assert _waiting() == 1, "at once"
    for _ in range(5):
        soon.soon()
    assert _waiting() == 2, "and once more, in a few seconds"


def test_a_run_that_was_rolled_back_serves_nobody(committed_db: None, soon: Job) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        soon.soon()
        raise ZeroDivisionError
    soon.soon()
    assert _waiting() == 1
