"""Fifteen days later the trace is gone, ninety-one days later nobody is named, and the public log says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tongban.applications.halls import actions, queries
from tongban.applications.halls.models import Hall, Scan, Trace, Visit
from tongban.applications.halls.tests.test_visits import HOST, come
from tongban.foundation.ledger import actions as ledger
from tongban.foundation.ledger import queries as log
from tongban.foundation.ledger.actions.erasing import erase_due
from tongban.foundation.ledger.models import Entry
from tongban.lib.actors import ANONYMOUS
from tongban.lib.refusals import Refusal
from tongban_verify.checkpoints import Policy, Receipt
from tongban_verify.errors import Unverified
from tongban_verify.notes import VerifierKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(hall: Hall) -> Visit:
    found = come(hall, 1, companions=["张三"])
    actions.scan(hall, actions.Scanned(found.code, uuid4()), by=ANONYMOUS)
    return found


def test_the_trace_is_gone_after_a_fortnight_and_the_visit_stays(
    visit: Visit, clock: Callable[[datetime], None]
) -> None:
    now = timezone.now()
    clock(now + timedelta(days=14))
    assert erase_due("halls.traces") == 0
    clock(now + timedelta(days=15))
    assert (erase_due("halls.traces"), erase_due("halls.scans")) == (1, 1)
    assert not Trace.objects.exists()
    assert not Scan.objects.exists()
    assert Entry.objects.filter(type="data.erased").count() == 2
    assert Visit.objects.get().details["name"] == "陈小雨"


def test_fifteen_days_later_the_trace_is_gone_and_its_receipt_verifies(
    hall: Hall, clock: Callable[[datetime], None]
) -> None:
    found = [come(hall, n) for n in range(1, 8)]
    actions.scan(hall, actions.Scanned(found[0].code, uuid4()), by=ANONYMOUS)
    clock(timezone.now() + timedelta(days=15))
    assert erase_due("halls.traces") == 7
    assert not Trace.objects.exists()
    assert (
        queries.tracing.stays_of({"phone": "+8613800000001"}, timezone.now() - timedelta(days=20), timezone.now()) == []
    )
    ledger.sequence_all()
    shard = log.current_shard()
    assert shard
    ledger.sign_checkpoint(shard)
    leaf = bytes(Entry.objects.get(type="data.erased").hash).hex()
    answer = Client(HTTP_HOST=HOST).get(f"/log/receipt/{leaf}.tlog-proof")
    receipt = Receipt.parse(answer.content)
    receipt.check(Policy(tuple(VerifierKey.parse(key.verifier) for key in log.keys_of(shard))))
    assert receipt.extra
    said = json.loads(receipt.extra)
    assert (said["type"], said["open"]["purpose"], said["open"]["count"]) == ("data.erased", "halls.traces", 7)
    changed = replace(receipt, extra=receipt.extra.replace(b'"count":7', b'"count":6'))
    with pytest.raises(Unverified):
        changed.check(Policy(tuple(VerifierKey.parse(key.verifier) for key in log.keys_of(shard))))


def test_after_ninety_days_a_visit_is_a_number(visit: Visit, clock: Callable[[datetime], None]) -> None:
    clock(timezone.now() + timedelta(days=91))
    assert erase_due("halls.visits") == 1
    kept = Visit.objects.get()
    assert not kept.details
    assert (kept.masked_name, kept.phone_index, kept.person_id, kept.number) == ("", None, None, 1)
    assert queries.last_details("+8613800000001") == {}
    with pytest.raises(Refusal, match="visit_code_wrong"):
        queries.visit_by_code(visit.code)
    assert erase_due("halls.visits") == 0
