"""Leases: side by side, one after another, and over exactly once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tongban.foundation.parties.tests.arrange import company_of
from tongban.foundation.parties.tests.races import at_once
from tongban.foundation.registers import actions, queries
from tongban.foundation.registers.hooks import lease_ended
from tongban.foundation.registers.models import Lease, Residence
from tongban.foundation.registers.rules.leases import Span, check_span
from tongban.foundation.registers.tests.arrange import NORTH, Estate, grid_worker, known_person
from tongban.lib.ids import uuid7
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal

Refused = Callable[[str], Any]
TODAY = timezone.localdate
YEAR = timedelta(days=365)


@pytest.fixture
def estate(db: None) -> Estate:
    return Estate(grid_worker())


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    """What was told through the hook, oldest first."""
    calls: list[dict[str, Any]] = []
    before, lease_ended.answers = lease_ended.answers, [lambda **said: calls.append(said)]
    yield calls
    lease_ended.answers = before


def running(estate: Estate, room: str = "1-101", **more: Any) -> Lease:
    return estate.lease(room, TODAY() - YEAR, TODAY() + YEAR, **more)


def past(lease: Lease, days: int = 1) -> Lease:
    """A lease whose last day was so many days ago."""
    Lease.objects.filter(pk=lease.pk).update(until=TODAY() - timedelta(days=days))
    return lease


def test_overlapping_leases_are_refused_and_following_ones_are_not(estate: Estate, refused: Refused) -> None:
    lease = running(estate)
    for first, last in ((0, 10), (364, 400), (365, 365)):
        with refused("lease_overlaps"):
            estate.lease("1-101", TODAY() + timedelta(days=first), TODAY() + timedelta(days=last))
    with refused("lease_overlaps"):
        running(estate, part="主卧")
    estate.lease("1-101", lease.until + timedelta(days=1), lease.until + YEAR)
    running(estate, "1-102", part="主卧")
    running(estate, "1-102", part="次卧")
    with refused("lease_overlaps"):
        running(estate, "1-102", part="次卧")


def test_every_way_a_lease_cannot_be(estate: Estate, refused: Refused) -> None:
    with refused("lease_order"):
        estate.lease("1-101", TODAY(), TODAY() - timedelta(days=1))
    with refused("lease_over"):
        estate.lease("1-101", TODAY() - YEAR, TODAY() - timedelta(days=1))
    with refused("lease_too_long"):
        estate.lease("1-101", TODAY(), TODAY() + 21 * YEAR)
    room = estate.rooms["1-101"].pk
    with refused("landlord_missing"):
        actions.register_lease(actions.NewLease(room, TODAY(), TODAY()), by=estate.worker)
    with refused("not_found"):
        actions.register_lease(actions.NewLease(room, TODAY(), TODAY(), landlord_person_id=uuid7()), by=estate.worker)
    with refused("not_found"):
        actions.register_lease(
            actions.NewLease(room, TODAY(), TODAY(), landlord_person_id=known_person(1).pk), by=grid_worker(NORTH, 81)
        )
    company = company_of(number=77)
    actions.register_lease(
        actions.NewLease(room, TODAY(), TODAY(), landlord_organisation_id=company.pk), by=estate.worker
    )


def test_twenty_years_to_the_day_are_allowed() -> None:
    check_span(Span(date(2026, 3, 1), date(2046, 3, 1)))
    with pytest.raises(Refusal, match="lease_too_long"):
        check_span(Span(date(2026, 3, 1), date(2046, 3, 2)))


def test_extending_and_ending_early(estate: Estate, refused: Refused, told: list[dict[str, Any]]) -> None:
    by, lease = estate.worker, running(estate)
    with refused("lease_order"):
        actions.extend_lease(lease.pk, lease.until, by=by)
    following = estate.lease("1-101", lease.until + timedelta(days=1), lease.until + YEAR)
    with refused("lease_overlaps"):
        actions.extend_lease(lease.pk, lease.until + timedelta(days=2), by=by)
    assert actions.extend_lease(following.pk, following.until + timedelta(days=5), by=by).confirmed_at is not None
    with refused("reason_missing"):
        actions.end_lease(lease.pk, TODAY(), reason="", by=by)
    with refused("date_invalid"):
        actions.end_lease(lease.pk, lease.until, reason="提前退租", by=by)
    with refused("not_found"):
        actions.end_lease(lease.pk, TODAY(), reason="提前退租", by=grid_worker(NORTH, 81))
    actions.end_lease(lease.pk, TODAY(), reason="提前退租", by=by)
    assert told == [], "its last day is today"
    other = running(estate, "1-102")
    actions.end_lease(other.pk, TODAY() - timedelta(days=3), reason="已经退租", by=by)
    assert [said["lease_id"] for said in told] == [other.pk]
    with refused("lease_over"):
        actions.extend_lease(other.pk, TODAY() + YEAR, by=by)
    with refused("lease_over"):
        estate.lives(9, "1-102", "tenant", lease_id=other.pk)


def test_the_end_is_told_once_with_the_tenants_still_there(estate: Estate, told: list[dict[str, Any]]) -> None:
    lease = running(estate)
    stays, gone = (estate.lives(n, "1-101", "tenant", lease_id=lease.pk) for n in (1, 2))
    actions.end_residence(gone.pk, TODAY(), reason="搬走", by=estate.worker)
    actions.tell_ended_leases()
    assert told == [], "it still runs"
    past(lease)
    actions.tell_ended_leases()
    actions.tell_ended_leases()
    [said] = told
    assert said["tenants"] == [stays.person_id]
    assert (said["area_code"], said["last_day"], said["by"].kind) == (
        lease.area_code,
        TODAY() - timedelta(days=1),
        "job",
    )
    assert list(queries.leases_visible_to(estate.worker, ended=True)) == [lease]
    assert Residence.objects.get(pk=stays.pk).until is None, "whether they left is for somebody to find out"


def test_one_answer_that_fails_keeps_back_its_own_lease_only(
    estate: Estate, told: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = past(running(estate), 5), past(running(estate, "1-102"))

    def breaks(lease_id: Any, **said: Any) -> None:
        if lease_id == bad.pk and len(told) < 2:
            raise ValueError

    lease_ended.answers.append(breaks)
    with caplog.at_level(logging.CRITICAL):
        actions.tell_ended_leases()
    assert set(Lease.objects.filter(told_at__isnull=False)) == {good}
    lease_ended.answers.pop()
    actions.tell_ended_leases()
    assert set(Lease.objects.filter(told_at__isnull=False)) == {bad, good}


def test_two_workers_at_once_are_one_telling(committed_db: None, told: list[dict[str, Any]]) -> None:
    with enter("j510500"):
        lease = past(running(Estate(grid_worker())))
    assert at_once(lambda _: actions.tell_ended_leases(), [1, 2, 3]) == ["done"] * 3
    assert [said["lease_id"] for said in told] == [lease.pk]


def test_two_leases_of_one_room_at_once_are_one_lease(committed_db: None) -> None:
    with enter("j510500"):
        estate = Estate(grid_worker())
        known_person(60)
    outcomes = at_once(lambda _: running(estate), [1, 2])
    assert sorted(outcomes) == ["done", "lease_overlaps"]


def test_two_workers_record_one_person_at_once(committed_db: None) -> None:
    with enter("j510500"):
        estate = Estate(grid_worker())
        known_person(1)
    outcomes = at_once(lambda room: estate.lives(1, room), ["1-101", "1-102", "1-101"])
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "registered_elsewhere", "residence_exists"}
