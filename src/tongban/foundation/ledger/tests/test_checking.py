"""The nightly recomputation: batches, interruption, alarm, explanation; what it compares stands in tests/test_recomputation.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from tongban.foundation.ledger import actions, queries
from tongban.foundation.ledger.actions import checking
from tongban.foundation.ledger.hooks import EXPLAIN, Affairs, Due, affairs, alarm
from tongban.foundation.ledger.models import CheckRun, DayCount, Entry, Finding, Handle
from tongban.foundation.ledger.rules.comparing import Fault, Held, compare, in_order
from tongban.foundation.ledger.rules.faults import FAULTS
from tongban.foundation.ledger.tests.support import BY, CASE, SEALED, file_case, fill
from tongban.lib.ids import uuid7
from tongban.lib.refusals import Refusal

KIND = "ledger.thing"


class Things:
    """An app's rows, in place of a table: what each asks for."""

    def __init__(self) -> None:
        self.due: dict[UUID, list[Due]] = {}

    def add(self, count: int = 1) -> None:
        for _ in range(count):
            row_id = uuid7()
            actions.record("case.filed", by=BY, subject=(KIND, row_id), values=CASE | SEALED)
            self.due[row_id] = [Due("case.filed", CASE | SEALED)]

    def leaves(self, ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
        return {one: self.due[one] for one in ids if one in self.due}

    def answer(self) -> list[Affairs]:
        return [Affairs(KIND, DayCount.objects.none, self.leaves)]


@pytest.fixture
def things() -> Iterator[Things]:
    found = Things()
    affairs.answer(found.answer)
    yield found
    affairs.answers.remove(found.answer)


@pytest.fixture
def told() -> Iterator[list[int]]:
    found: list[int] = []
    answer = alarm.answer(lambda *, count: found.append(count))
    yield found
    alarm.answers.remove(answer)


def kinds() -> list[str]:
    return sorted(Finding.objects.values_list("kind", flat=True))


@pytest.mark.django_db
def test_batches_cover_everything(things: Things, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "LEAVES", 256)
    monkeypatch.setattr(checking, "AFFAIRS", 7)
    things.add(300)
    actions.sequence_all()
    run = actions.check()
    assert run.is_full  # the first one is
    assert (run.leaves, run.affairs, run.ended_at is None) == (301, 300, False)
    assert kinds() == []
    things.add(3)
    actions.sequence_all()
    after = actions.check()
    assert not after.is_full
    assert (after.leaves, after.affairs) == (304 - 256, 304 - 256)  # from the beginning of the tile on
    assert after.verified == {queries.current_shard().name: 304}  # type: ignore[union-attr]


@pytest.mark.django_db
def test_an_interrupted_run_goes_on_where_it_stopped(things: Things, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "AFFAIRS", 5)
    things.add(20)
    actions.sequence_all()
    ask, calls = things.leaves, []

    def break_off(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
        calls.append(len(ids))
        if len(calls) == 3:
            raise ConnectionError
        return ask(ids)

    things.leaves = break_off  # type: ignore[method-assign]
    with pytest.raises(ConnectionError), transaction.atomic():
        actions.check(is_full=True)
    # Within one test's transaction the savepoint took the run back as well; what matters is the stored cursor.
    things.leaves = ask  # type: ignore[method-assign]
    run = CheckRun.objects.create(is_full=True, began_at=timezone.now(), part="affairs", leaves=21, affairs=10, cursor={
        "after": str(Handle.objects.order_by("pk")[9].pk)})  # fmt: skip
    again = actions.check()
    assert again.pk == run.pk
    assert (again.leaves, again.affairs) == (21, 20)
    CheckRun.objects.filter(pk=run.pk).update(
        ended_at=None, part="affairs", began_at=timezone.now() - timedelta(days=2)
    )
    assert actions.check().pk != run.pk, "one that is days old begins anew"


@pytest.mark.django_db
def test_each_full_check_comes_in_its_turn(settings: Any, things: Things) -> None:
    fill(1)
    assert actions.check().is_full
    assert not actions.check().is_full
    CheckRun.objects.update(began_at=timezone.now() - timedelta(hours=23))
    assert actions.check().is_full
    settings.LEDGER_FULL_CHECK_DAYS = 7
    CheckRun.objects.update(began_at=timezone.now() - timedelta(days=3))
    assert not actions.check().is_full


@pytest.mark.django_db
def test_new_findings_raise_the_alarm_once(things: Things, told: list[int]) -> None:
    things.add(3)
    actions.sequence_all()
    row_id = next(iter(things.due))
    del things.due[row_id]
    actions.check(is_full=True)
    assert kinds() == ["row_missing"]
    found = Finding.objects.get()
    assert found.about == f"{KIND} {row_id}"
    first = found.last_seen_at
    actions.check(is_full=True)
    found.refresh_from_db()
    assert told == [1]
    assert found.last_seen_at > first


@pytest.mark.django_db
def test_a_fault_seen_only_once_is_business_going_on(things: Things, told: list[int]) -> None:
    things.add(1)
    actions.sequence_all()
    ask, seen = things.leaves, []

    def late(ids: Sequence[UUID]) -> Mapping[UUID, list[Due]]:
        seen.append(ids)
        return ask(ids) if len(seen) > 1 else {}

    things.leaves = late  # type: ignore[method-assign]
    actions.check(is_full=True)
    assert len(seen) == 2
    assert (kinds(), told) == ([], [])


@pytest.mark.django_db
def test_a_person_explains_a_finding() -> None:
    file_case()
    actions.sequence_all()
    actions.check(is_full=True)  # nobody answers for matters.case here with such a row
    found = Finding.objects.get()
    by = replace(BY, name="李监督", capabilities=frozenset({EXPLAIN}))
    with pytest.raises(Refusal, match="forbidden"):
        actions.explain_finding(found.pk, "x", by=BY)
    with pytest.raises(Refusal, match="explanation_missing"):
        actions.explain_finding(found.pk, " ", by=by)
    with pytest.raises(Refusal, match="not_found"):
        actions.explain_finding(uuid7(), "x", by=by)
    actions.explain_finding(found.pk, "测试数据", by=by)
    with pytest.raises(Refusal, match="finding_explained"):
        actions.explain_finding(found.pk, "再说一次", by=by)
    assert queries.open_findings() == 0
    assert Entry.objects.filter(type="finding.explained").count() == 1
    actions.check(is_full=True)
    assert queries.open_findings() == 0  # explained ones stay so


@pytest.mark.django_db
def test_strangers_see_no_findings() -> None:
    client = Client(HTTP_HOST="luzhou.localhost")
    assert client.get("/operations/ledger/").status_code in (302, 401)


def held(leaf_type: str, at: str, **opened: Any) -> Held:
    body = {"type": leaf_type, "at": at, "open": opened, "commit": {}, "prev": ""}
    return Held(f"{leaf_type}{at}{opened}".encode(), body, {})


def test_comparing_takes_each_leaf_once() -> None:
    at = "2026-11-22T08:00:00Z"
    two = [held("case.reviewed", at, unit="health"), held("case.reviewed", at, unit="market")]
    due = [Due("case.reviewed", {"unit": "market"}), Due("case.reviewed", {"unit": "health"})]
    assert list(compare("x", due, two)) == []
    assert [fault.kind for fault in compare("x", due[:1], two)] == ["row_missing"]
    assert [fault.kind for fault in compare("x", [*due, due[0]], two)] == ["row_unrecorded"]
    assert next(compare("x", [replace(due[0], values={"unit": "labour"})], two[:1])).kind == "row_changed"


def test_of_a_state_only_the_newest_leaf_counts() -> None:
    past = [held("rule.changed", f"2026-11-2{n}T08:00:00Z", after=str(n)) for n in range(3)]
    now = Due("rule.changed", {"after": "2"}, is_last=True)
    assert list(compare("x", [now], past)) == []
    assert list(compare("x", [now], past[:2])) == [Fault("row_changed", "x", "rule.changed: after")]


def chain_of(count: int) -> list[Held]:
    leaves: list[Held] = []
    for number in range(count):
        before = leaves[-1].hash.hex() if leaves else ""
        leaves.append(Held(bytes([number + 1]) * 32, {"type": "x", "prev": before}, {}))
    return leaves


def test_a_chain_is_followed_from_its_newest_leaf() -> None:
    leaves = chain_of(4)
    assert in_order("x", leaves[::-1], leaves[-1].hash) == (leaves, [])
    for gone in range(3):
        rest = leaves[:gone] + leaves[gone + 1 :]
        assert {fault.kind for fault in in_order("x", rest, leaves[-1].hash)[1]} == {"leaf_missing"}
    assert in_order("x", leaves, leaves[1].hash)[1] != []
    assert in_order("x", [], b"") == ([], [])


def test_every_kind_of_fault_is_explained() -> None:
    import ast
    from pathlib import Path

    kinds_made = {
        node.args[0].value
        for path in (Path(__file__).parents[1]).glob("[ar]*/*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fault" and isinstance(node.args[0], ast.Constant)
    }  # fmt: skip
    assert kinds_made == set(FAULTS)
