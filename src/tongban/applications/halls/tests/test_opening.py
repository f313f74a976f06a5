"""A hall opens itself, is confirmed, and comes from a list by the thousand."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from tongban.applications.halls import actions, queries
from tongban.applications.halls.actions.halls import MOST_PROVISIONAL
from tongban.applications.halls.models import Hall, Window
from tongban.applications.halls.rules.rights import MANAGE
from tongban.applications.halls.rules.shape import Declaration, Service
from tongban.applications.halls.tests.conftest import new_hall, somebody, staff
from tongban.foundation.parties.models import Membership, Unit
from tongban.lib.actors import ANONYMOUS, Actor
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

pytestmark = pytest.mark.django_db


def test_a_hall_is_open_at_once_and_its_opener_runs_it(manager: Actor) -> None:
    hall = actions.open_hall(new_hall(services=["综合咨询，社保医保\n不动产"], windows=5), by=manager)
    assert hall.state == "provisional"
    assert [one.prefix for one in hall.service_list] == ["A", "B", "C"]
    assert list(hall.windows.order_by("number").values_list("number", flat=True)) == ["1", "2", "3", "4", "5"]
    assert queries.hall_run_by(manager, hall.pk, MANAGE) == hall
    assert Membership.objects.get(unit=hall.unit_id).role == "hall_manager"
    assert queries.hall_by_code(hall.code.lower()) == hall


def test_nobody_else_sees_its_insides(hall: Hall) -> None:
    for other in (somebody("路人"), staff("administrator"), ANONYMOUS):
        with pytest.raises(Refusal, match="not_found"):
            queries.hall_run_by(other, hall.pk)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"name": " "}, "text_missing", "name"),
        ({"capacity": 0}, "capacity_out_of_range", "capacity"),
        ({"windows": 201}, "windows_out_of_range", "windows"),
        ({"region_code": "999999"}, "region_unknown", "region_code"),
        ({"region_code": "51"}, "region_unknown", "region_code"),
        ({"region_code": "5105泸"}, "region_unknown", "region_code"),
        ({"phone": "12"}, "phone_invalid", "phone"),
        ({"uscc": "123"}, "uscc_length", "uscc"),
        ({"services": []}, "services_missing", "services"),
        ({"hours": {"workday": "早上"}}, "hours_unreadable", "hours_workday"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    manager: Actor, changes: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Refusal) as found:
        actions.open_hall(new_hall(**changes), by=manager)
    assert found.value.field == field
    assert found.value.code == code or field == "uscc"
    assert not Hall.objects.exists()
    assert not Unit.objects.exists()


def test_a_code_in_full_width_digits_is_a_code(manager: Actor) -> None:
    assert actions.open_hall(new_hall(region_code="５１０５０２"), by=manager).region_code == "510502"


def test_a_hall_opened_twice_is_one_and_nobody_elses(manager: Actor) -> None:
    hall = actions.open_hall(new_hall(), by=manager)
    assert actions.open_hall(new_hall(capacity=9), by=manager) == hall
    with pytest.raises(Refusal) as found:
        actions.open_hall(new_hall(), by=somebody("别人"))
    assert (found.value.code, found.value.field) == ("hall_exists", "name")
    assert Hall.objects.count() == Unit.objects.count() == 1
    assert actions.open_hall(new_hall(address="示例大道 2 号"), by=somebody("别人")) != hall


def test_nobody_opens_halls_without_end(manager: Actor) -> None:
    for n in range(MOST_PROVISIONAL):
        actions.open_hall(new_hall(name=f"大厅{n}"), by=manager)
    with pytest.raises(Refusal, match="too_many_provisional"):
        actions.open_hall(new_hall(), by=manager)
    with pytest.raises(Refusal, match="sign_in_first"):
        actions.open_hall(new_hall(), by=ANONYMOUS)


def test_the_district_confirms_with_one_click_and_twice_is_once(manager: Actor) -> None:
    hall = actions.open_hall(new_hall(), by=manager)
    district = staff("administrator", "5105")
    first = actions.confirm_hall(hall.pk, by=district)
    assert first.state == "confirmed"
    assert actions.confirm_hall(hall.pk, by=district).confirmed_at == first.confirmed_at
    for wrong in (staff("clerk"), staff("administrator", "510504"), manager):
        with pytest.raises(Refusal, match="forbidden"):
            actions.confirm_hall(hall.pk, by=wrong)


def test_a_hall_that_is_none_is_suspended_with_a_reason(hall: Hall) -> None:
    with pytest.raises(Refusal, match="reason_missing"):
        actions.suspend_hall(hall.pk, reason=" ", by=staff("administrator"))
    assert actions.suspend_hall(hall.pk, reason="地址不实", by=staff("administrator")).state == "suspended"
    assert hall not in queries.halls_near("5105")


def test_a_manager_changes_what_the_hall_says(hall: Hall, manager: Actor) -> None:
    today = timezone.localdate()
    changes = {
        "name": "新名字大厅", "hours": {"workday": "9-17"}, "capacity": 50,
        "declaration": Declaration(("symptoms",), today, today + timedelta(days=30), "江阳区第 12 号通告"),
        "services": [Service("s1", T("咨询", "Advice"), "K", slot_minutes=30, slot_capacity=4)],
    }  # fmt: skip
    changed = actions.change_hall(hall.pk, changes, by=manager)
    changed.refresh_from_db()
    assert changed.name_initials == "xmzdt"
    assert changed.service_list[0].has_slots
    assert changed.asked.asked_on(today) == ("symptoms",)
    with pytest.raises(Refusal, match="hours_past_day_start"):
        actions.change_hall(hall.pk, {"day_starts": 600}, by=manager)
    with pytest.raises(ValueError, match="no state"):
        actions.change_hall(hall.pk, {"state": "confirmed"}, by=manager)
    with pytest.raises(Refusal, match="not_found"):
        actions.change_hall(hall.pk, {"capacity": 5}, by=somebody("路人"))


def test_windows_are_set_as_a_whole(hall: Hall, manager: Actor) -> None:
    Window.objects.filter(hall=hall, number="3").update(is_open=True)
    found = actions.change_windows(hall.pk, [("1", "综合", ["A", "Q"]), ("8", "", [])], by=manager)
    assert [(w.number, w.prefixes) for w in found] == [("1", ["A"]), ("3", []), ("8", [])]
    for wrong in ([], [("1", "", []), ("1", "", [])], [("", "", [])], [("123456789", "", [])]):
        with pytest.raises(Refusal, match="windows_wrong"):
            actions.change_windows(hall.pk, wrong, by=manager)


def test_new_links_end_the_old_ones(hall: Hall, manager: Actor) -> None:
    old = queries.link_of(hall, "screen")
    assert queries.link_of(actions.renew_links(hall.pk, by=manager), "screen") != old


# ---- lists -----------------------------------------------------------------------------------------------------

HEADER = ["大厅名称", "主办单位", "区划代码", "地址", "联系电话", "业务", "窗口数"]


def csv_of(rows: list[list[str]], encoding: str = "utf-8") -> bytes:
    return "\n".join(",".join(row) for row in [HEADER, *rows]).encode(encoding)


def row(n: int, **changes: str) -> list[str]:
    given = {"name": f"第{n}政务大厅", "operator": "江阳区政务局", "region": "510502", "address": f"示例路 {n} 号",
             "phone": "0830-3110001", "services": "综合咨询、社保", "windows": "2"}  # fmt: skip
    return list((given | changes).values())


def test_a_list_opens_what_is_right_and_says_what_is_not(regions: None) -> None:
    rows = [row(1), row(2, region="999999"), row(3, phone="无"), row(4, windows="三"), row(1), row(5, name="㛃𬭎大厅")]
    done = actions.import_halls(csv_of(rows), "大厅.csv", by=staff("administrator"))
    assert (done.opened, done.known, len(done.rejected)) == (2, 1, 3)
    assert [(one.number, one.reasons[0].code) for one in done.rejected] == [
        (3, "region_unknown"), (4, "phone_invalid"), (5, "not_a_number")
    ]  # fmt: skip
    first = Hall.objects.get(name="第1政务大厅")
    assert (first.state, first.windows.count(), len(first.services)) == ("confirmed", 2, 2)
    assert Hall.objects.filter(name="㛃𬭎大厅").exists()
    again = actions.import_halls(csv_of(rows), "大厅.csv", by=staff("administrator"))
    assert (again.opened, again.known) == (0, 3)


def test_a_list_in_gbk_and_one_with_merged_cells_are_read(regions: None) -> None:
    assert actions.import_halls(csv_of([row(1)], "gb18030"), "大厅.csv", by=staff("administrator")).opened == 1
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["江阳区大厅名单"])
    sheet.append(HEADER)
    for n in (11, 12):
        sheet.append(row(n) if n == 11 else [row(n)[0], None, None, *row(n)[3:]])
    sheet.merge_cells("B3:B4")
    sheet.merge_cells("C3:C4")
    out = io.BytesIO()
    book.save(out)
    assert actions.import_halls(out.getvalue(), "大厅.xlsx", by=staff("administrator")).opened == 2


def test_a_list_is_for_whoever_confirms_within_the_region(regions: None) -> None:
    with pytest.raises(Refusal, match="forbidden"):
        actions.import_halls(csv_of([row(1)]), "大厅.csv", by=staff("clerk"))
    done = actions.import_halls(csv_of([row(1)]), "大厅.csv", by=staff("administrator", "510503"))
    assert done.rejected[0].reasons[0].code == "region_not_yours"


def test_a_thousand_halls_take_few_statements(regions: None, django_assert_max_num_queries: Any) -> None:
    content = csv_of([row(n) for n in range(1000)])
    with django_assert_max_num_queries(25):
        assert actions.import_halls(content, "大厅.csv", by=staff("administrator")).opened == 1000


# ---- pages -----------------------------------------------------------------------------------------------------


def test_the_poster_is_a_paper_with_the_doors_address(hall: Hall) -> None:
    from tongban.applications.halls.adapters import make_poster

    paper = make_poster(
        hall, f"http://luzhou.localhost/h/{hall.code}/", entrance=T("正门", "Main"), made_at=timezone.now()
    )
    assert paper.startswith(b"%PDF")
    assert len(paper) < 200_000
    assert re.findall(rb"/Count (\d+)", paper) in ([], [b"1"])


def test_the_poster_of_a_long_name_is_one_sheet(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    from tongban.applications.halls import adapters
    from tongban.lib import pdf

    hall.name, hall.name_en, hall.state = (
        "江阳区" + "政务服务" * 8 + "中心",
        "Jiangyang Service Centre " * 4,
        "provisional",
    )
    hall.hours = {
        "workday": "09:00-12:00 13:30-17:30",
        "saturday": "09:00-12:00",
        "sunday": "10:00-12:00",
        "holiday": "",
    }
    monkeypatch.setattr(adapters, "make_pdf", lambda template, content, **more: pdf._compile(
        template, content, more["pictures"], format="png", ppi=20))  # fmt: skip
    pages: Any = adapters.make_poster(
        hall, f"http://luzhou.localhost/h/{hall.code}/", entrance=T("正门", "Main"), made_at=timezone.now()
    )
    assert isinstance(pages, bytes)  # several sheets come as a list


def test_the_door_is_there_for_everybody(hall: Hall) -> None:
    page = Client(HTTP_HOST="luzhou.localhost").get(f"/h/{hall.code}/")
    assert page.status_code == 200
    assert hall.name in page.content.decode()
    assert Client(HTTP_HOST="luzhou.localhost").get("/h/NOWHERE2/").status_code == 404
    assert hall.name in Client(HTTP_HOST="luzhou.localhost").get("/halls/").content.decode()
