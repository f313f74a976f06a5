"""Compare, every night, the log with itself and with the rows it tells of; what does not fit raises an alarm.

Each step reads one batch in one transaction and notes how far it came: a run that was interrupted goes on there, in
bounded memory, at any size of the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from tongban.foundation.ledger.actions import comparing
from tongban.foundation.ledger.actions.recording import record
from tongban.foundation.ledger.hooks import EXPLAIN, alarm
from tongban.foundation.ledger.models import CheckRun, Finding, Handle, Position
from tongban.foundation.ledger.queries import shards, size_of
from tongban.foundation.ledger.rules.comparing import Fault
from tongban.lib.actors import Actor
from tongban.lib.ids import uuid7_floor
from tongban.lib.jobs import periodic
from tongban.lib.jurisdictions import require_current
from tongban.lib.refusals import Refusal, forbidden, not_found
from tongban.lib.words import T
from tongban_verify.tiles import WIDTH

LEAVES = 4 * WIDTH  # read in one step
AFFAIRS = 200
ROWS = 1_000
MOST_NEW = 1_000  # findings of one run: whoever emptied a table is found out by fewer
STALE = timedelta(hours=20)  # an interrupted run older than this begins anew
OVERLAP = timedelta(hours=1)  # transactions that were under way when the last run began
log = structlog.get_logger(__name__)


@periodic("50 19 * * *")  # 03:50 in China, after what is erased by schedule is gone
def check_nightly() -> None:
    """What was added since the last night, and on schedule everything."""
    check()


def check(*, is_full: bool | None = None) -> CheckRun:
    """Compare the log and its rows, all of it or what was added since; goes on where an interrupted run stopped.

    None leaves it to the schedule (TONGBAN_LEDGER_FULL_CHECK_DAYS). New findings are told to the administrators.
    """
    run = _begin(is_full)
    known = set(Finding.objects.values_list("pk", flat=True))
    while run.ended_at is None:
        with transaction.atomic():
            _STEPS[run.part](run)
            run.save()
    fresh = Finding.objects.exclude(pk__in=known).count()
    log.info("ledger.checked", jurisdiction=require_current(), leaves=run.leaves, affairs=run.affairs, new=fresh)
    if fresh:
        log.error("ledger.findings", jurisdiction=require_current(), new=fresh)
        with transaction.atomic():
            alarm.call(count=fresh)
    return run


def _begin(is_full: bool | None) -> CheckRun:
    now = timezone.now()
    running = CheckRun.objects.filter(ended_at=None, began_at__gt=now - STALE).order_by("-began_at").first()
    if running and is_full in (None, running.is_full):
        return running
    if is_full is None:
        due = now - timedelta(days=settings.LEDGER_FULL_CHECK_DAYS) + timedelta(hours=12)
        is_full = not CheckRun.objects.filter(is_full=True, ended_at__isnull=False, began_at__gt=due).exists()
    last = _last_run()
    verified = {} if is_full or last is None else last.verified
    return CheckRun.objects.create(is_full=is_full or last is None, began_at=now, part="leaves", verified=verified)


def _last_run() -> CheckRun | None:
    return CheckRun.objects.filter(ended_at__isnull=False).order_by("-began_at").first()


def _read_leaves(run: CheckRun) -> None:
    """One batch of leaves of the first shard that is not read to its end."""
    for shard in reversed(shards()):
        first, size = int(run.verified.get(shard.name, 0)), size_of(shard)
        if shard.name in run.cursor or (first >= size and not run.is_full):
            continue
        begin = first // WIDTH * WIDTH
        faults, count = comparing.faults_of_leaves(shard, begin, LEAVES)
        _note(faults, lambda: comparing.faults_of_leaves(shard, begin, LEAVES)[0])  # noqa: B023 - called at once
        if not run.is_full:
            _compare_affairs_of(shard.pk, begin, run)
        run.leaves += count
        run.verified[shard.name] = end = min(begin + LEAVES, size)
        if end >= size:
            run.cursor[shard.name] = size
            _note(comparing.faults_of_head(shard), lambda: comparing.faults_of_head(shard))  # noqa: B023
        return
    run.part, run.cursor = "places", {}


def _compare_affairs_of(shard_id: UUID, begin: int, run: CheckRun) -> None:
    places = Position.objects.filter(shard_id=shard_id, index__gte=begin, index__lt=begin + LEAVES)
    subjects = places.filter(entry__subject__isnull=False).values("entry__subject")
    _compare(list(Handle.objects.filter(handle__in=subjects)), run)


def _find_places(run: CheckRun) -> None:
    """Leaves without a place; all at once, since there are none."""
    last = None if run.is_full else _last_run()
    floor = uuid7_floor(last.began_at - OVERLAP) if last else None
    without = comparing.entries_without_place(floor, MOST_NEW)
    _note(
        [Fault("place_missing", bytes(one.hash).hex(), one.type) for one in without],
        lambda: [Fault("place_missing", bytes(one.hash).hex(), one.type)
                 for one in comparing.entries_without_place(floor, MOST_NEW)],
    )  # fmt: skip
    run.part, run.cursor = ("affairs", {}) if run.is_full else ("rows", {})


def _compare_affairs(run: CheckRun) -> None:
    """One batch of affairs."""
    rows = Handle.objects.order_by("pk")
    after = run.cursor.get("after")
    handles = list((rows.filter(pk__gt=after) if after else rows)[:AFFAIRS])
    if not handles:
        run.part, run.cursor = "rows", {}
        return
    _compare(handles, run)
    run.cursor = {"after": str(handles[-1].pk)}


def _compare(handles: list[Handle], run: CheckRun) -> None:
    for start in range(0, len(handles), AFFAIRS):
        batch = handles[start : start + AFFAIRS]
        _note(comparing.faults_of_affairs(batch), lambda: comparing.faults_of_affairs(_held(batch)))  # noqa: B023
        run.affairs += len(batch)


def _held(handles: Iterable[Handle]) -> list[Handle]:
    """The same affairs as they are now, held: an act under way between two reads is not to be taken for a fault."""
    return list(Handle.objects.select_for_update().filter(pk__in=[one.pk for one in handles]))


def _find_rows(run: CheckRun) -> None:
    """One batch of rows that must have leaves."""
    kinds = sorted(comparing.known_affairs())
    kind = run.cursor.get("kind", kinds[0] if kinds else None)
    if kind is None:
        return _end(run)
    last = None if run.is_full else _last_run()
    after = run.cursor.get("after") or (str(uuid7_floor(last.began_at - OVERLAP)) if last else None)
    lost, newest = comparing.rows_without_handle(kind, UUID(after) if after else None, ROWS)
    _note([_unrecorded(kind, one) for one in lost],
          lambda: [_unrecorded(kind, one) for one in comparing.rows_without_handle(kind, _before(after), ROWS)[0]])  # fmt: skip
    if newest is not None:
        run.cursor = {"kind": kind, "after": str(newest)}
        return None
    following = kinds[kinds.index(kind) + 1 :]
    if following:
        run.cursor = {"kind": following[0]}
        return None
    return _end(run)


def _before(after: str | None) -> UUID | None:
    return UUID(after) if after else None


def _unrecorded(kind: str, row_id: UUID) -> Fault:
    return Fault("row_unrecorded", comparing.name_of(kind, row_id))


def _end(run: CheckRun) -> None:
    run.part, run.cursor, run.ended_at = "", {}, timezone.now()


_STEPS: dict[str, Callable[[CheckRun], None]] = {
    "leaves": _read_leaves, "places": _find_places, "affairs": _compare_affairs, "rows": _find_rows,
}  # fmt: skip


def _note(faults: list[Fault], again: Callable[[], list[Fault]]) -> None:
    """Keep what is found twice: between two reads of one batch, business goes on."""
    if not faults:
        return
    now = timezone.now()
    for fault in set(faults) & set(again()):
        about, detail = fault.about[:120], fault.detail[:300]
        same = Finding.objects.filter(kind=fault.kind, about=about)
        if same.update(last_seen_at=now, detail=detail) or Finding.objects.count() > MOST_NEW:
            continue
        log.error("ledger.finding", jurisdiction=require_current(), kind=fault.kind, about=about, detail=detail)
        found = Finding(kind=fault.kind, about=about, detail=detail, first_seen_at=now, last_seen_at=now)
        Finding.objects.bulk_create([found], ignore_conflicts=True)


@transaction.atomic
def explain_finding(finding_id: UUID, explanation: str, *, by: Actor) -> Finding:
    """Say what was behind a finding; it stays, with who said so, and the log keeps that it was explained."""
    if EXPLAIN not in by.capabilities:
        raise forbidden()
    finding = Finding.objects.select_for_update().filter(pk=finding_id).first()
    if finding is None:
        raise not_found(T("这项异常", "This finding"))
    if not explanation.strip():
        raise Refusal("explanation_missing", T("请写明查明的情况和处理结果。", "Say what was found out and what was done."),
                      field="explanation")  # fmt: skip
    if finding.explained_at is not None:
        raise Refusal(
            "finding_explained", T("这项异常已经有人说明。", "Somebody has explained this finding already."), status=409
        )
    finding.explained_at, finding.explained_by = timezone.now(), by.name[:120]
    finding.explanation = explanation.strip()[:300]
    finding.save(update_fields=["explained_at", "explained_by", "explanation"])
    values: dict[str, Any] = {"kind": finding.kind, "about": finding.about, "explanation": finding.explanation}
    record("finding.explained", by=by, values=values)
    return finding
