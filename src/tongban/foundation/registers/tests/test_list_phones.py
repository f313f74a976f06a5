"""Telephones a list brings to people on record: filled in where none is, settled where another is, undone with the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tongban.foundation.parties.actions import record_phone
from tongban.foundation.parties.models import Account, Person
from tongban.foundation.registers import actions
from tongban.foundation.registers.models import ListRow, Residence, ResidentList
from tongban.foundation.registers.queries.resident_lists import phones_brought
from tongban.foundation.registers.tests.arrange import grid_worker
from tongban.foundation.registers.tests.lists import as_csv, line, outcome, phone_of, taken, tried
from tongban.lib.actors import Actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("communities")]
Refused = Callable[[str], Any]
Run = Callable[[], int]
HOME, OTHER = "示例小区7栋1单元101室", "示例小区7栋1单元102室"


def number_on_record(name: str) -> str:
    return Person.objects.get(name=name).phone


def confirmed(found: ResidentList, run_jobs: Run, by: Actor) -> ResidentList:
    actions.confirm_list(found.pk, by=by)
    run_jobs()
    found.refresh_from_db()
    assert found.state == "taken", found.trouble
    return found


def test_what_is_missing_is_filled_in_and_undone(run_jobs: Run, refused: Refused) -> None:
    worker = grid_worker()
    taken(as_csv([line(1, "张三", HOME, phone=""), line(2, "李四", OTHER)]), run_jobs, by=worker)
    same = as_csv([line(1, "张三", HOME), line(2, "李四", OTHER)])
    found = tried(same, run_jobs, by=worker)
    assert outcome(found) == {2: ("known", ""), 3: ("known", "")}
    assert [row.number for row in phones_brought(found)] == [2], "whose number is on record keeps it"
    found = confirmed(found, run_jobs, worker)
    assert (found.taken_count, found.phones_count, number_on_record("张三")) == (0, 1, f"+86{phone_of(1)}")
    with refused("nothing_to_take"):
        actions.confirm_list(tried(same, run_jobs, by=worker).pk, by=worker)
    actions.undo_list(found.pk, reason="弄错了名单", by=worker)
    run_jobs()
    assert (number_on_record("张三"), number_on_record("李四")) == ("", f"+86{phone_of(2)}")


def test_a_number_recorded_meanwhile_holds(run_jobs: Run) -> None:
    worker = grid_worker()
    taken(as_csv([line(1, "张三", HOME, phone="")]), run_jobs, by=worker)
    found = tried(as_csv([line(1, "张三", HOME)]), run_jobs, by=worker)
    own = Person.objects.get(name="张三")
    record_phone(own.pk, "13900001111", by=worker)
    found = confirmed(found, run_jobs, worker)
    assert (found.phones_count, number_on_record("张三")) == (0, "+8613900001111")
    actions.undo_list(found.pk, reason="弄错了名单", by=worker)
    run_jobs()
    assert number_on_record("张三") == "+8613900001111"


def _said_again(own: Person, by: Actor) -> None:
    record_phone(own.pk, own.phone, replace=True, by=by)


def _visited(own: Person, by: Actor) -> None:
    actions.confirm_residence(Residence.objects.get(person=own).pk, by=by)


def _signs_in(own: Person, by: Actor) -> None:
    Account.objects.create(username="zhangsan", person=own, phone=own.phone)


@pytest.mark.parametrize("confirm", [_said_again, _visited, _signs_in])
def test_undoing_leaves_a_number_somebody_confirmed_since(
    run_jobs: Run, confirm: Callable[[Person, Actor], None]
) -> None:
    worker = grid_worker()
    taken(as_csv([line(1, "张三", HOME, phone=""), line(2, "李四", OTHER, phone="")]), run_jobs, by=worker)
    found = confirmed(
        tried(as_csv([line(1, "张三", HOME), line(2, "李四", OTHER)]), run_jobs, by=worker), run_jobs, worker
    )
    confirm(Person.objects.get(name="张三"), worker)
    actions.undo_list(found.pk, reason="弄错了名单", by=worker)
    run_jobs()
    assert (number_on_record("张三"), number_on_record("李四")) == (f"+86{phone_of(1)}", "")
    [kept] = ListRow.objects.filter(resident_list=found, verdict="kept")
    found.refresh_from_db()
    assert (kept.number, kept.notes[0][0]) == (2, "phone_confirmed_since")
    assert {name: count for name, count in found.counts.items() if count} == {"known": 1, "kept": 1}  # each row once


@pytest.mark.parametrize(("decision", "holds"), [("keep", 1), ("theirs", 9)])
def test_another_number_is_settled_by_a_person(run_jobs: Run, refused: Refused, decision: str, holds: int) -> None:
    worker = grid_worker()
    taken(as_csv([line(1, "张三", HOME)]), run_jobs, by=worker)
    rows = [line(1, "张三", HOME, phone=phone_of(9)), line(3, "王五", OTHER)]
    found = tried(as_csv(rows), run_jobs, by=worker)
    assert outcome(found) == {2: ("open", "other_phone"), 3: ("fresh", "")}
    with refused("rows_open"):
        actions.confirm_list(found.pk, by=worker)
    row = ListRow.objects.get(resident_list=found, number=2)
    with refused("decision_unknown"):
        actions.settle_row(row.pk, "move", by=worker)
    [pair] = actions.open_pairs(found.pk, by=worker)
    assert (pair.mine.phone, pair.other.phone) == (f"+86{phone_of(9)}", f"+86{phone_of(1)}")
    assert actions.settle_row(row.pk, decision, by=worker).verdict == "known"
    found.refresh_from_db()
    found = confirmed(found, run_jobs, worker)
    assert number_on_record("张三") == f"+86{phone_of(holds)}"
    actions.undo_list(found.pk, reason="弄错了名单", by=worker)
    run_jobs()
    assert number_on_record("张三") == f"+86{phone_of(1)}"


def test_somebody_without_a_document_who_is_the_same_gets_the_number(run_jobs: Run) -> None:
    worker = grid_worker()
    headings = ["姓名", "身份证号码", "联系电话", "居住地址", "人员类别", "出生日期"]
    first = ["张小", "", "", HOME, "户籍", "2019-03-02"]
    taken(as_csv([first], headings), run_jobs, by=worker)
    found = tried(as_csv([["张小", "", phone_of(5), HOME, "户籍", "2019-03-02"]], headings), run_jobs, by=worker)
    assert outcome(found) == {2: ("known", "")}
    found = confirmed(found, run_jobs, worker)
    assert number_on_record("张小") == f"+86{phone_of(5)}"
