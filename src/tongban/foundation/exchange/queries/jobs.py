"""Reads of the job queue: this jurisdiction's part of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tongban.foundation.exchange.rules import MANAGE_EXCHANGE
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import require_current


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A background job that ended with an error. Its arguments are ids only."""

    id: int
    task: str
    queue: str
    arguments: dict[str, Any]
    attempts: int
    failed_at: datetime | None


# The queue stands in public and serves every jurisdiction: the argument tells whose a job is.
_FAILED = """
    SELECT j.id, j.task_name, j.queue_name, j.args, j.attempts,
           (SELECT max(e.at) FROM procrastinate_events e WHERE e.job_id = j.id AND e.type = 'failed') AS failed_at
    FROM procrastinate_jobs j
    WHERE j.status = 'failed' AND j.args->>'jurisdiction' = %s AND (%s::bigint[] IS NULL OR j.id = ANY(%s::bigint[]))
    ORDER BY j.id DESC LIMIT 500
"""


def failed_jobs(by: Actor, *, ids: Iterable[int] | None = None) -> list[FailedJob]:
    """Failed jobs of this jurisdiction, newest first, at most 500; only those with ``ids`` where given."""
    require(by, MANAGE_EXCHANGE)
    chosen = None if ids is None else list(ids)
    with connection.cursor() as cursor:
        cursor.execute(_FAILED, [require_current(), chosen, chosen])
        rows = cursor.fetchall()
    return [FailedJob(row[0], row[1], row[2], _ids_of(row[3]), row[4], row[5]) for row in rows]


def _ids_of(arguments: Any) -> dict[str, Any]:
    found = arguments if isinstance(arguments, dict) else json.loads(arguments)
    return {name: value for name, value in found.items() if name != "jurisdiction"}


def job_counts(by: Actor) -> list[tuple[str, int, int, int]]:
    """Per queue how many jobs of this jurisdiction wait, run and failed."""
    require(by, MANAGE_EXCHANGE)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queue_name, count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing'), "
            "count(*) FILTER (WHERE status = 'failed') FROM procrastinate_jobs "
            "WHERE args->>'jurisdiction' = %s AND status IN ('todo', 'doing', 'failed') GROUP BY 1 ORDER BY 1",
            [require_current()],
        )
        return [(str(q), int(waiting), int(running), int(failed)) for q, waiting, running, failed in cursor.fetchall()]
