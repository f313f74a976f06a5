"""Managing offices and staff through the pages, and taking over lists."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.models import Account, Delegation, Membership, Organisation, Person, StaffImport, Unit
from tongban.foundation.parties.tests.arrange import person_of, staff_of, unit_of
from tongban.foundation.parties.tests.test_pages import at_desk, signed_in
from tongban.foundation.parties.tests.test_people import refuses
from tongban.lib.identifiers import synthetic_id_number
from tongban.lib.refusals import Refusal

pytestmark = pytest.mark.django_db
HEAD = "单位名称,部门,部门代码,姓名,身份证号,手机号,岗位"


def line(
    number: int,
    *,
    name: str = "",
    role: str = "审查员",
    organisation: str = "江阳区新局",
    unit: str = "新科",
    phone: str = "",
) -> str:
    identity = synthetic_id_number(date(1980, 1, 1), number)
    return f"{organisation},{unit},newunit,{name or f'新人{number}'},{identity},{phone or f'138000{number:05d}'},{role}"


def listed(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\n".join([HEAD, *lines]).encode(encoding)


@pytest.fixture
def administrator() -> Any:
    return staff_of(unit_of(), "administrator", 70)


def test_a_list_is_tried_then_taken_over(administrator: Any) -> None:
    content = listed(line(1), line(2, role="clerk"), line(3, role="国王"), line(4, phone="12345"), encoding="gb18030")
    before = Person.objects.count()
    trial = actions.try_staff_list(content, "名册.csv", by=administrator)
    assert (trial.fresh, trial.unchanged) == (2, 0)
    assert [(row.number, row.reasons[0].code) for row in trial.rejected] == [(4, "role_unknown"), (5, "phone_invalid")]
    assert Person.objects.count() == before
    assert not Organisation.objects.filter(name="江阳区新局").exists()
    assert trial.import_id
    assert actions.confirm_staff_list(trial.import_id, by=administrator) == {"fresh": 2, "unchanged": 0}
    unit = Unit.objects.get(name="新科")
    assert (unit.code, unit.organisation.name, unit.region_code) == ("newunit", "江阳区新局", "510502")
    assert {(m.person.name, m.role) for m in unit.memberships.all()} == {("新人1", "reviewer"), ("新人2", "clerk")}
    assert queries.account_by_phone("+8613800000001").person.name == "新人1"
    assert StaffImport.objects.get().rows == []
    with refuses("import_confirmed"):
        actions.confirm_staff_list(trial.import_id, by=administrator)


def test_the_same_list_again_changes_nothing(administrator: Any) -> None:
    for expected in ({"fresh": 1, "unchanged": 0}, {"fresh": 0, "unchanged": 1}):
        trial = actions.try_staff_list(listed(line(1)), "a.csv", by=administrator)
        assert actions.confirm_staff_list(trial.import_id, by=administrator) == expected
    assert Account.objects.filter(person__name="新人1").count() == 1


def test_rows_that_contradict_the_records_say_why(administrator: Any) -> None:
    known = person_of("张三", 1)
    contradiction = f"江阳区新局,新科,newunit,李四,{known.document_number},13800000001,审查员"
    borrowed = line(9, phone="13800000001")
    twice = line(9, name="另一人")
    trial = actions.try_staff_list(listed(contradiction, borrowed, line(9), twice), "a.csv", by=administrator)
    assert [row.reasons[0].code for row in trial.rejected] == ["name_differs", "phone_taken", "name_differs"]


def test_what_changed_meanwhile_stops_everything(administrator: Any) -> None:
    trial = actions.try_staff_list(listed(line(1), line(2)), "a.csv", by=administrator)
    person_of("占号的人", 2)  # takes 13800000002
    Account.objects.filter(person__name="占号的人").update(
        phone_index=queries.account_by_phone("+8613800000002").phone_index
    )
    with refuses("import_changed"):
        actions.confirm_staff_list(trial.import_id, by=administrator)
    assert not Person.objects.filter(name="新人1").exists()


def test_a_manager_takes_over_for_their_own_office_only() -> None:
    unit = unit_of()
    manager = staff_of(unit, "organisation_manager", 71)
    own = line(1, organisation=unit.organisation.name, unit=unit.name)
    foreign = line(2)
    ruling = line(3, organisation=unit.organisation.name, unit=unit.name, role="系统管理员")
    trial = actions.try_staff_list(listed(own, foreign, ruling), "a.csv", by=manager)
    assert trial.fresh == 1
    assert [row.reasons[0].code for row in trial.rejected] == ["forbidden", "role_not_yours"]
    other = staff_of(unit, "organisation_manager", 72)
    with refuses("not_found"):
        actions.confirm_staff_list(trial.import_id, by=other)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\x03" * 50, "姓名\n张三".encode(), "一二三".encode("gb18030")])
def test_a_file_that_is_no_list_says_so(administrator: Any, content: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        actions.try_staff_list(content, "x.xls", by=administrator)
    assert refused.value.field == "file"
    assert not StaffImport.objects.exists()


def test_only_managers_try_lists() -> None:
    with refuses("forbidden"):
        actions.try_staff_list(listed(line(1)), "a.csv", by=staff_of(unit_of(), "reviewer", 10))


def test_the_template_is_a_list_we_read(administrator: Any) -> None:
    trial = actions.try_staff_list(actions.staff_list_template().encode(), "staff.csv", by=administrator)
    assert trial.unknown == []
    assert len(trial.rejected) == 1


# ---- pages ------------------------------------------------------------------------------------------------------

MANAGED = ["/manage/offices/", "/manage/offices/new/", "/manage/staff/", "/manage/staff/?ended=1&q=yg", "/manage/staff/grant/",
           "/manage/staff-lists/", "/manage/staff-lists/template", "/desk/delegate/"]  # fmt: skip


def test_the_pages_of_an_administrator(administrator: Any, django_assert_max_num_queries: Any) -> None:
    client = at_desk("user70")
    for path in MANAGED:
        for language in ("zh-hans", "en"):
            client.cookies["tongban_language"] = language
            assert client.get(path).status_code == 200, path
    for number in range(20, 30):
        staff_of(Unit.objects.get(code="health"), "reviewer", number)
    with django_assert_max_num_queries(19):
        page = client.get("/manage/staff/?q=yg").content.decode()
    assert "员工20" in page


@pytest.mark.parametrize("path", [path for path in MANAGED if path.startswith("/manage")])
def test_nobody_else_sees_them(path: str) -> None:
    staff_of(unit_of(), "reviewer", 10)
    person_of()
    assert at_desk("user10").get(path).status_code == 403
    assert signed_in().get(path).status_code == 403
    assert Client(headers={"host": "luzhou.localhost"}).get(path).status_code == 302


def test_an_office_a_unit_a_grant_and_its_end(administrator: Any) -> None:
    client = at_desk("user70")
    assert client.post("/manage/offices/new/", {"name": "江阳区新局", "kind": "government"}).status_code == 302
    office = Organisation.objects.get(name="江阳区新局")
    assert office.region_code == "510502"
    unit = {"name": "新科", "kind": "department", "code": "Bad Code"}
    assert client.post(f"/manage/offices/{office.pk}/units/new/", unit).status_code == 422
    assert client.post(f"/manage/offices/{office.pk}/units/new/", unit | {"code": "new"}).status_code == 302
    assert "新科" in client.get(f"/manage/offices/{office.pk}/").content.decode()
    person = person_of()
    typed = {"document_number": person.document_number, "unit": str(Unit.objects.get(code="new").pk), "role": "reviewer",
             "valid_from": "2026-01-01"}  # fmt: skip
    unknown = typed | {"document_number": synthetic_id_number(date(1970, 1, 1), 9)}
    assert "没有登记这个身份证号的人" in client.post("/manage/staff/grant/", unknown).content.decode()
    assert client.post("/manage/staff/grant/", typed).status_code == 302
    membership = Membership.objects.get(person=person)
    assert client.post(f"/manage/staff/{membership.pk}/withdraw/", {"reason": ""}).status_code == 422
    assert client.post(f"/manage/staff/{membership.pk}/withdraw/", {"reason": "调离"}).status_code == 302
    membership.refresh_from_db()
    assert membership.withdrawn_reason == "调离"


def test_a_list_through_the_page(administrator: Any) -> None:
    client = at_desk("user70")
    upload = SimpleUploadedFile("名册.csv", listed(line(1), line(2, role="国王")))
    page = client.post("/manage/staff-lists/", {"file": upload}).content.decode()
    assert "岗位只能是" in page
    waiting = StaffImport.objects.get()
    done = client.post(f"/manage/staff-lists/{waiting.pk}/confirm").content.decode()
    assert "新任职 1 条" in done
    assert client.post("/manage/staff-lists/", {}).status_code == 422
    broken = SimpleUploadedFile("x.xls", b"\x00\x01" * 90)
    assert client.post("/manage/staff-lists/", {"file": broken}).status_code == 422


def test_lending_ones_desk() -> None:
    unit = unit_of()
    staff_of(unit, "decider", 10)
    colleague = staff_of(unit, "reviewer", 11)
    client = at_desk("user10")
    today = timezone.localdate()
    typed = {
        "delegate": str(colleague.person_id),
        "valid_from": today,
        "valid_to": today + timedelta(days=400),
        "reason": "学习",
    }
    assert client.post("/desk/delegate/", typed).status_code == 422
    assert client.post("/desk/delegate/", typed | {"valid_to": today}).status_code == 302
    lent = Delegation.objects.get()
    assert "员工10" in at_desk("user11").get("/desk/choose/").content.decode()
    assert client.post(f"/desk/delegations/{lent.pk}/withdraw").status_code == 302
