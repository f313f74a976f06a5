"""Tablets at gates without a guard: enrolled with the relay they open, each with a page that may call that relay alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tongban.applications.gates import actions, queries
from tongban.applications.gates.actions import EnrolledKiosk, NewKiosk, Scanned
from tongban.applications.gates.rules.kiosks import check_relay, origin_of
from tongban.applications.gates.tests.conftest import HOST, Place
from tongban.foundation.parties.actions import activate_device
from tongban.foundation.parties.models import Device
from tongban.foundation.parties.queries import actor_of_token
from tongban.foundation.registers.tests.arrange import NORTH, grid_worker
from tongban.lib.actors import ANONYMOUS, Actor
from tongban.lib.refusals import Refusal

Refused = Callable[[str], Any]
RELAY = "http://192.168.1.20:8080/open"


@pytest.fixture
def kiosk(place: Place) -> EnrolledKiosk:
    """A tablet at the south gate."""
    return actions.enrol_kiosk(NewKiosk("南门平板", 1, True, RELAY), by=place.worker)


class TestRelays:
    @pytest.mark.parametrize("good", [
        RELAY, "https://relay.example.cn/a?b=1", "http://localhost:9000", "http://127.0.0.1:9000/", "http://gate.local/open", "http://[fd00::1]/x",
    ])  # fmt: skip
    def test_may_be_called(self, good: str) -> None:
        assert check_relay(f" {good} ") == good
        assert good.startswith(origin_of(good))

    @pytest.mark.parametrize("bad", [
        "", "192.168.1.20", "ftp://192.168.1.20", "http://example.com/open", "http://8.8.8.8/open", "https://a:b@c/", "https://x/ y", "https://x;y",
        "https://*", "https://", "https://x/#a", "http://192.168.1.20:99999999/", "javascript:alert(1)", "https://x/" + "a" * 200,
        "http://0.0.0.0/", "https://x/'; script-src *",
    ])  # fmt: skip
    def test_may_not(self, bad: str) -> None:
        with pytest.raises(Refusal, match="relay_wrong"):
            check_relay(bad)


@pytest.mark.django_db
class TestKiosks:
    def test_it_knows_where_it_stands_and_a_guard_does_not(self, place: Place, kiosk: EnrolledKiosk) -> None:
        assert Device.objects.get(pk=kiosk.device_id).kind == "kiosk"
        by = actor_of_token(activate_device(kiosk.code, by=ANONYMOUS)[1])
        state = queries.guard_state(queries.community_of_device(by), by.device_id)
        assert state["kiosk"] == {
            "id": str(kiosk.device_id),
            "gate": 1,
            "way": "in",
            "relay": RELAY,
            "secret": kiosk.secret,
        }
        assert queries.guard_state(place.community, uuid4())["kiosk"] is None

    def test_it_learns_nothing_of_people(self, kiosk: EnrolledKiosk, refused: Refused) -> None:
        token = activate_device(kiosk.code, by=ANONYMOUS)[1]
        with refused("no_guard_here"):
            actions.look_up("1234", Scanned(uuid4(), 1, "looked_up", False), by=actor_of_token(token))
        browser, headers = Client(HTTP_HOST=HOST), {"Authorization": f"Bearer {token}"}
        for path in ("photos", "thumbnails?marks=0011223344556677"):
            assert browser.get(f"/api/gates/{path}", headers=headers).json()["code"] == "no_guard_here"

    def test_its_page_may_call_its_relay_and_nothing_else(self, kiosk: EnrolledKiosk) -> None:
        browser, page = Client(HTTP_HOST=HOST), f"/gates/kiosk/{kiosk.device_id}/"
        answer = browser.get(page)
        assert "connect-src 'self' http://192.168.1.20:8080;" in answer["Content-Security-Policy"] + ";"
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert kiosk.secret not in answer.content.decode()
        assert "connect-src" not in browser.get("/gates/guard/")["Content-Security-Policy"]
        worker = browser.get(f"{page}worker.js").content.decode()
        assert f'"page": "{page}"' in worker
        assert "/static/gates/kiosk.js" in worker
        assert "wasm" in browser.get(f"{page}reader.js")["Content-Security-Policy"]
        assert browser.get(f"{page}app.webmanifest").json()["display"] == "fullscreen"
        for one in ("", "worker.js", "reader.js", "app.webmanifest"):
            assert browser.get(f"/gates/kiosk/{uuid4()}/{one}").status_code == 404

    def test_refused(
        self, place: Place, kiosk: EnrolledKiosk, refused: Refused, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with refused("gate_unknown"):
            actions.enrol_kiosk(NewKiosk("x", 9, True, RELAY), by=place.worker)
        with refused("relay_wrong"):
            actions.enrol_kiosk(NewKiosk("x", 1, True, "http://example.com"), by=place.worker)
        with refused("sign_in_first"):
            actions.enrol_kiosk(NewKiosk("x", 1, True, RELAY), by=ANONYMOUS)
        with refused("not_found"):
            actions.enrol_kiosk(NewKiosk("x", 1, True, RELAY), by=grid_worker(NORTH, 81))
        monkeypatch.setattr("tongban.applications.gates.actions.guards.MOST_GUARDS", 1)
        with refused("too_many_guards"):
            actions.enrol_kiosk(NewKiosk("x", 1, True, RELAY), by=place.worker)

    def test_the_desk_shows_code_and_secret_once_and_stops_it(
        self, place: Place, as_: Callable[[Actor], Client]
    ) -> None:
        page, where = as_(place.worker), "/desk/gates/guards/"
        sent = {
            "kiosk-name": "车库平板",
            "kiosk-gate": "2",
            "kiosk-is_entry": "out",
            "kiosk-relay": "http://example.com",
        }
        assert page.post(where, sent).status_code == 422
        said = page.post(where, sent | {"kiosk-relay": RELAY}).content.decode()
        device = Device.objects.get()
        assert "whsec_" in said
        assert f"/gates/kiosk/{device.pk}/" in said
        again = page.get(where).content.decode()
        assert "whsec_" not in again
        assert "自助终端 · 北门 · 出门" in again
        assert page.post(where, {"stop": str(device.pk)}).status_code == 302
        place.community.refresh_from_db()
        assert place.community.kiosks == {}
        assert Client(HTTP_HOST=HOST).get(f"/gates/kiosk/{device.pk}/").status_code == 404
