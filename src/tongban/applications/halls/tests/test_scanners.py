"""Scanners at the doors: enrolled by the hall's manager, told what they need offline, stopped when lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tongban.applications.halls import actions, queries
from tongban.applications.halls.models import Hall
from tongban.applications.halls.tests.conftest import new_hall, somebody, staff
from tongban.applications.halls.tests.test_colleagues_and_kiosk import browser
from tongban.applications.halls.tests.test_presence import inside, scan
from tongban.applications.halls.tests.test_visits import HOST, come
from tongban.foundation.ledger.models import Entry
from tongban.foundation.parties.actions import activate_device
from tongban.foundation.parties.models import Device
from tongban.foundation.parties.queries import actor_of_token
from tongban.lib.actors import ANONYMOUS, Actor
from tongban.lib.ids import uuid7
from tongban.lib.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(hall: Hall, manager: Actor) -> str:
    """A scanner at the main entrance."""
    return activate_device(actions.enrol_scanner(hall.pk, "正门手机", by=manager), by=ANONYMOUS)[1]


def door(token: str, **headers: str) -> Any:
    return Client(HTTP_HOST=HOST).get("/api/hall-door", headers={"Authorization": f"Bearer {token}"} | headers)


class TestEnrolling:
    def test_its_manager_enrols_and_stops_one_and_the_log_knows(self, hall: Hall, manager: Actor, token: str) -> None:
        device = Device.objects.get()
        assert (device.kind, device.unit_id) == ("scanner", hall.unit_id)
        assert queries.hall_of_device(actor_of_token(token)) == hall
        actions.stop_scanner(hall.pk, device.pk, by=manager)
        assert door(token).status_code == 401
        with pytest.raises(Refusal, match="not_found"):
            actions.stop_scanner(hall.pk, device.pk, by=manager)
        assert Entry.objects.filter(type__in=("access.granted", "access.withdrawn")).count() == 2

    def test_nobody_else_does(self, hall: Hall, manager: Actor, token: str) -> None:
        other = somebody("别人")
        actions.open_hall(new_hall(name="另一个大厅"), by=other)
        for wrong in (other, staff("administrator"), staff("clerk"), ANONYMOUS, actor_of_token(token)):
            with pytest.raises(Refusal, match="not_found"):
                actions.enrol_scanner(hall.pk, "x", by=wrong)
            with pytest.raises(Refusal, match="not_found"):
                actions.stop_scanner(hall.pk, Device.objects.get().pk, by=wrong)

    def test_a_device_of_another_hall_is_not_stopped_from_here(self, hall: Hall, manager: Actor) -> None:
        other = actions.open_hall(new_hall(name="另一个大厅"), by=manager)
        actions.enrol_scanner(other.pk, "别处的", by=manager)
        for device_id in (Device.objects.get().pk, uuid7()):
            with pytest.raises(Refusal, match="not_found"):
                actions.stop_scanner(hall.pk, device_id, by=manager)

    def test_a_hall_has_forty_at_most(
        self, hall: Hall, manager: Actor, token: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tongban.applications.halls.actions.devices.MOST_SCANNERS", 1)
        with pytest.raises(Refusal, match="too_many_scanners"):
            actions.enrol_scanner(hall.pk, "第二台", by=manager)

    def test_the_page_shows_the_code_once(self, hall: Hall, manager: Actor) -> None:
        page = browser(manager)
        where = f"/halls/{hall.pk}/devices/"
        assert page.post(where, {"name": ""}).status_code == 422
        shown = page.post(where, {"name": "正门手机"}).content.decode()
        assert "激活码：" in shown
        assert "等待激活" in shown
        assert "激活码：" not in page.get(where).content.decode()
        assert page.post(where, {"stop": "x"}).status_code == 302
        assert page.post(where, {"stop": str(Device.objects.get().pk)}).status_code == 302
        assert Device.objects.get().revoked_at is not None
        assert browser(somebody("路人")).get(where).status_code == 404


class TestTheDoor:
    def test_it_knows_who_may_come_and_no_code(self, hall: Hall, token: str) -> None:
        first, second, gone = come(hall, 1, companions=["张三"]), come(hall, 2), come(hall, 3)
        scan(hall, first.code)
        actions.leave(gone, by=ANONYMOUS)
        answer = door(token)
        found = answer.json()
        mark = {n: queries.mark_of(one.code, found["salt"]) for n, one in ((1, first), (2, second))}
        assert found["known"] == sorted([f"{mark[1]}21", f"{mark[2]}10"])
        assert (found["code"], found["inside"], found["capacity"]) == (hall.code, 2, hall.capacity)
        text = answer.content.decode()
        assert not [one for one in (first, second, gone) if one.code in text]
        assert datetime.fromisoformat(found["day_ends"]) > timezone.now()

    def test_unchanged_is_not_sent_again(self, hall: Hall, token: str) -> None:
        visit = come(hall, 1)
        etag = door(token)["ETag"]
        again = door(token, **{"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")
        scan(hall, visit.code)
        assert door(token, **{"If-None-Match": etag}).status_code == 200

    def test_tomorrow_it_is_another_list(self, hall: Hall, token: str, clock: Callable[[datetime], None]) -> None:
        come(hall, 1)
        today = door(token).json()
        clock(timezone.now() + timedelta(days=1))
        tomorrow = door(token).json()
        assert (len(today["known"]), tomorrow["known"]) == (1, [])
        assert today["salt"] != tomorrow["salt"]

    def test_only_a_device_of_a_hall_stands_at_one(self, hall: Hall, manager: Actor, token: str) -> None:
        assert Client(HTTP_HOST=HOST).get("/api/hall-door").status_code == 401
        assert door("d_" + "x" * 43).status_code == 401
        assert browser(manager).get("/api/hall-door").status_code == 404
        lost = replace(actor_of_token(token), unit_id=uuid7())
        with pytest.raises(Refusal, match="no_hall_here"):
            queries.hall_of_device(lost)

    def test_a_scanner_whose_clock_is_wrong_is_held_to_what_is_possible(self, hall: Hall, token: str) -> None:
        visit, device = come(hall, 1), Client(HTTP_HOST=HOST)
        for wrong in ("2031-01-01T00:00:00+08:00", "1970-01-01T00:00:00Z"):
            nonce = str(uuid4())
            sent = {"nonce": nonce, "code": visit.code, "way": "in", "at": wrong, "verdict": "admitted"}
            answer = device.post(f"/api/halls/{hall.code}/scans", sent, content_type="application/json",
                                 headers={"Authorization": f"Bearer {token}", "Idempotency-Key": nonce})  # fmt: skip
            assert answer.status_code == 201, answer.content
        assert inside(hall) == 1


def test_the_app_is_the_same_for_everybody_and_holds_no_secret(client: Client, db: None) -> None:
    page = client.get("/halls/scanner/", headers={"host": HOST})
    assert page.status_code == 200
    assert not page.cookies
    worker = client.get("/halls/scanner/worker.js", headers={"host": HOST})
    assert worker["Content-Type"].startswith("text/javascript")
    for address in ("/halls/scanner/", "/static/halls/scanner.js", "/static/web/offline/outbox.js"):
        assert f'"{address}"' in worker.content.decode()
    manifest = client.get("/halls/scanner/app.webmanifest", headers={"host": HOST}).json()
    assert manifest["scope"] == manifest["start_url"] == "/halls/scanner/"
