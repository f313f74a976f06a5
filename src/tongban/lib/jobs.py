"""Background tasks: deferred in the business transaction, run in their jurisdiction, possibly twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from procrastinate import BaseRetryStrategy
from procrastinate.contrib.django import app as _app
from procrastinate.exceptions import AlreadyEnqueued

from tongban.lib import jurisdictions
from tongban.lib.hooks import Hook
from tongban.lib.refusals import Refusal
from tongban.lib.together import write
from tongban.lib.words import T

app: Any = _app  # a proxy whose methods carry no types

jurisdictions_at_work = Hook(
    "lib.jurisdictions_at_work", "Schema names of the jurisdictions for which periodic jobs run; answered by regions."
)


def schemas_at_work() -> list[str]:
    """The schemas of all jurisdictions at work."""
    return [schema for schemas in jurisdictions_at_work.call() for schema in schemas]


def schema_named(code: str = "") -> str:
    """The schema of the jurisdiction with this code (510500, or j510500); without one, of the only one there is."""
    at_work = schemas_at_work()
    if not code and len(at_work) == 1:
        return at_work[0]
    schema = f"j{code.removeprefix('j')}"
    if schema not in at_work:
        codes = "、".join(one.removeprefix("j") for one in at_work) or "-"
        text = T("请写明地区代码，本机有：{codes}", "Say which jurisdiction; here are: {codes}")
        raise Refusal("jurisdiction_unknown", text.format(codes=codes), field="jurisdiction")
    return schema


class Job:
    """A function that also runs in the background; calling it runs it here and now."""

    def __init__(self, function: Callable[..., Any], task: Any) -> None:
        self.function = function
        self.task = task
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__

    def __call__(self, **arguments: Any) -> Any:
        return self.function(**arguments)

    def later(self, *, at: datetime | None = None, lock: str | None = None, **arguments: Any) -> None:
        """Defer within the current transaction: the job exists exactly when the transaction commits.

        Arguments are ids, as text. ``lock`` runs jobs of one lock one after another; ``at`` is the earliest start.
        """
        schema = jurisdictions.require_current()
        options: dict[str, Any] = {"schedule_at": at} if at else {}
        if lock:
            options["lock"] = f"{schema}|{lock}"
        plain = {name: _plain(value) for name, value in arguments.items()}
        write(_defer, self.task.configure(**options).make_new_job(jurisdiction=schema, **plain))

    def soon(self) -> None:
        """Run within seconds of the commit, once for everybody in this process who asks meanwhile.

        For a job without arguments that finds its work itself, where a job for each piece would cost more than the piece. A
        transaction that takes longer than ``_MARGIN`` may be passed by: something periodic has to look for what was missed.
        """
        write(_defer_soon, (self, jurisdictions.require_current()))


def _defer(jobs: list[Any]) -> None:
    app.job_manager.batch_defer_jobs(jobs)


_GAP, _MARGIN = (
    3.0,
    1.0,
)  # seconds between two runs of a job that is asked for ``soon``; within which a transaction commits
_next_runs: dict[tuple[str, str], float] = {}  # of each such job and schema, by the monotonic clock


def forget_runs() -> None:
    """Jobs asked for ``soon`` are deferred anew at the next asking: for whoever has emptied the queue."""
    _next_runs.clear()


def seconds_until(next_run: float, now: float) -> float | None:
    """When to run what is asked for ``now``, the run deferred last being at ``next_run``; None when that one is enough."""
    if now < next_run - _MARGIN:
        return None
    return max(0.0, next_run + _GAP - now)


def _defer_soon(asked: list[tuple[Job, str]]) -> None:
    for job, schema in dict.fromkeys(asked):
        key, now = (job.task.name, schema), time.monotonic()
        wait = seconds_until(_next_runs.get(key, -_GAP), now)
        if wait is None:
            continue
        options: dict[str, Any] = {"schedule_in": {"seconds": wait}} if wait else {}
        _defer([job.task.configure(**options).make_new_job(jurisdiction=schema)])
        transaction.on_commit(partial(_next_runs.__setitem__, key, now + wait))


def _plain(value: Any) -> str | int | bool | None:
    return value if isinstance(value, str | int | bool) or value is None else str(value)


def _in_jurisdiction(function: Callable[..., Any]) -> Callable[..., Any]:
    def run(*, jurisdiction: str, **arguments: Any) -> Any:
        with jurisdictions.enter(jurisdiction):
            return function(**arguments)

    run.__doc__ = function.__doc__
    return run


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__.removeprefix('tongban.').removesuffix('.actions')}.{function.__name__}"


def job(*, queue: str = "default", retry: int | BaseRetryStrategy | None = None) -> Callable[[Callable[..., Any]], Job]:
    """Make a function of ids a background job; ``retry`` as in Procrastinate."""

    def wrap(function: Callable[..., Any]) -> Job:
        options: dict[str, Any] = {"retry": retry} if retry is not None else {}
        return Job(function, app.task(name=_name(function), queue=queue, **options)(_in_jurisdiction(function)))

    return wrap


def periodic(cron: str, *, queue: str = "periodic") -> Callable[[Callable[..., Any]], Job]:
    """Run a function without arguments once per jurisdiction at each time of ``cron`` (UTC)."""

    def wrap(function: Callable[..., Any]) -> Job:
        each = app.task(name=_name(function), queue=queue)(_in_jurisdiction(function))

        def for_every_jurisdiction(timestamp: int) -> None:
            del timestamp
            for schema in schemas_at_work():
                # One that still waits from last time is enough, and must not keep the others from theirs.
                with suppress(AlreadyEnqueued), transaction.atomic():
                    each.configure(queueing_lock=f"{schema}|{_name(function)}").defer(jurisdiction=schema)

        name = f"{_name(function)}.for_every_jurisdiction"
        app.periodic(cron=cron)(app.task(name=name, queue=queue, queueing_lock=name)(for_every_jurisdiction))
        return Job(function, each)

    return wrap
