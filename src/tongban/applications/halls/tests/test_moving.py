"""A hall moves to its own county's house: its settings and no visitor, under the rights of both sides, once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tongban.applications.halls import actions, queries
from tongban.applications.halls.models import Hall, Trace, Visit
from tongban.applications.halls.rules.moving import arrival_code, check_door
from tongban.applications.halls.rules.shape import Declaration, Entrance, Service
from tongban.applications.halls.tests.conftest import new_hall, somebody, staff
from tongban.applications.halls.tests.test_colleagues_and_kiosk import browser
from tongban.applications.halls.tests.test_races import at_once, busy_hall
from tongban.applications.halls.tests.test_visits import HOST, come
from tongban.lib.actors import ANONYMOUS, Actor
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

__all__ = ["busy_hall"]
OLD = f"http://{HOST}/h/"
NEW = "https://hall.example.org/h/NEWHALL2/"


@pytest.fixture
def rich_hall(hall: Hall, manager: Actor) -> Hall:
    """A hall with something of everything, and a visitor."""
    today = timezone.localdate()
    come(hall, 1, name="病人")
    return actions.change_hall(hall.pk, {
        "services": [Service("s1", T("咨询", "Advice"), "K", 5, slot_minutes=30, slot_capacity=4, definition="x"),
                     Service("s2", T("社保", "Social"), "M", is_open=False)],
        "entrances": [Entrance("main", T("正门", "Main")), Entrance("e2", T("东门", "East"))],
        "declaration": Declaration(("symptoms",), today, today + timedelta(days=9), "江阳区第 12 号通告"),
        "closures": [{"first": "2027-01-01", "last": "2027-01-02", "reason": "搬迁"}], "asks_document": False,
    }, by=manager)  # fmt: skip


def file_of(hall: Hall, by: Actor) -> bytes:
    return actions.export_hall(hall.pk, address=f"{OLD}{hall.code}/", by=by)


def changed(content: bytes, **values: Any) -> bytes:
    found = json.loads(content)
    hall = values.pop("hall", {})
    return json.dumps(found | values | {"hall": found["hall"] | hall}).encode()


@pytest.mark.django_db
class TestLeaving:
    def test_everything_of_the_hall_goes_along_and_nobody_who_was_there(self, rich_hall: Hall, manager: Actor) -> None:
        content = file_of(rich_hall, manager)
        assert "病人" not in content.decode()
        assert Visit.objects.get().code not in content.decode()
        assert "1380" not in content.decode()  # shorter ones stand in a random key now and then
        assert set(json.loads(content)) == {"format", "version", "from", "key", "hall", "windows"}

    def test_only_its_manager_takes_it_along(self, hall: Hall, manager: Actor) -> None:
        other = somebody("别人")
        actions.open_hall(new_hall(name="另一个大厅"), by=other)
        for wrong in (other, staff("administrator"), staff("clerk"), ANONYMOUS):
            with pytest.raises(Refusal, match="not_found"):
                file_of(hall, wrong)
            with pytest.raises(Refusal, match="not_found"):
                ask(hall, wrong)
            with pytest.raises(Refusal, match="not_found"):
                actions.take_move_back(hall.pk, by=wrong)

    def test_the_whole_way_and_the_posters_lead_on(self, rich_hall: Hall, manager: Actor, elsewhere: str) -> None:
        content, was = file_of(rich_hall, manager), _said(rich_hall)
        with enter(elsewhere):
            here = somebody("余大明")
            arrived = actions.receive_hall(content, by=here)
            assert arrived.state == "provisional"
            assert queries.arrival_code_of(arrived, NEW) == "", "the county has not confirmed it yet"
            assert (Visit.objects.count(), Trace.objects.count()) == (0, 0)
            arrived = actions.confirm_hall(arrived.pk, by=staff("administrator"))
            code = queries.arrival_code_of(arrived, NEW)
            assert _said(arrived) == was
            assert arrived.unit.name == rich_hall.name
            with pytest.raises(Refusal, match="hall_arrived"):
                actions.receive_hall(content, by=here)
        asked = ask(rich_hall, manager, code=f"{code[:4].lower()}-{code[4:8]} {code[8:]}")
        assert (asked.state, asked.moving_to) == ("confirmed", NEW)
        assert come(rich_hall, 2, declaration={"symptoms": "no"}).number, (
            "until the district agrees the hall works as before"
        )
        moved = actions.let_hall_move(rich_hall.pk, by=staff("administrator"))
        assert moved == actions.let_hall_move(rich_hall.pk, by=staff("administrator")), "twice is once"
        phone = Client(HTTP_HOST=HOST)
        door = f"/h/{rich_hall.code}/"
        for asked_for, led_to in ((door, NEW), (f"{door}?e=e2", f"{NEW}?e=e2"), (f"{door}?e=https://x", NEW)):
            answer = phone.get(asked_for)
            assert (answer.status_code, answer["Location"]) == (302, led_to)
        assert NEW in phone.get(f"{door}?stay=1").content.decode()
        with pytest.raises(Refusal, match="hall_moved"):
            come(moved, 3)
        assert phone.get(f"/v/{Visit.objects.first().code}/").status_code == 200, "who has a number keeps it"  # type: ignore[union-attr]
        assert moved not in queries.halls_near("5105")
        back = actions.confirm_hall(rich_hall.pk, by=staff("administrator"))
        assert (back.state, back.moved_to) == ("confirmed", "")
        assert phone.get(door).status_code == 200

    def test_neither_side_alone(self, hall: Hall, manager: Actor) -> None:
        with pytest.raises(Refusal, match="move_not_asked"):
            actions.let_hall_move(hall.pk, by=staff("administrator"))
        ask(hall, manager)
        for wrong in (manager, staff("clerk"), staff("decider"), staff("administrator", "510504"), ANONYMOUS):
            with pytest.raises(Refusal, match=r"forbidden|sign_in_first"):
                actions.let_hall_move(hall.pk, by=wrong)
        assert Hall.objects.get().state == "confirmed"
        actions.take_move_back(hall.pk, by=manager)
        with pytest.raises(Refusal, match="move_not_asked"):
            actions.let_hall_move(hall.pk, by=staff("administrator"))

    @pytest.mark.parametrize(
        ("address", "code"),
        [
            ("", "door_address_wrong"), ("hall.example.org", "door_address_wrong"), ("javascript:alert(1)//h/A/", "door_address_wrong"),
            ("https://hall.example.org/other/NEWHALL2/", "door_address_wrong"), ("https://me@hall.example.org/h/A/", "door_address_wrong"),
            ("https://hall.example.org/h/../x", "door_address_wrong"), ("http://hall.example.org/h/NEWHALL2/", "door_address_wrong"),
            (f"https://{HOST}/h/NEWHALL2/", "door_address_own"), ("https://evil.example.org/h/NEWHALL2/", "arrival_code_wrong"),
        ],
    )  # fmt: skip
    def test_another_address_is_refused(self, hall: Hall, manager: Actor, address: str, code: str) -> None:
        with pytest.raises(Refusal, match=code):
            ask(hall, manager, address=address)
        assert Hall.objects.get().moving_to == ""

    def test_a_code_of_nowhere_is_refused(self, hall: Hall, manager: Actor) -> None:
        other = actions.open_hall(new_hall(name="另一个大厅"), by=manager)
        key = json.loads(file_of(other, manager))["key"]
        for typed in ("", "AAAA-AAAA-AAAA", "陈陈陈", arrival_code(key, NEW)):
            with pytest.raises(Refusal, match="arrival_code_wrong"):
                ask(hall, manager, code=typed)

    def test_appointments_come_first(self, hall: Hall, manager: Actor) -> None:
        ask(hall, manager)
        booked = come(hall, 1)
        Visit.objects.filter(pk=booked.pk).update(state="booked")
        with pytest.raises(Refusal, match="move_has_appointments"):
            actions.let_hall_move(hall.pk, by=staff("administrator"))

    def test_a_hall_that_moved_or_is_stopped_stays_as_it_is(self, hall: Hall, manager: Actor) -> None:
        ask(hall, manager)
        actions.suspend_hall(hall.pk, reason="地址不实", by=staff("administrator"))
        with pytest.raises(Refusal, match="hall_suspended"):
            actions.let_hall_move(hall.pk, by=staff("administrator"))
        actions.confirm_hall(hall.pk, by=staff("administrator"))
        ask(hall, manager)
        actions.let_hall_move(hall.pk, by=staff("administrator"))
        for act in (lambda: ask(hall, manager), lambda: actions.take_move_back(hall.pk, by=manager)):
            with pytest.raises(Refusal, match="hall_moved"):
                act()


def ask(hall: Hall, by: Actor, address: str = NEW, code: str | None = None) -> Hall:
    key = queries.halls.keys_for_moving(hall)[0]
    code = arrival_code(key, NEW) if code is None else code
    return actions.ask_to_move(hall.pk, address, code, own_host=HOST, plain=False, by=by)


def _said(hall: Hall) -> tuple[Any, ...]:
    services = [replace(one, definition="") for one in hall.service_list]
    windows = list(hall.windows.order_by("number").values_list("number", "name", "prefixes"))
    names = ("name", "operator", "region_code", "address", "phone", "capacity", "hours", "closures", "day_starts",
             "entrances", "declaration", "head_starts", "asks_document")  # fmt: skip
    return (services, windows, *(getattr(hall, name) for name in names))


@pytest.mark.django_db
class TestArriving:
    @pytest.mark.parametrize(
        "content",
        [
            b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"format": "tongban/hall"}', b" " * (300 << 10),
            b'{"format": "tongban/hall", "version": 2, "from": "", "key": "", "hall": {}, "windows": []}',
            b'{"format": "tongban/hall", "version": 1, "from": "", "key": "", "hall": {}, "windows": []}',
            b'{"format": "tongban/hall", "version": 1, "from": 7, "key": "", "hall": [], "windows": {}}',
        ],
    )  # fmt: skip
    def test_what_is_no_halls_file_is_refused(self, manager: Actor, content: bytes) -> None:
        with pytest.raises(Refusal, match="hall_file_unreadable"):
            actions.receive_hall(content, by=manager)

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"hall": {"services": [{"code": 1}]}}, "hall_file_unreadable"), ({"hall": {"services": "x"}}, "hall_file_unreadable"),
            ({"hall": {"closures": [{"first": "soon"}]}}, "hall_file_unreadable"), ({"windows": [7]}, "hall_file_unreadable"),
            ({"hall": {"capacity": "many"}}, "hall_file_unreadable"), ({"hall": {"hours": []}}, "hall_file_unreadable"),
            ({"hall": {"head_starts": {"elderly": "x"}}}, "hall_file_unreadable"), ({"hall": {"capacity": 0}}, "capacity_out_of_range"),
            ({"hall": {"appointment_rules": {"days_ahead": 900}}}, "appointment_rules_wrong"),
            ({"hall": {"region_code": "999999"}}, "region_unknown"), ({"hall": {"services": []}}, "services_missing"),
            ({"hall": {"phone": "12"}}, "phone_invalid"), ({"from": "ftp://x"}, "door_address_wrong"),
            ({"hall": {"declaration": {"questions": ["symptoms"]}}}, "declaration_dates"),
            ({"hall": {"entrances": [{"code": "x" * 40, "name": "门"}]}}, "hall_file_unreadable"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_in_it_is_named_and_nothing_is_written(
        self, hall: Hall, manager: Actor, values: dict[str, Any], code: str
    ) -> None:
        content = changed(file_of(hall, manager), **values)
        with pytest.raises(Refusal, match=code):
            actions.receive_hall(content, by=manager)
        assert Hall.objects.count() == 1

    def test_who_brings_it_is_signed_in_and_brings_three_at_most(self, hall: Hall, manager: Actor) -> None:
        content = file_of(hall, manager)
        with pytest.raises(Refusal, match="sign_in_first"):
            actions.receive_hall(content, by=ANONYMOUS)
        for n in range(3):
            actions.receive_hall(changed(content, **{"from": f"https://open.example.org/h/HALL{n}/"}), by=manager)
        with pytest.raises(Refusal, match="too_many_provisional"):
            actions.receive_hall(changed(content, **{"from": "https://open.example.org/h/HALL9/"}), by=manager)

    def test_the_pages_lead_through_it(self, hall: Hall, manager: Actor) -> None:
        page = browser(manager)
        answer = page.get(f"/halls/{hall.pk}/move/hall.json")
        content = changed(answer.content, **{"from": "https://open.example.org/h/OLDHALL2/"})
        assert page.post("/halls/arrive/", {}).status_code == 422
        sent = SimpleUploadedFile("hall.json", content, "application/json")
        there = page.post("/halls/arrive/", {"file": sent})
        assert there.status_code == 302
        assert "区县确认这个大厅以后" in page.get(there["Location"]).content.decode()
        arrived = Hall.objects.exclude(pk=hall.pk).get()
        actions.confirm_hall(arrived.pk, by=staff("administrator"))
        shown = page.get(there["Location"]).content.decode()
        assert (
            queries.arrival_code_of(arrived.__class__.objects.get(pk=arrived.pk), f"http://{HOST}/h/{arrived.code}/")[
                :4
            ]
            in shown
        )
        wrong = page.post(f"/halls/{hall.pk}/move/", {"address": NEW, "code": "AAAA"})
        assert "到达码与新网址不符" in wrong.content.decode()
        code = arrival_code(queries.halls.keys_for_moving(hall)[0], NEW)
        assert page.post(f"/halls/{hall.pk}/move/", {"address": NEW, "code": code}).status_code == 302
        assert "等区县同意" in page.get(f"/halls/{hall.pk}/move/").content.decode()
        assert page.post(f"/halls/{hall.pk}/move/back").status_code == 302
        assert browser(somebody("路人")).get(f"/halls/{hall.pk}/move/").status_code == 404


def test_the_same_file_at_the_same_moment_opens_one_hall(busy_hall: Any) -> None:
    hall, by = busy_hall
    content = changed(file_of(hall, by), **{"from": "https://open.example.org/h/OLDHALL2/"})
    got = at_once(3, lambda _: actions.receive_hall(content, by=by))
    assert sum(isinstance(one, Hall) for one in got) == 1
    assert got.count("hall_arrived") == 2
    assert Hall.objects.count() == 2


def test_a_door_is_written_in_one_way() -> None:
    assert check_door(" https://hall.example.org/h/abcd2345 ", field="x") == "https://hall.example.org/h/ABCD2345/"
