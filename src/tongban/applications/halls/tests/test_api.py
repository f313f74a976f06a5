"""The API of a hall: a kiosk, a scanner and a call pad of its own, a program admitted to the county, and nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from tongban.applications.halls import actions, queries
from tongban.applications.halls.models import Hall, Visit
from tongban.applications.halls.rules.shape import Service
from tongban.applications.halls.tests.conftest import new_hall, somebody
from tongban.applications.halls.tests.test_visits import HOST, come, said
from tongban.foundation.parties.models import ApiClient, Device
from tongban.foundation.parties.queries import token_hash
from tongban.foundation.parties.tests.arrange import token_for
from tongban.lib.actors import Actor
from tongban.lib.words import T

pytestmark = pytest.mark.django_db


class Program:
    """Something that calls the API with a token."""

    def __init__(self, token: str) -> None:
        self.client = Client(HTTP_HOST=HOST)
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> Any:
        return self.client.get(f"/api{path}", headers=self.headers)

    def post(self, path: str, body: dict[str, Any] | None = None, key: str = "") -> Any:
        headers = self.headers | {"Idempotency-Key": key or uuid4().hex}
        return self.client.post(f"/api{path}", body or {}, content_type="application/json", headers=headers)


def device_of(hall: Hall) -> Program:
    token = f"device-{uuid4().hex}"
    Device.objects.create(
        kind="kiosk",
        unit_id=hall.unit_id,
        token_prefix=token[:12],
        token_hash=token_hash(token)[0],
        name="t",
        created_by="t",
    )
    return Program(token)


def program(hall: Hall, *capabilities: str, region: str = "") -> Program:
    client = ApiClient.objects.create(
        organisation_id=hall.unit.organisation_id, expires_at=timezone.now() + timedelta(days=1), region_code=region,
        capabilities=list(capabilities), name="t", created_by="t", secret_hash=b"",
    )  # fmt: skip
    return Program(token_for(client))


def visitor(n: int = 1, **more: Any) -> dict[str, Any]:
    typed = said(n)
    return {
        "nonce": str(uuid4()), "service": typed.service, "name": typed.name, "document_type": typed.document_type,
        "document_number": typed.document_number, **more,
    }  # fmt: skip


def test_a_kiosk_registers_a_scanner_admits_a_pad_calls(hall: Hall) -> None:
    kiosk = device_of(hall)
    body = visitor()
    done = kiosk.post(f"/halls/{hall.code}/visits", body, key="k1")
    assert (done.status_code, done.json()["number"], done.json()["before"]) == (201, "A001", 0)
    assert kiosk.post(f"/halls/{hall.code}/visits", body, key="k1").json() == done.json()
    assert kiosk.post(f"/halls/{hall.code}/visits", body).json()["code"] == done.json()["code"]  # by the nonce
    assert Visit.objects.count() == 1
    code = done.json()["code"]
    scan = {"nonce": str(uuid4()), "code": f"https://{HOST}/v/{code}/"}
    for _ in range(2):
        answer = kiosk.post(f"/halls/{hall.code}/scans", scan).json()
        assert (answer["verdict"], answer["text"], answer["inside"]) == ("admitted", "请进", 1)
    assert kiosk.post(f"/halls/{hall.code}/scans", {**scan, "nonce": str(uuid4()), "way": "out"}).json()["inside"] == 0

    window = f"/halls/{hall.code}/windows/2"
    assert kiosk.post(f"{window}/next").json()["code"] == "window_closed"
    assert kiosk.post(f"{window}/open").json()["is_open"]
    assert [one["number"] for one in kiosk.get(f"/halls/{hall.code}/queue").json()] == ["A001"]
    assert kiosk.post(f"{window}/next").json()["visitor"]["number"] == "A001"
    assert kiosk.post(f"{window}/recall").json()["visitor"]["calls"] == 2
    assert kiosk.post(f"{window}/serve").json()["visitor"]["state"] == "serving"
    assert kiosk.post(f"{window}/transfer", {"window": "9"}).status_code == 404
    assert kiosk.post(f"{window}/transfer", {"window": "2"}).json()["code"] == "transfer_here"
    assert kiosk.post(f"{window}/transfer", {"prefix": "B"}).json()["visitor"] is None
    assert kiosk.post(f"{window}/finish").status_code == 404
    visit_id = kiosk.get(f"/halls/{hall.code}/queue").json()[0]["id"]
    assert kiosk.post(f"{window}/call", {"visit_id": visit_id}).json()["visitor"]["id"] == visit_id
    assert kiosk.post(f"{window}/skip").json()["visitor"] is None
    assert kiosk.post(f"/visits/{code}/rejoin").json()["state"] == "waiting"
    kiosk.post(f"{window}/next")
    assert kiosk.post(f"{window}/finish").status_code == 200
    assert kiosk.post(f"/visits/{code}/rating", {"rating": 5}).json()["state"] == "done"
    assert [one["visitor"] for one in kiosk.get(f"/halls/{hall.code}/windows").json()] == [None] * 3
    assert not kiosk.post(f"{window}/close").json()["is_open"]


def test_a_queue_gives_each_visitor_the_place_the_visitor_sees(hall: Hall, django_assert_max_num_queries: Any) -> None:
    codes = [come(hall, n, service="s2" if n == 2 else "s1").code for n in (1, 2, 3)]
    mine = device_of(hall)
    mine.get("/halls")  # the day a device was last at work is noted once
    with django_assert_max_num_queries(12):
        rows = mine.get(f"/halls/{hall.code}/queue").json()
    shown = {code: mine.get(f"/visits/{code}").json()["before"] for code in codes}
    assert {one["code"]: one["before"] for one in rows} == shown == dict(zip(codes, (0, 0, 1), strict=True))


def test_a_queue_is_read_page_by_page_while_it_moves(hall: Hall, manager: Actor) -> None:
    visits = [come(hall, n, service="s2" if n == 2 else "s1") for n in range(1, 6)]
    mine, path = device_of(hall), f"/halls/{hall.code}/queue"
    whole = mine.get(path).json()
    first = mine.get(f"{path}?limit=2").json()
    actions.open_window(hall.windows.get(number="1").pk, by=manager)
    actions.call_number(
        hall.windows.get(number="1").pk, UUID(first[1]["id"]), by=manager
    )  # gone, yet still a place to go on from
    rest = mine.get(f"{path}?limit=200&after={first[1]['id']}").json()
    assert [one["id"] for one in first + rest] == [str(one.pk) for one in visits]
    assert [one["before"] for one in rest] == [one["before"] for one in whole[2:]]
    assert mine.get(f"{path}?after={rest[-1]['id']}").json() == []
    assert mine.get(f"{path}?after={uuid4()}").status_code == 404
    assert mine.get(f"{path}?limit=201").status_code == 422


def test_an_offline_scan_is_a_fact(hall: Hall, manager: Actor) -> None:
    actions.change_hall(hall.pk, {"capacity": 1}, by=manager)
    mine, at = device_of(hall), (timezone.now() - timedelta(minutes=5)).isoformat()
    said = [
        mine.post(f"/halls/{hall.code}/scans", {"nonce": str(uuid4()), "code": come(hall, n).code, **more}).json()["verdict"]
        for n, more in ((1, {}), (2, {}), (3, {"at": at, "verdict": "admitted"}), (4, {"verdict": "admitted"}))
    ]  # fmt: skip
    assert said == ["admitted", "full", "admitted", "full"]


def test_a_program_does_what_it_was_admitted_to_where_it_was(hall: Hall) -> None:
    path = f"/halls/{hall.code}/visits"
    assert program(hall, "halls.register_visits", region="510502").post(path, visitor(1)).status_code == 201
    for other in (program(hall), program(hall, "halls.register_visits", region="510503"),
                  program(hall, "halls.serve_visitors")):  # fmt: skip
        assert other.post(path, visitor(2)).status_code == 404
    assert program(hall, "halls.register_visits").get(f"/halls/{hall.code}/queue").status_code == 404
    assert program(hall, "halls.serve_visitors").get(f"/halls/{hall.code}/queue").status_code == 200
    nobody = Client(HTTP_HOST=HOST)
    assert nobody.post(f"/api{path}", visitor(3), content_type="application/json").status_code == 401


def test_a_device_works_in_its_own_hall_only(hall: Hall) -> None:
    other = actions.open_hall(new_hall(name="纳溪区政务服务中心", region_code="510503"), by=somebody("别人"))
    assert device_of(other).post(f"/halls/{hall.code}/visits", visitor()).status_code == 404
    assert device_of(other).get(f"/halls/{hall.code}/windows").status_code == 404


def test_an_appointment_is_booked_moved_and_cancelled(hall: Hall, manager: Actor) -> None:
    advice = Service("s1", T("咨询", "Advice"), "A", slot_minutes=30, slot_capacity=1)
    hall = actions.change_hall(hall.pk, {"services": [advice]}, by=manager)
    mine, day = device_of(hall), queries.bookable_days(hall)[1]
    slots = mine.get(f"/halls/{hall.code}/slots?service=s1&day={day}").json()
    path = f"/halls/{hall.code}/appointments"
    done = mine.post(path, visitor(1, phone="13800000001", starts=slots[0]["starts"]))
    assert (done.status_code, done.json()["state"], done.json()["number"]) == (201, "booked", "")
    full = mine.post(path, visitor(2, phone="13800000002", starts=slots[0]["starts"]))
    assert (full.status_code, full.json()["code"]) == (409, "slot_full")
    code = done.json()["code"]
    moved = mine.post(f"/visits/{code}/move", {"starts": slots[1]["starts"]}).json()
    assert moved["starts"] == slots[1]["starts"]
    assert mine.post(f"/visits/{code}/cancel").json()["state"] == "cancelled"
    for far in ("9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"):
        assert mine.post(path, visitor(3, phone="13800000003", starts=far)).json()["code"] == "slot_not_offered"
    assert mine.get(f"/halls/{hall.code}/slots?service=s1&day=9999-12-31").json() == []
    assert mine.get(f"/halls/{hall.code}/slots?service=no&day={day}").status_code == 404


def test_anybody_reads_halls_and_their_boards(hall: Hall) -> None:
    anybody = Client(HTTP_HOST=HOST)
    assert [one["code"] for one in anybody.get("/api/halls").json()] == [hall.code]
    found = anybody.get(f"/api/halls/{hall.code}").json()
    assert (found["services"][0]["name"], found["is_open"], found["questions"]) == ("综合咨询", True, [])
    board = anybody.get(f"/api/halls/{hall.code}/board")
    assert board.json()["hall"] == hall.name
    same = anybody.get(f"/api/halls/{hall.code}/board", headers={"If-None-Match": board["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    forged = anybody.get("/api/visits/AAAAAAAAAAAAAA")
    assert (forged.status_code, forged.json()["code"]) == (404, "visit_code_wrong")
