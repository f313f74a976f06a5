"""Scheduled erasure: the rows, the salts, the names of the affairs, and the leaf that says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from tongban.foundation.ledger import actions
from tongban.foundation.ledger.actions import erasing
from tongban.foundation.ledger.hooks import Retention, retentions
from tongban.foundation.ledger.models import DayCount, Entry, Erased, Handle, Pending, Salt
from tongban.foundation.ledger.tests.support import BY, CASE, SEALED, Served, fill
from tongban.lib.ids import uuid7
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban_verify.tiles import LARGEST_ENTRY

KIND = "ledger.thing"


def thing(days_ago: int) -> DayCount:
    """A row with leaves; any table does."""
    day = timezone.localdate() - timedelta(days=days_ago)
    row = DayCount.objects.create(day=day, type=f"thing-{uuid7().hex}")
    for _ in range(2):
        actions.record("case.filed", by=BY, subject=(KIND, row.pk), values=CASE | SEALED)
    return row


@pytest.fixture
def retention() -> Iterator[Retention]:
    """Things are kept for ten days."""
    found = Retention(
        "ledger.things", T("东西", "Things"), T("十天", "10 days"), DayCount,
        lambda now: DayCount.objects.filter(day__lt=timezone.localdate(now) - timedelta(days=10), type__startswith="thing-"),
        kind=KIND,
    )  # fmt: skip
    answer = retentions.answer(lambda: [found])
    yield found
    retentions.answers.remove(answer)


def said() -> list[dict[str, Any]]:
    rows = Entry.objects.filter(type="data.erased").order_by("id")
    return [json.loads(bytes(row.body))["open"] for row in rows]


@pytest.mark.django_db
def test_what_is_past_its_date_goes_with_its_salts_and_its_name(retention: Retention) -> None:
    old, fresh = thing(11), thing(10)
    handle = bytes(Handle.objects.get(subject_id=old.pk).handle)
    assert actions.erase_due("ledger.things") == 1
    assert list(DayCount.objects.filter(type__startswith="thing-")) == [fresh]
    assert not Handle.objects.filter(subject_id=old.pk).exists()
    assert not Salt.objects.filter(entry__subject=handle).exists()
    assert Salt.objects.filter(entry__subject=Handle.objects.get(subject_id=fresh.pk).handle).count() == 12
    assert Entry.objects.filter(subject=handle).count() == 2, "the leaves stay"
    today = timezone.localdate().isoformat()
    assert said() == [{
        "purpose": "ledger.things", "what": "ledger.daycount", "count": 1, "from": today, "to": today,
        "subjects": [handle.hex()],
    }]  # fmt: skip
    assert Erased.objects.get().handle == handle
    assert actions.erase_due("ledger.things") == 0
    assert len(said()) == 1, "nothing to erase is nothing to tell"


@pytest.mark.django_db
def test_a_crash_takes_the_erasure_and_its_leaf_back_together(
    retention: Retention, monkeypatch: pytest.MonkeyPatch
) -> None:
    thing(11)
    monkeypatch.setattr(erasing, "record", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.erase_due("ledger.things")
    assert DayCount.objects.filter(type__startswith="thing-").exists()
    assert Salt.objects.exists()


@pytest.mark.django_db
def test_large_erasures_go_in_batches_whose_leaves_fit(retention: Retention) -> None:
    rows = [DayCount(day=timezone.localdate() - timedelta(days=20), type=f"thing-{n}") for n in range(600)]
    DayCount.objects.bulk_create(rows)
    Handle.objects.bulk_create(
        Handle(subject_kind=KIND, subject_id=row.pk, handle=uuid7().bytes, last=b"") for row in rows
    )
    assert actions.erase_due("ledger.things") == 600
    assert [one["count"] for one in said()] == [250, 250, 100]
    assert max(len(bytes(row.body)) for row in Entry.objects.all()) < LARGEST_ENTRY // 4


def test_two_at_once_erase_each_row_once(committed_db: None, retention: Retention) -> None:
    import threading

    from django.db import connections

    from tongban.lib.jurisdictions import enter

    with transaction.atomic():
        for _ in range(40):
            thing(11)
    counts: list[int] = []

    def run() -> None:
        with enter("j510500"):
            counts.append(actions.erase_due("ledger.things"))
        connections.close_all()

    workers = [threading.Thread(target=run) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(counts) == 40
    assert sum(one["count"] for one in said()) == 40


@pytest.mark.django_db
def test_anybody_reads_in_the_log_that_it_was_erased(retention: Retention) -> None:
    thing(11)
    actions.erase_due("ledger.things")
    shard = fill(1)
    from tongban.foundation.ledger.queries import keys_of

    mirrored = Served().mirror(keys_of(shard)[0].verifier)
    assert mirrored.opened.checkpoint.size == Entry.objects.count()
    assert not Pending.objects.exists()


@pytest.mark.django_db
def test_after_a_restored_backup_it_is_erased_again(retention: Retention, monkeypatch: pytest.MonkeyPatch) -> None:
    thing(11)
    assert actions.erase_again() is None, "nothing was restored"
    assert DayCount.objects.filter(type__startswith="thing-").exists()

    def forked() -> None:
        raise Refusal("ledger_forked", T("", ""))

    monkeypatch.setattr(erasing, "check_not_forked", forked)
    assert actions.erase_again() == 1
    assert not DayCount.objects.filter(type__startswith="thing-").exists()
