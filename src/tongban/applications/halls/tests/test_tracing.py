"""Two people open a trace: the overlap in time, the receipt in the log, the hall that sees it, and all who may not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tongban.applications.halls import actions, queries
from tongban.applications.halls.models import Hall, Visit
from tongban.applications.halls.tests.conftest import staff
from tongban.applications.halls.tests.test_visits import come, said
from tongban.foundation.ledger.actions.erasing import erase_due
from tongban.foundation.ledger.models import Entry
from tongban.foundation.parties import actions as parties
from tongban.foundation.parties.models import Disclosure
from tongban.foundation.parties.queries import disclosures_at, disclosures_visible_to
from tongban.lib.actors import ANONYMOUS, Actor
from tongban.lib.refusals import Refusal

pytestmark = pytest.mark.django_db


def order(**changes: Any) -> parties.Order:
    now = timezone.now()
    given: dict[str, Any] = {
        "subject": {"document_type": "resident_id", "document_number": said(1).document_number}, "since": now - timedelta(days=7),
        "until": now + timedelta(days=1), "basis": "江卫流调〔2026〕12号", "reason": "确诊病例密接排查",
    }  # fmt: skip
    return parties.Order(**(given | changes))


@pytest.fixture
def asker(db: None) -> Actor:
    return replace(staff("reviewer", "5105"), name="李秀英")


@pytest.fixture
def second(db: None) -> Actor:
    return replace(staff("decider", "5105"), name="黄文博")


def stay(hall: Hall, visit: Visit, clock: Callable[[datetime], None], since: datetime, until: datetime | None) -> None:
    clock(since)
    actions.scan(hall, actions.Scanned(visit.code, uuid4()), by=ANONYMOUS)
    if until:
        clock(until)
        actions.scan(hall, actions.Scanned(visit.code, uuid4(), is_entry=False), by=ANONYMOUS)


def test_who_was_there_at_the_same_time_and_who_was_not(
    hall: Hall, asker: Actor, second: Actor, clock: Callable[[datetime], None], manager: Actor
) -> None:
    now = timezone.now()
    noon = now.replace(hour=4, minute=0)  # noon in China
    clock(noon - timedelta(hours=3))
    sick, met, gone, later = (
        come(hall, n, name=name) for n, name in ((1, "病人"), (2, "同厅"), (3, "早走"), (4, "晚来"))
    )
    stay(hall, gone, clock, noon - timedelta(hours=2), noon - timedelta(minutes=30))
    stay(hall, sick, clock, noon, noon + timedelta(hours=1))
    stay(hall, met, clock, noon + timedelta(minutes=50), noon + timedelta(hours=2))
    stay(hall, later, clock, noon + timedelta(minutes=61), None)
    asked = parties.ask_disclosure(order(), by=asker)
    opened = parties.open_disclosure(asked.pk, by=second)
    for reader in (asker, second):
        [presence] = parties.read_disclosure(opened.pk, by=reader)
        assert [name for name, *_ in presence.others] == ["同厅"]
        assert presence.is_seen
    assert Disclosure.objects.get().reads == 2
    assert Entry.objects.filter(type="disclosure.opened").count() == 1
    [seen] = disclosures_at(f"halls.hall/{hall.pk}")
    assert (seen.asked_name, seen.settled_name) == ("李秀英", "黄文博")
    del manager


def test_nobody_opens_alone_or_twice_or_without_the_right(hall: Hall, asker: Actor, second: Actor) -> None:
    come(hall, 1)
    both = replace(asker, capabilities=asker.capabilities | second.capabilities)
    asked = parties.ask_disclosure(order(), by=both)
    with pytest.raises(Refusal, match="second_person_needed"):
        parties.open_disclosure(asked.pk, by=both)
    with pytest.raises(Refusal, match="disclosure_not_open"):
        parties.read_disclosure(asked.pk, by=both)
    for other in (staff("clerk"), staff("auditor"), ANONYMOUS):
        with pytest.raises(Refusal):
            parties.open_disclosure(asked.pk, by=other)
        with pytest.raises(Refusal):
            parties.ask_disclosure(order(), by=other)
        with pytest.raises(Refusal, match="not_found"):
            parties.read_disclosure(asked.pk, by=other)
        with pytest.raises(Refusal):
            disclosures_visible_to(other)
    with pytest.raises(Refusal, match="not_found"):
        parties.open_disclosure(asked.pk, by=staff("decider", "510504x"))
    parties.open_disclosure(asked.pk, by=second)
    with pytest.raises(Refusal, match="disclosure_settled"):
        parties.decline_disclosure(asked.pk, by=second)
    with pytest.raises(Refusal, match="not_found"):
        parties.read_disclosure(asked.pk, by=staff("decider", "5105"))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"basis": " "}, "basis_missing"),
        ({"reason": ""}, "reason_missing"),
        ({"subject": {"name": "陈小雨"}}, "subject_missing"),
        ({"subject": {"phone": "12"}}, "phone_invalid"),
        ({"since": datetime(2026, 1, 1, tzinfo=timezone.get_fixed_timezone(480))}, "period_wrong"),
    ],
)
def test_an_order_without_ground_is_refused(asker: Actor, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as found:
        parties.ask_disclosure(order(**changes), by=asker)
    assert found.value.code.startswith(code.split("_", maxsplit=1)[0])
    assert not Disclosure.objects.exists()


def test_it_lapses_closes_and_says_so(
    hall: Hall, asker: Actor, second: Actor, clock: Callable[[datetime], None]
) -> None:
    come(hall, 1)
    now = timezone.now()
    asked, late = parties.ask_disclosure(order(), by=asker), parties.ask_disclosure(order(), by=asker)
    parties.open_disclosure(asked.pk, by=second)
    clock(now + timedelta(hours=25))
    with pytest.raises(Refusal, match="disclosure_lapsed"):
        parties.open_disclosure(late.pk, by=second)
    clock(now + timedelta(days=8))
    with pytest.raises(Refusal, match="disclosure_closed"):
        parties.read_disclosure(asked.pk, by=asker)


def test_fifteen_days_later_there_is_nothing_left_to_open(
    hall: Hall, asker: Actor, second: Actor, clock: Callable[[datetime], None]
) -> None:
    come(hall, 1)
    now = timezone.now()
    clock(now + timedelta(days=15))
    assert erase_due("halls.traces") == 1
    asked = Disclosure.objects.get(pk=parties.ask_disclosure(order(since=now - timedelta(days=1)), by=asker).pk)
    Disclosure.objects.filter(pk=asked.pk).update(asked_at=timezone.now())
    opened = parties.open_disclosure(asked.pk, by=second)
    assert parties.read_disclosure(opened.pk, by=asker) == []
    assert opened.places == []


def test_looking_up_a_person_uses_the_indexes(
    hall: Hall, asker: Actor, second: Actor, django_assert_max_num_queries: Any
) -> None:
    for n in range(1, 12):
        come(hall, n)
    asked = parties.ask_disclosure(order(), by=asker)
    opened = parties.open_disclosure(asked.pk, by=second)
    with django_assert_max_num_queries(8):
        [presence] = parties.read_disclosure(opened.pk, by=asker)
    assert len(presence.others) == 10
    assert not presence.is_seen


def test_pages_are_for_staff_with_the_right(hall: Hall) -> None:
    assert Client(HTTP_HOST="luzhou.localhost").get("/people/disclosures/").status_code == 302
    assert queries.hall_by_code(hall.code) == hall
