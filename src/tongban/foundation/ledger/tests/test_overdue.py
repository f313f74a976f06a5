"""What should be gone and is not: counted after a day's grace, noted until it is gone, told once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tongban.foundation.ledger import actions, queries
from tongban.foundation.ledger.actions import conditions, overdue
from tongban.foundation.ledger.hooks import Retention, retentions
from tongban.foundation.ledger.hooks import overdue as told
from tongban.foundation.ledger.models import DayCount
from tongban.lib.ids import uuid7
from tongban.lib.words import T

pytestmark = pytest.mark.django_db
THINGS = "ledger.things"


def _things(now: datetime) -> Any:
    return DayCount.objects.filter(day__lt=timezone.localdate(now) - timedelta(days=10), type__startswith="thing-")


def thing(days_ago: int) -> DayCount:
    day = timezone.localdate() - timedelta(days=days_ago)
    return DayCount.objects.create(day=day, type=f"thing-{uuid7().hex}")


@pytest.fixture
def kept() -> Iterator[list[Retention]]:
    """Things are kept for ten days; a test may put another retention in its place."""
    conditions._noted.clear()
    found = [Retention(THINGS, T("东西", "Things"), T("十天", "10 days"), DayCount, _things)]
    answer = retentions.answer(lambda: found)
    yield found
    retentions.answers.remove(answer)
    conditions._noted.clear()


@pytest.fixture
def heard() -> Iterator[list[tuple[str, int]]]:
    """What the hook told."""
    found: list[tuple[str, int]] = []
    answer = told.answer(lambda *, what, count: found.append((what.en, count)))
    yield found
    told.answers.remove(answer)


def look() -> dict[str, int]:
    conditions._noted.clear()  # nights are further apart than the ten seconds within which nothing is noted twice
    return actions.note_overdue()


def test_only_what_is_a_day_late_is_counted(kept: list[Retention]) -> None:
    thing(10)  # not due
    thing(11)  # due since midnight: the coming night has it
    assert look() == {}
    assert queries.erasure_state().trouble == ""
    thing(12)
    thing(400)
    assert look() == {THINGS: 2}


def test_it_is_told_once_and_stands_until_it_is_gone(kept: list[Retention], heard: list[tuple[str, int]]) -> None:
    thing(12)
    assert look() == look() == {THINGS: 1}
    assert heard == [("Things 1", 1)]
    state = queries.erasure_state()
    assert state.late == {THINGS: 1}
    assert state.trouble.startswith("erasure_overdue: Things 1 (see ")
    thing(13)
    look()
    assert queries.erasure_state().late == {THINGS: 2}
    assert queries.erasure_state().since == state.since
    assert len(heard) == 1
    assert actions.erase_due(THINGS) == 2
    assert look() == {}
    assert (queries.erasure_state().late, queries.erasure_state().trouble) == ({}, "")
    thing(12)
    look()
    assert len(heard) == 2, "late anew is told anew"


def test_a_purpose_that_fails_keeps_no_other_and_is_late_the_next_night(
    kept: list[Retention], heard: list[tuple[str, int]]
) -> None:
    thing(12)

    def broken(_: list[Any]) -> list[Any]:
        raise OSError("the disk is gone")

    kept.insert(0, replace(kept[0], purpose="ledger.broken", title=T("坏的", "Broken"), remove=broken))
    with pytest.raises(OSError, match="the disk is gone"):
        actions.erase_due()
    assert not DayCount.objects.filter(type__startswith="thing-").exists()
    kept[1:] = []
    thing(12)
    with pytest.raises(OSError, match="the disk is gone"):
        actions.erase_due()
    assert look() == {"ledger.broken": 1}
    assert heard == [("Broken 1", 1)]


def test_what_waits_for_others_goes_in_the_same_night(kept: list[Retention]) -> None:
    """The first purpose may only go when the second has gone."""
    child, parent = thing(11), thing(12)

    def parents(now: datetime) -> Any:
        rows = DayCount.objects.filter(pk=parent.pk)
        return rows.none() if DayCount.objects.filter(pk=child.pk).exists() else rows

    kept[:] = [
        replace(kept[0], purpose="ledger.parents", due=parents),
        replace(kept[0], purpose="ledger.children", due=lambda now: DayCount.objects.filter(pk=child.pk)),
    ]
    assert actions.erase_due() == 2


def test_nobody_who_looks_is_told_of(kept: list[Retention], monkeypatch: pytest.MonkeyPatch) -> None:
    assert queries.erasure_state().trouble == "", "a new house has had no night yet"
    look()
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=49))
    assert queries.erasure_state().trouble == ""
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=51))
    assert "erasure was last looked at on" in queries.erasure_state().trouble


def test_very_many_are_not_counted_to_the_end(kept: list[Retention], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overdue, "MOST", 3)
    for _ in range(5):
        thing(20)
    assert look() == {THINGS: 3}
    assert "Things 3+" in queries.erasure_state().trouble


def test_each_retention_of_the_house_can_be_looked_at(
    kept: list[Retention], django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(120):
        assert look() == {}
