"""Lists communities really keep: read, tried, taken over all at once, undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tongban.foundation.ledger.models import Entry
from tongban.foundation.parties.models import Person
from tongban.foundation.registers import actions, queries
from tongban.foundation.registers.models import Dwelling, Household, ListRow, Place, Residence, ResidentList
from tongban.foundation.registers.queries.resident_lists import list_visible_to, lists_visible_to
from tongban.foundation.registers.tests.arrange import COMMUNITY, NORTH, OFFICE, Estate, grid_worker, known_person
from tongban.foundation.registers.tests.lists import (
    HEADINGS,
    as_csv,
    as_workbook,
    line,
    number_of,
    outcome,
    phone_of,
    taken,
    tried,
    uploaded,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("communities")]
Refused = Callable[[str], Any]
Run = Callable[[], int]
HOME = "示例小区7栋1单元101室"


def test_a_list_with_title_rows_and_a_merged_header_is_read_and_its_columns_guessed(run_jobs: Run) -> None:
    top = ["凤凰社区人口信息台账", *[""] * 7]
    first = ["序号", "姓名", "公民身份号码", "家庭住址", "", "", "", "联系方式"]
    second = ["", "", "", "小区", "楼栋", "单元", "房号", ""]
    rows = [
        [1, "张 三", number_of(1), "新苑小区", "7", "2", "1504", f"{phone_of(1)}、0830-3112233"],
        [2, "买买提•阿卜杜拉", number_of(2), "同上", 7, 2, 1504, 13800000002],
        [],
        [3, "李四", number_of(3), "新苑小区", "8", "1", "101", "无"],
    ]
    content = as_workbook(
        rows, [top, ["填表日期：2026年11月"], first, second], ["A1:H1", "D3:G3", "A3:A4", "B3:B4", "C3:C4", "H3:H4"]
    )
    worker = grid_worker()
    found = taken(content, run_jobs, by=worker)
    assert {name: found.headings[place] for name, place in found.places.items()} == {
        "name": "姓名", "document_number": "公民身份号码", "phone": "联系方式", "estate": "小区", "building": "楼栋", "unit": "单元",
        "room": "房号",
    }  # fmt: skip
    assert found.counts == {"fresh": 3}
    assert found.places_added == {"estate": 1, "building": 2, "unit": 2, "dwelling": 2}
    people = {row.name: row for row in Residence.objects.select_related("person", "dwelling")}
    assert set(people) == {"张三", "买买提·阿卜杜拉", "李四"}
    one, other = people["张三"], people["买买提·阿卜杜拉"]
    assert one.dwelling_id == other.dwelling_id
    assert one.dwelling.address.endswith("新苑小区7栋2单元1504室")
    assert (one.person.phone, other.person.phone, one.person.document_number) == (
        f"+86{phone_of(1)}", "+8613800000002", number_of(1)
    )  # fmt: skip
    assert (one.birth_year, one.sex, one.name_initials, one.source) == (1984, one.person.sex, "zs", "测试台账")
    assert outcome(found)[5] == ("fresh", "phone_first")
    assert [row.name for row in queries.residents_visible_to(worker, term="zs")] == ["张三"]
    assert [row.name for row in queries.residents_by_phone(worker, phone_of(2))] == ["买买提·阿卜杜拉"]
    assert [row.name for row in queries.residents_by_document(worker, "resident_id", number_of(3))] == ["李四"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_csv_in_whatever_encoding(run_jobs: Run, encoding: str) -> None:
    content = as_csv([line(1, "张三", HOME), line(2, "李四", HOME, relation="妻子")], encoding=encoding)
    assert tried(content, run_jobs, by=grid_worker()).counts == {"fresh": 2}


def test_every_row_that_cannot_be_taken_says_why(run_jobs: Run) -> None:
    right = number_of(9)
    wrong = right[:17] + ("0" if right[17] != "0" else "1")
    rows = [
        line(1, "张三", HOME, number="5.10502E+17"), line(2, "李四", HOME, number=wrong), line(3, "王五", HOME, number="123"),
        line(4, "", HOME), line(5, "赵六", ""), line(6, "孙七", "东边那家"), line(7, "周八", "示例小区7栋"),
        line(8, "吴九", HOME, kind="亲戚朋友"), line(9, "郑十", HOME, number=""), line(10, "钱一", HOME),
        line(10, "钱一", HOME), line(10, "钱二", HOME), line(11, "冯一", "桂花街社区示例小区7栋1单元101室"),
        line(12, "陈二", "示例小区7栋9号楼怪地方"), line(13, "褚三", HOME, number=right[:14] + "0000"),
        line(14, "卫四", HOME, phone="12345"), line(15, "蒋五", HOME, relation="邻居家的"),
    ]  # fmt: skip
    found = tried(as_csv(rows), run_jobs, by=grid_worker())
    assert {number: code for number, (verdict, code) in outcome(found).items() if verdict == "rejected"} == {
        2: "spreadsheet_digits_lost", 3: "id_number_checksum", 4: "id_number_length", 5: "name_missing", 6: "address_missing",
        7: "address_incomplete", 8: "address_incomplete", 9: "kind_unknown", 10: "birth_missing", 12: "row_twice",
        13: "row_other_name", 14: "address_elsewhere", 15: "address_unreadable", 16: "spreadsheet_digits_lost",
    }  # fmt: skip
    assert {number: code for number, (verdict, code) in outcome(found).items() if verdict == "fresh"} == {
        11: "", 17: "phone_not_taken", 18: "relation_not_taken",
    }  # fmt: skip
    lost = ListRow.objects.get(resident_list=found, number=2).notes[0]
    assert "格式设为“文本”" in lost[2]
    assert "Format the column as text" in lost[3]
    assert not Person.objects.filter(source__startswith="list").exists(), "a trial writes nothing"


def test_numbers_of_excel_and_dates_as_numbers(run_jobs: Run) -> None:
    headings = ["姓名", "证件类型", "证件号码", "出生日期", "入住日期", "地址", "人员类别"]
    rows = [
        ["张小孩", "", "", 43831, "2020.5.1", HOME, ""], ["John Smith", "护照", "E12345678", "1985年3月2日", 45000, HOME, "境外"],
        ["李丢失", "", 510502199001011234, "", "", HOME, ""], ["王未来", "", number_of(4), "", "2099-01-01", HOME, ""],
    ]  # fmt: skip
    found = taken(as_workbook(rows, [headings]), run_jobs, by=grid_worker())
    assert outcome(found) == {
        2: ("fresh", ""), 3: ("fresh", ""), 4: ("rejected", "spreadsheet_digits_lost"), 5: ("fresh", "since_not_taken")
    }  # fmt: skip
    child = Residence.objects.select_related("person").get(name="张小孩")
    assert (child.person.birth_date, child.birth_year, child.since) == ("2020-01-01", 2020, date(2020, 5, 1))
    assert Residence.objects.get(name="John Smith").since == date(2023, 3, 15)


def test_the_same_list_twice_changes_nothing(run_jobs: Run) -> None:
    worker = grid_worker()
    rows = [
        line(1, "张三", HOME, relation="户主"),
        line(2, "李四", HOME, relation="配偶"),
        line(3, "王五", "示例小区1栋1单元201"),
    ]
    child = ["4", "张小", "", "", "", "子", HOME, "户籍", ""]
    headings = [*HEADINGS, "出生日期"]
    content = as_csv([*[[*row, ""] for row in rows], [*child, "2019-03-02"]], headings)
    first = taken(content, run_jobs, by=worker)
    assert first.counts == {"fresh": 4}
    before = (Person.objects.count(), Residence.objects.count(), Dwelling.objects.count(), Household.objects.count())
    again = tried(content, run_jobs, by=worker, title="再来一次")
    assert again.counts == {"known": 4}
    assert again.places_added == {}
    with pytest.raises(Exception, match="nothing_to_take"):
        actions.confirm_list(again.pk, by=worker)
    assert before == (
        Person.objects.count(),
        Residence.objects.count(),
        Dwelling.objects.count(),
        Household.objects.count(),
    )
    family = Household.objects.get()
    assert {row.name for row in family.members.all()} == {"张三", "李四", "张小"}


def test_an_estate_on_record_is_found_by_its_parts_and_keeps_its_grid(run_jobs: Run) -> None:
    worker = grid_worker()
    estate = Estate(worker)
    actions.add_alias(estate.estate.pk, "机械厂宿舍", by=OFFICE)
    rows = [
        line(1, "张三", "示例小区7栋1单元101室"), line(2, "李四", "示例小区七幢二单元201"), line(3, "王五", "泸州江阳南城凤凰社区示例小区7-1-102"),
        line(4, "赵六", "机械厂宿舍7号楼2单元202号"), line(5, "孙七", "示例小区7栋101"), line(6, "周八", "示例小区7栋1单元999室"),
    ]  # fmt: skip
    found = taken(as_csv(rows), run_jobs, by=worker)
    assert outcome(found)[6] == ("rejected", "address_unit_missing")
    assert found.places_added == {"dwelling": 1}
    homes = {row.name: row for row in Residence.objects.select_related("dwelling")}
    assert homes["张三"].dwelling_id == estate.rooms["1-101"].pk
    assert homes["李四"].dwelling_id == estate.rooms["2-201"].pk
    assert homes["赵六"].dwelling_id == estate.rooms["2-202"].pk
    assert {row.area_code for row in homes.values()} == {estate.grid.area_code}


def test_without_leave_to_add_dwellings_an_unknown_one_is_refused(run_jobs: Run) -> None:
    worker = grid_worker()
    Estate(worker)
    rows = [
        line(1, "张三", "示例小区7栋1单元101室"),
        line(2, "李四", "示例小区7栋1单元999室"),
        line(3, "王五", "别的小区1栋1单元101室"),
    ]
    found = tried(as_csv(rows), run_jobs, by=worker, adds_places=False)
    assert outcome(found) == {2: ("fresh", ""), 3: ("rejected", "address_unknown"), 4: ("rejected", "address_unknown")}


def test_columns_are_told_once_and_remembered_for_the_community(run_jobs: Run, refused: Refused) -> None:
    worker = grid_worker()
    headings = ["甲", "乙", "丙", "电话"]
    content = as_csv([["张三", number_of(1), HOME, phone_of(1)]], headings)
    found = uploaded(content, by=worker)
    assert found.places == {"phone": 3}
    for places in ({"phone": 3}, {"name": 0}, {"name": 0, "document_number": 1}):
        with refused("column_missing"):
            actions.try_list(found.pk, places, by=worker)
    with refused("column_twice"):
        actions.try_list(found.pk, {"name": 0, "document_number": 0, "address": 2}, by=worker)
    with refused("column_unknown"):
        actions.try_list(found.pk, {"name": 9, "document_number": 1, "address": 2}, by=worker)
    actions.try_list(found.pk, {"name": 0, "document_number": 1, "address": 2}, by=worker)
    run_jobs()
    found.refresh_from_db()
    assert found.counts == {"fresh": 1}
    again = uploaded(as_csv([["李四", number_of(2), HOME, ""]], ["甲 *", "乙（必填）", "丙", "电话"]), by=worker)
    assert again.places == {"name": 0, "document_number": 1, "address": 2}


def test_files_that_are_no_list(refused: Refused) -> None:
    worker = grid_worker()
    for content, code in (
        (b"", "spreadsheet_empty"), (b"\n\n", "spreadsheet_empty"), (b"\xd0\xcf\x11\xe0nonsense", "spreadsheet_unreadable"),
        (as_csv([]), "list_empty"), (b"one line", "spreadsheet_no_header"),
    ):  # fmt: skip
        with refused(code):
            uploaded(content, by=worker)
    assert not ResidentList.objects.exists()


def test_one_imports_for_ones_own_area_only(run_jobs: Run, refused: Refused) -> None:
    worker, other = grid_worker(), grid_worker(NORTH, 81)
    content = as_csv([line(1, "张三", HOME)])
    with refused("area_not_yours"):
        uploaded(content, by=other)
    with refused("area_unknown"):
        uploaded(content, by=worker, area=f"{COMMUNITY}009")
    with refused("title_missing"):
        uploaded(content, by=worker, title=" ")
    with refused("kind_unknown"):
        uploaded(content, by=worker, kind="guest")
    found = tried(content, run_jobs, by=worker)
    assert [one.pk for one in lists_visible_to(worker)] == [found.pk]
    assert not lists_visible_to(other).exists()
    for act in (
        lambda: list_visible_to(other, found.pk), lambda: actions.try_list(found.pk, found.places, by=other),
        lambda: actions.confirm_list(found.pk, by=other), lambda: actions.discard_list(found.pk, by=other),
        lambda: actions.undo_list(found.pk, reason="不对", by=other), lambda: actions.leave_out_the_rest(found.pk, by=other),
        lambda: actions.open_pairs(found.pk, by=other),
    ):  # fmt: skip
        with refused("not_found"):
            act()
    from tongban.foundation.registers.tests.arrange import operator

    with refused("forbidden"):
        uploaded(content, by=operator())


def test_a_grid_takes_over_only_what_lies_in_it(run_jobs: Run) -> None:
    estate = Estate(grid_worker())
    worker = grid_worker(estate.other_grid.area_code, 82)
    found = tried(as_csv([line(1, "张三", HOME), line(2, "李四", "新苑小区1栋1单元101室")]), run_jobs, by=worker,
                  area=estate.other_grid.area_code)  # fmt: skip
    assert outcome(found) == {2: ("rejected", "address_outside"), 3: ("fresh", "")}


def test_states_follow_one_another(run_jobs: Run, refused: Refused) -> None:
    worker = grid_worker()
    found = uploaded(as_csv([line(1, "张三", HOME)]), by=worker)
    with refused("list_state"):
        actions.confirm_list(found.pk, by=worker)
    with refused("list_state"):
        actions.undo_list(found.pk, reason="不对", by=worker)
    actions.try_list(found.pk, found.places, by=worker)
    for act in (
        lambda: actions.try_list(found.pk, found.places, by=worker),
        lambda: actions.discard_list(found.pk, by=worker),
    ):
        with refused("list_state"):
            act()
    run_jobs()
    actions.confirm_list(found.pk, by=worker)
    with refused("list_state"):
        actions.confirm_list(found.pk, by=worker)
    run_jobs()
    actions.take_list(list_id=str(found.pk))  # jobs may run twice
    assert Residence.objects.count() == 1
    with refused("list_state"):
        actions.discard_list(found.pk, by=worker)


def test_taking_over_and_undoing_leave_their_trace_in_the_log(run_jobs: Run) -> None:
    worker = grid_worker()
    found = taken(as_csv([line(1, "张三", HOME), line(2, "李四", HOME)]), run_jobs, by=worker)
    actions.undo_list(found.pk, reason="传错文件", by=worker)
    run_jobs()
    found.refresh_from_db()
    assert (found.state, found.undone_count) == ("undone", 2)
    types = list(Entry.objects.filter(type__startswith="list.").order_by("pk").values_list("type", flat=True))
    assert types == ["list.taken", "list.undone"]
    assert not Residence.objects.exists()
    assert not Person.objects.filter(source__startswith="list").exists()
    assert not Place.objects.exists()
    assert not Dwelling.objects.exists()


def test_what_was_changed_since_stays_when_a_list_is_undone_and_is_named(run_jobs: Run, refused: Refused) -> None:
    worker = grid_worker()
    rows = [line(1, "张三", HOME, relation="户主"), line(2, "李四", HOME), line(3, "王五", "新苑小区1栋1单元101")]
    found = taken(as_csv(rows), run_jobs, by=worker)
    actions.confirm_residence(Residence.objects.get(name="李四").pk, by=worker)
    with refused("reason_missing"):
        actions.undo_list(found.pk, reason=" ", by=worker)
    actions.undo_list(found.pk, reason="传错文件", by=worker)
    run_jobs()
    found.refresh_from_db()
    assert (found.undone_count, found.counts) == (2, {"fresh": 2, "kept": 1})
    assert [row.name for row in Residence.objects.all()] == ["李四"]
    kept = ListRow.objects.get(resident_list=found, verdict="kept")
    assert (kept.name, kept.notes[0][0]) == ("李四", "changed_since")
    assert set(Person.objects.filter(source__startswith="list").values_list("name", flat=True)) == {"李四"}
    assert [place.name for place in Place.objects.filter(level="estate")] == ["示例小区"], "somebody still lives there"


def test_a_register_that_changed_since_the_trial_is_not_written_over(run_jobs: Run) -> None:
    worker = grid_worker()
    found = tried(as_csv([line(1, "张三", HOME), line(2, "李四", HOME)]), run_jobs, by=worker)
    from tongban.foundation.parties.actions import Particulars, register_person

    register_person(Particulars("张三", "resident_id", number_of(1)), by=OFFICE)
    actions.confirm_list(found.pk, by=worker)
    run_jobs()
    found.refresh_from_db()
    assert (found.state, bool(found.trouble)) == ("checked", True)
    assert not Residence.objects.exists()
    assert not Dwelling.objects.exists(), "nothing half taken over"
    actions.try_list(found.pk, found.places, by=worker)
    run_jobs()
    found.refresh_from_db()
    actions.confirm_list(found.pk, by=worker)
    run_jobs()
    assert Person.objects.filter(document_type="resident_id", name="张三").count() == 1
    assert Residence.objects.count() == 2


def test_known_people_are_used_again_and_not_changed(run_jobs: Run) -> None:
    person = known_person(7)
    row = line(
        1, person.name.replace("7", "") or person.name, HOME, number=person.document_number, phone=person.phone[3:]
    )
    Person.objects.filter(pk=person.pk).update(name=row[1])
    taken(as_csv([row]), run_jobs, by=grid_worker())
    assert Residence.objects.get().person_id == person.pk
    person.refresh_from_db()
    assert person.source == "test 7"
