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
from tongban.foundation.registers.tests.arrange import NORTH, grid_worker
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


def _settled(found: ResidentList, number: int, decision: str, by: Actor) -> tuple[str, str]:
    row = actions.settle_row(ListRow.objects.get(resident_list=found, number=number).pk, decision, by=by)
    found.refresh_from_db()
    return row.verdict, row.twin_why if row.verdict == "open" else ""


@pytest.mark.parametrize(("decision", "holds"), [("earlier", 1), ("later", 2)])
def test_two_numbers_of_one_new_person_are_settled(run_jobs: Run, refused: Refused, decision: str, holds: int) -> None:
    worker = grid_worker()
    rows = [line(1, "张三", HOME), line(1, "张三", HOME, phone=phone_of(2)), line(1, "张三", HOME)]
    found = tried(as_csv(rows), run_jobs, by=worker)
    assert outcome(found) == {2: ("fresh", ""), 3: ("open", "two_phones"), 4: ("rejected", "row_twice")}
    [pair] = actions.open_pairs(found.pk, by=worker)
    assert (pair.mine.phone, pair.other.phone) == (f"+86{phone_of(2)}", f"+86{phone_of(1)}"), "side by side"
    with refused("rows_open"):
        actions.confirm_list(found.pk, by=worker)
    with refused("not_found"):
        actions.settle_row(pair.row.pk, decision, by=grid_worker(NORTH, 81))
    with refused("decision_unknown"):
        actions.settle_row(pair.row.pk, "theirs", by=worker)
    assert _settled(found, 3, decision, worker) == ("skipped", "")
    with refused("row_settled"):
        actions.settle_row(pair.row.pk, decision, by=worker)
    confirmed(found, run_jobs, worker)
    assert (number_on_record("张三"), Residence.objects.count()) == (f"+86{phone_of(holds)}", 1)


def test_a_second_home_of_one_new_person_with_another_number_is_asked_first(run_jobs: Run) -> None:
    worker = grid_worker()
    rows = [line(1, "张三", HOME, phone=""), line(1, "张三", OTHER), line(2, "李四", HOME),
            line(2, "李四", OTHER, phone=phone_of(3), kind="租户"), line(4, "王五", HOME), line(4, "王五", OTHER, phone="", kind="租户")]  # fmt: skip
    found = tried(as_csv(rows), run_jobs, by=worker)
    assert outcome(found) == {2: ("fresh", ""), 3: ("open", "two_phones"), 4: ("fresh", ""), 5: ("open", "two_phones"),
                              6: ("fresh", ""), 7: ("fresh", "")}  # fmt: skip
    assert _settled(found, 3, "later", worker) == ("open", "two_places"), "then where they are registered"
    assert _settled(found, 3, "other", worker) == ("skipped", "")
    assert _settled(found, 5, "later", worker) == ("fresh", "")
    confirmed(found, run_jobs, worker)
    numbers = [number_on_record(name) for name in ("张三", "李四", "王五")]
    assert numbers == [f"+86{phone_of(number)}" for number in (1, 3, 4)]
    assert Residence.objects.count() == 5


def test_two_numbers_of_somebody_on_record_are_settled_and_undone(run_jobs: Run) -> None:
    worker = grid_worker()
    taken(as_csv([line(1, "张三", HOME, phone=""), line(2, "李四", HOME)]), run_jobs, by=worker)
    rows = [line(1, "张三", HOME), line(1, "张三", HOME, phone=phone_of(5)), line(2, "李四", HOME),
            line(2, "李四", HOME, phone=phone_of(6)), line(2, "李四", HOME, phone="")]  # fmt: skip
    found = tried(as_csv(rows), run_jobs, by=worker)
    assert outcome(found) == {2: ("known", ""), 3: ("open", "two_phones"), 4: ("known", ""), 5: ("open", "two_phones"),
                              6: ("rejected", "row_twice")}  # fmt: skip
    assert _settled(found, 3, "later", worker) == ("known", "")
    assert _settled(found, 5, "later", worker) == ("known", "")
    assert sorted(row.number for row in phones_brought(found)) == [3, 5]
    confirmed(found, run_jobs, worker)
    assert (number_on_record("张三"), number_on_record("李四")) == (f"+86{phone_of(5)}", f"+86{phone_of(6)}")
    actions.undo_list(found.pk, reason="弄错了名单", by=worker)
    run_jobs()
    assert (number_on_record("张三"), number_on_record("李四")) == ("", f"+86{phone_of(2)}")


def test_left_out_with_the_rest_a_number_is_not_brought(run_jobs: Run, refused: Refused) -> None:
    worker = grid_worker()
    taken(as_csv([line(1, "张三", HOME, kind="租户", phone="")]), run_jobs, by=worker)
    rows = [line(1, "张三", OTHER, phone=""), line(1, "张三", "示例小区9栋1单元101室")]
    found = tried(as_csv(rows), run_jobs, by=worker)
    assert outcome(found) == {2: ("fresh", ""), 3: ("open", "two_phones")}
    assert _settled(found, 3, "later", worker) == ("open", "two_places")
    actions.leave_out_the_rest(found.pk, by=worker)
    found.refresh_from_db()
    confirmed(found, run_jobs, worker)
    assert number_on_record("张三") == ""


def test_without_a_document_another_number_at_the_same_home_is_asked(run_jobs: Run) -> None:
    worker = grid_worker()
    headings = ["姓名", "身份证号码", "联系电话", "居住地址", "人员类别", "出生日期"]
    rows = [["张小", "", phone, HOME, "户籍", "2019-03-02"] for phone in (phone_of(5), phone_of(6), phone_of(5))]
    found = tried(as_csv(rows, headings), run_jobs, by=worker)
    assert outcome(found) == {2: ("fresh", ""), 3: ("open", "two_phones"), 4: ("rejected", "row_twice")}
    assert _settled(found, 3, "later", worker) == ("skipped", "")
    confirmed(found, run_jobs, worker)
    assert number_on_record("张小") == f"+86{phone_of(6)}"
