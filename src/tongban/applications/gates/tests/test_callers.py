"""Visitors without a pass: the gate asks the home, whoever lives there answers, or the guard notes what was said by telephone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tongban.applications.gates import actions, queries
from tongban.applications.gates.actions import NewCaller, NewKiosk, NewRule
from tongban.applications.gates.models import Pass, Scan
from tongban.applications.gates.tests.conftest import HOST, Place, Somebody
from tongban.foundation.notifications.models import Message
from tongban.foundation.parties.actions import activate_device
from tongban.foundation.parties.queries import actor_of_token
from tongban.foundation.parties.tests.arrange import actor_of, person_of
from tongban.foundation.registers.models import Dwelling, Residence
from tongban.foundation.registers.tests.arrange import NORTH, grid_worker
from tongban.lib.actors import ANONYMOUS, Actor

pytestmark = pytest.mark.django_db
Refused = Callable[[str], Any]


@pytest.fixture
def token(place: Place) -> str:
    """A phone at the south gate."""
    return activate_device(actions.enrol_guard("南门手机", by=place.worker), by=ANONYMOUS)[1]


@pytest.fixture
def home(place: Place) -> Somebody:
    """Somebody who lives at 7-1-101."""
    return place.lives(10)


def call(**more: Any) -> NewCaller:
    given: dict[str, Any] = {"nonce": uuid4(), "gate": 1, "place": "7-1-101", "name": "王五"}
    return NewCaller(**given | more)


def ask(token: str, path: str, body: Any = None) -> Any:
    client, headers = Client(HTTP_HOST=HOST), {"Authorization": f"Bearer {token}"}
    if body is None:
        return client.get(f"/api/gates/{path}", headers=headers)
    return client.post(f"/api/gates/{path}", body, content_type="application/json", headers=headers)


class TestAsking:
    def test_the_home_answers_on_its_page_and_the_gate_sees_it(
        self, place: Place, token: str, home: Somebody, as_: Callable[[Actor], Client]
    ) -> None:
        nonce = str(uuid4())
        asked = {"nonce": nonce, "gate": 1, "place": "7-1-101", "name": "王五"}
        found = ask(token, "callers", asked).json()
        assert (found["state"], found["is_told"], found["place"]) == ("asked", True, "7-1-101")
        assert ask(token, "callers", asked).json() == found  # sent again it is the same question
        assert Message.objects.filter(template="gates.visitor_at_gate").exists()
        page, row = as_(home.by), Pass.objects.get()
        said = page.get("/passes/").content.decode()
        assert "南门有人找您：王五" in said
        assert page.post(f"/passes/callers/{row.pk}/answer", {"answer": "yes"}).status_code == 302
        assert "住户已同意" in page.get("/passes/").content.decode()
        found = ask(token, f"callers?nonce={nonce}").json()
        assert (found["state"], found["said"]) == ("agreed", "住户答复")
        scan = Scan.objects.get()
        assert (scan.verdict, scan.was_let, scan.held_id) == ("consented", True, row.pk)
        assert queries.figures_of(place.community)["entered"] == 1

    def test_no_is_no_and_only_once(self, token: str, home: Somebody, refused: Refused) -> None:
        row = actions.ask_home(call(), by=actor_of_token(token))
        actions.answer_caller(row.pk, is_welcome=False, by=home.by)
        assert queries.caller_of(actor_of_token(token), row.nonce).state == "refused"
        for again in (True, False):
            with refused("caller_settled"):
                actions.answer_caller(row.pk, is_welcome=again, by=home.by)
        with refused("caller_settled"):
            actions.note_answer(row.nonce, is_welcome=True, who="王女士", by=actor_of_token(token))
        assert Scan.objects.get().was_let is False

    def test_what_was_said_by_telephone_is_noted_and_the_home_sees_it(
        self, token: str, home: Somebody, as_: Callable[[Actor], Client], refused: Refused
    ) -> None:
        by = actor_of_token(token)
        row = actions.ask_home(call(), by=by)
        with refused("who_missing"):
            actions.note_answer(row.nonce, is_welcome=True, who=" ", by=by)
        found = ask(token, "callers/answer", {"nonce": str(row.nonce), "is_welcome": True, "who": "王女士"}).json()
        assert (found["state"], found["said"]) == ("agreed", "电话询问：王女士")
        assert "电话询问：王女士（南门手机）" in as_(home.by).get("/passes/").content.decode()

    def test_nobody_answers_in_time(self, token: str, home: Somebody, refused: Refused) -> None:
        by = actor_of_token(token)
        row = actions.ask_home(call(), by=by)
        ago = timezone.now() - timedelta(hours=1)
        Pass.objects.filter(pk=row.pk).update(starts_at=ago, ends_at=ago + timedelta(minutes=15))
        assert ask(token, f"callers?nonce={row.nonce}").json()["state"] == "past"
        with refused("caller_settled"):
            actions.answer_caller(row.pk, is_welcome=True, by=home.by)

    def test_where_nobody_can_be_told_the_guard_telephones(self, place: Place, token: str) -> None:
        friends = place.lives(11, "1-102", "tenant", source="both_sides")  # what two people told each other
        Residence.objects.filter(person=friends.person).update(confirmed_at=None)
        asked = {"nonce": str(uuid4()), "gate": 1, "place": "7-1-102", "name": "王五"}
        assert ask(token, "callers", asked).json()["is_told"] is False
        assert not Message.objects.filter(template="gates.visitor_at_gate").exists()
        assert queries.callers_at_home(friends.by) == []


class TestRefused:
    def test_where_several_estates_have_the_number_the_guard_names_one(
        self, token: str, home: Somebody, refused: Refused
    ) -> None:
        building = Dwelling.objects.select_related("building__parent").get(pk=home.dwelling_id).building
        assert building
        for level, estate in ((building, "示例小区"), (building.parent, "别的花园")):
            Dwelling.objects.create(
                place=level, building=building, mark="909", area_code=building.area_code, address=f"{estate}7栋909室"
            )
        with refused("dwelling_ambiguous"):
            actions.ask_home(call(place="7-909"), by=actor_of_token(token))
        row = actions.ask_home(call(place="别的花园 7－909"), by=actor_of_token(token))
        assert row.dwelling
        assert (row.place, row.dwelling.address) == ("7-909", "别的花园7栋909室")

    @pytest.mark.parametrize(("said", "code"), [
        ({"place": "99-1-101"}, "dwelling_unknown"), ({"place": "101"}, "dwelling_unknown"), ({"place": ""}, "place_wrong"), ({"place": "不知道"}, "place_wrong"),
        ({"place": "别的小区7-1-101"}, "dwelling_unknown"),
        ({"name": " "}, "name_missing"), ({"gate": 9}, "gate_unknown"),
    ])  # fmt: skip
    def test_what_cannot_be_asked(
        self, token: str, home: Somebody, refused: Refused, said: dict[str, Any], code: str
    ) -> None:
        with refused(code):
            actions.ask_home(call(**said), by=actor_of_token(token))

    def test_by_a_rule_and_without_end(
        self, place: Place, token: str, home: Somebody, refused: Refused, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        by, today = actor_of_token(token), timezone.localdate()
        monkeypatch.setattr("tongban.applications.gates.actions.callers.MOST_AT_A_HOME", 1)
        actions.ask_home(call(), by=by)
        with refused("too_many_callers"):
            actions.ask_home(call(), by=by)
        actions.set_rule(NewRule("visitor", today, today, "街道通告第 3 号", is_closed=True), by=place.worker)
        with refused("type_closed"):
            actions.ask_home(call(), by=by)

    def test_wrong_people(self, place: Place, token: str, home: Somebody, refused: Refused) -> None:
        row = actions.ask_home(call(), by=actor_of_token(token))
        neighbour = place.lives(12, "1-102")
        with refused("not_found"):
            actions.answer_caller(row.pk, is_welcome=True, by=neighbour.by)
        for wrong, code in (
            (ANONYMOUS, "sign_in_first"),
            (place.worker, "not_found"),
            (actor_of(person_of(number=31)), "not_found"),
        ):
            with refused(code):
                actions.answer_caller(row.pk, is_welcome=True, by=wrong)
            with refused("no_gate_here"):
                actions.ask_home(call(), by=wrong)
            with refused("no_gate_here"):
                actions.note_answer(row.nonce, is_welcome=True, who="x", by=wrong)
        invited = actions.invite(actions.NewVisitor(uuid4(), home.dwelling_id, timezone.localdate()), by=home.by)
        for other in (uuid4(), invited.pk):
            with refused("not_found"):
                actions.answer_caller(other, is_welcome=True, by=home.by)
        with refused("not_found"):
            actions.note_answer(invited.nonce, is_welcome=True, who="x", by=actor_of_token(token))

    def test_not_by_another_communitys_gate_nor_by_a_tablet(
        self, place: Place, token: str, home: Somebody, refused: Refused
    ) -> None:
        row = actions.ask_home(call(), by=actor_of_token(token))
        north = grid_worker(NORTH, 81)
        actions.open_community("东门口", "0830-3110012", ["东门"], by=north)
        other = actor_of_token(activate_device(actions.enrol_guard("东门手机", by=north), by=ANONYMOUS)[1])
        with refused("not_found"):
            queries.caller_of(other, row.nonce)
        with refused("dwelling_unknown"):
            actions.ask_home(call(), by=other)
        made = actions.enrol_kiosk(NewKiosk("平板", 1, True, "http://127.0.0.1:1/"), by=place.worker)
        tablet = actor_of_token(activate_device(made.code, by=ANONYMOUS)[1])
        with refused("no_guard_here"):
            actions.ask_home(call(), by=tablet)
