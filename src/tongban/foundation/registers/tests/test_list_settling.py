"""Rows that may be somebody known: shown side by side, settled by a person, and taken over as they said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tongban.foundation.parties.models import Look, Person
from tongban.foundation.registers import actions
from tongban.foundation.registers.models import ListRow, Residence, ResidentList
from tongban.foundation.registers.tests.arrange import NORTH, grid_worker
from tongban.foundation.registers.tests.lists import HEADINGS, as_csv, line, number_of, outcome, phone_of, taken, tried
from tongban.lib.ids import uuid7

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("communities")]
Refused = Callable[[str], Any]
Run = Callable[[], int]
HOME, OTHER = "示例小区7栋1单元101室", "示例小区7栋1单元102室"
WITH_BIRTH = [*HEADINGS, "出生日期"]


def child(name: str, home: str, phone: str = "", born: str = "2019-03-02") -> list[str]:
    """Somebody without a document."""
    return ["9", name, "", "", phone, "子", home, "户籍", "", born]


def decided(found: ResidentList, number: int, decision: str, run_jobs: Run, *, by: Any) -> ListRow:
    """A row settled, and everything taken over."""
    row = actions.settle_row(ListRow.objects.get(resident_list=found, number=number).pk, decision, by=by)
    found.refresh_from_db()
    if not found.counts.get("open") and found.counts.get("fresh"):
        actions.confirm_list(found.pk, by=by)
        run_jobs()
        found.refresh_from_db()
        assert found.state == "taken", found.trouble
    return row


def test_the_same_facts_are_shown_side_by_side_and_the_person_sees_the_look(run_jobs: Run, refused: Refused) -> None:
    worker = grid_worker()
    taken(as_csv([line(1, "张三", HOME)]), run_jobs, by=worker)
    found = tried(as_csv([line(2, "张三", OTHER, number=number_of(901), phone=phone_of(1))]), run_jobs, by=worker)
    assert found.counts == {"fresh": 1}, "another date of birth: somebody else"
    same_birth = [child("张三", OTHER, phone_of(1), born="1984-05-01")]
    found = tried(as_csv(same_birth, WITH_BIRTH), run_jobs, by=worker)
    assert outcome(found) == {2: ("open", "same_facts")}
    with refused("rows_open"):
        actions.confirm_list(found.pk, by=worker)
    [pair] = actions.open_pairs(found.pk, by=worker)
    person = Person.objects.get(name="张三", source__startswith="list")
    assert (pair.mine.document_number, pair.other.document_number) == ("", number_of(1))
    assert [home for home, _ in pair.other.homes] == [Residence.objects.get().dwelling.address]
    look = Look.objects.get(person=person)
    assert (look.what, "测试台账" in look.reason) == ("registers.list_twin", True)
    with refused("decision_unknown"):
        actions.settle_row(pair.row.pk, "this", by=worker)
    with refused("not_found"):
        actions.settle_row(uuid7(), "same", by=worker)
    with refused("not_found"):
        actions.settle_row(pair.row.pk, "same", by=grid_worker(NORTH, 81))
    row = actions.settle_row(pair.row.pk, "same", by=worker)
    assert (row.verdict, row.twin_why) == ("open", "registered_here"), "the same person, registered at another dwelling"
    decided(found, 2, "move", run_jobs, by=worker)
    assert Person.objects.filter(name="张三").count() == 1
    homes = Residence.objects.filter(person=person).order_by("pk")
    assert [(one.until is None, bool(one.end_reason)) for one in homes] == [(False, True), (True, False)]
    actions.undo_list(found.pk, reason="弄错了", by=worker)
    run_jobs()
    [home] = Residence.objects.filter(person=person)
    assert (home.until, home.end_reason) == (None, ""), "undoing gives the old registration back"


def test_somebody_else_becomes_a_person_of_their_own(run_jobs: Run, refused: Refused) -> None:
    worker = grid_worker()
    rows = [child("张小", HOME), child("张小", OTHER)]
    found = tried(as_csv(rows, WITH_BIRTH), run_jobs, by=worker)
    assert outcome(found) == {2: ("fresh", ""), 3: ("open", "same_row")}
    [pair] = actions.open_pairs(found.pk, by=worker)
    assert pair.other.title.en == "Row 2 of the list"
    assert not Look.objects.exists(), "nobody on record was looked at"
    row = decided(found, 3, "different", run_jobs, by=worker)
    assert Person.objects.filter(name="张小").count() == 2
    with refused("list_state"):
        actions.settle_row(row.pk, "skip", by=worker)


def test_one_person_registered_in_two_places_of_a_list(run_jobs: Run) -> None:
    worker = grid_worker()
    rows = [line(1, "张三", HOME), line(1, "张三", OTHER), line(1, "张三", "示例小区9栋1单元101室", kind="租户")]
    found = tried(as_csv(rows), run_jobs, by=worker)
    assert outcome(found) == {2: ("fresh", ""), 3: ("open", "two_places"), 4: ("fresh", "")}
    decided(found, 3, "this", run_jobs, by=worker)
    person = Person.objects.get(name="张三")
    assert {(one.kind, one.dwelling.address.split("小区")[1]) for one in Residence.objects.filter(person=person)} == {
        ("registered", "7栋1单元102室"), ("tenant", "9栋1单元101室"),
    }  # fmt: skip
    assert found.counts == {"fresh": 2, "skipped": 1}


def test_whichever_of_several_places_holds_the_list_can_be_taken_over(run_jobs: Run) -> None:
    worker = grid_worker()
    third = "示例小区9栋1单元101室"
    taken(as_csv([line(1, "张三", HOME)]), run_jobs, by=worker)
    found = tried(as_csv([line(1, "张三", home) for home in (HOME, OTHER, third)]), run_jobs, by=worker)
    assert outcome(found) == {2: ("known", ""), 3: ("open", "two_places"), 4: ("open", "two_places")}
    row = decided(found, 3, "this", run_jobs, by=worker)
    assert (row.verdict, row.twin_why, row.twin_number) == ("open", "two_places", 4), "of the rows one holds"
    row = decided(found, 3, "this", run_jobs, by=worker)
    assert (row.verdict, row.twin_why) == ("open", "registered_here"), "and somewhere else on record"
    assert ListRow.objects.get(resident_list=found, number=4).verdict == "skipped"
    decided(found, 3, "move", run_jobs, by=worker)
    [home] = Residence.objects.filter(name="张三", until__isnull=True)
    assert home.dwelling.address.endswith("102室")


def test_the_same_person_registered_in_another_community_is_theirs_to_end(run_jobs: Run, refused: Refused) -> None:
    north, worker = grid_worker(NORTH, 81), grid_worker()
    taken(as_csv([line(1, "张三", "东苑小区1栋1单元101室")]), run_jobs, by=north, area=NORTH)
    found = tried(as_csv([child("张三", HOME, phone_of(1), born="1984-05-01")], WITH_BIRTH), run_jobs, by=worker)
    assert outcome(found) == {2: ("open", "same_facts")}
    with refused("registered_elsewhere"):
        decided(found, 2, "same", run_jobs, by=worker)
    assert outcome(found) == {2: ("open", "same_facts")}, "still to settle: somebody else, or left out"


def test_registered_in_another_community_is_refused_and_in_this_one_settled(run_jobs: Run) -> None:
    north, worker = grid_worker(NORTH, 81), grid_worker()
    taken(as_csv([line(1, "张三", "东苑小区1栋1单元101室")]), run_jobs, by=north, area=NORTH)
    found = tried(as_csv([line(1, "张三", HOME), line(2, "李四", HOME)]), run_jobs, by=worker)
    assert outcome(found)[2] == ("rejected", "registered_elsewhere")
    taken(as_csv([line(3, "王五", HOME)]), run_jobs, by=worker)
    again = tried(as_csv([line(3, "王五", OTHER), line(3, "王六", OTHER)]), run_jobs, by=worker)
    assert outcome(again) == {2: ("open", "registered_here"), 3: ("rejected", "row_other_name")}
    decided(again, 2, "skip", run_jobs, by=worker)
    assert Residence.objects.get(name="王五").dwelling.address.endswith("101室")


def test_a_number_on_record_under_another_name(run_jobs: Run) -> None:
    worker = grid_worker()
    taken(as_csv([line(1, "张三", HOME, kind="租户")]), run_jobs, by=worker)
    found = tried(as_csv([line(1, "章三", OTHER)]), run_jobs, by=worker)
    assert outcome(found) == {2: ("open", "other_name")}
    decided(found, 2, "same", run_jobs, by=worker)
    assert {one.name for one in Residence.objects.all()} == {"张三"}, "the name on record holds"
    assert Person.objects.filter(source__startswith="list").count() == 1


def test_the_rest_is_left_out_at_once(run_jobs: Run) -> None:
    worker = grid_worker()
    rows = [line(5, "赵六", HOME), *(child("张小", f"示例小区7栋1单元{room}室") for room in (101, 102, 103))]
    found = tried(as_csv([[*rows[0], ""], *rows[1:]], WITH_BIRTH), run_jobs, by=worker)
    assert found.counts == {"fresh": 2, "open": 2}
    assert actions.leave_out_the_rest(found.pk, by=worker) == 2
    assert actions.leave_out_the_rest(found.pk, by=worker) == 0
    found.refresh_from_db()
    assert found.counts == {"fresh": 2, "skipped": 2}
    actions.confirm_list(found.pk, by=worker)
    run_jobs()
    assert Residence.objects.count() == 2
