"""Events over the API: noted by a phone, dispatched, seen to, closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tongban.applications.grid.models import Event
from tongban.applications.grid.tests.test_api_lists import Desk, send
from tongban.applications.grid.tests.test_tasks_and_events import event, picture
from tongban.foundation.parties.tests.arrange import staff_of, unit_of
from tongban.foundation.registers.tests.arrange import NORTH, Estate, grid_worker


def noted(**more: Any) -> dict[str, Any]:
    given = {"nonce": str(uuid4()), "kind": "facility", "said": "路灯不亮，已有三天", "where": "示例路18号门口"}
    return given | more


def reported(client: Client, body: dict[str, Any]) -> Any:
    return client.post("/api/grid/events", body, content_type="application/json")


def test_what_a_phone_noted_is_one_event_with_its_photo_and_its_hour(estate: Estate, desk_of: Desk) -> None:
    client = desk_of(estate.worker)
    photo = SimpleUploadedFile("photo.jpeg", picture(), "image/jpeg")
    sent = client.post("/api/documents", {"purpose": "grid.photo", "file": photo}, headers={"Idempotency-Key": "photo"})
    found = timezone.now().replace(microsecond=0) - timedelta(hours=5)
    home = estate.rooms["1-101"]
    body = noted(photo_id=sent.json()["id"], at=found.isoformat(), where="", dwelling_id=str(home.pk))
    answers = [reported(client, body) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    told = answers[0].json()
    assert answers[1].json() == told
    assert (told["where"], told["state"], told["title"]["en"]) == (home.address, "reported", "Broken public facility")
    assert (told["photo_id"], datetime.fromisoformat(told["reported_at"])) == (sent.json()["id"], found)
    assert [one["state"] for one in told["steps"]] == ["reported"]
    assert [one["id"] for one in client.get("/api/grid/events").json()] == [told["id"]]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"kind": "ufo"}, "event_kind_unknown"), ({"said": "坏"}, "text_missing"), ({"where": " "}, "address_missing"),
        ({"dwelling_id": str(UUID(int=0))}, "not_found"), ({"photo_id": str(UUID(int=0))}, "not_found"),
        ({"at": "2020-01-01T00:00:00Z"}, "event_too_old"), ({"at": "2026-11-22T10:00:00"}, "invalid"),
    ],
)  # fmt: skip
def test_what_is_refused(changed: dict[str, Any], code: str, estate: Estate, desk_of: Desk) -> None:
    answer = reported(desk_of(estate.worker), noted(**changed))
    assert answer.status_code in (404, 422)
    assert {one["code"] for one in answer.json()["errors"]} == {code}
    assert not Event.objects.exists()


def test_a_clock_ahead_is_set_right(estate: Estate, desk_of: Desk) -> None:
    ahead = timezone.now() + timedelta(days=2)
    reported(desk_of(estate.worker), noted(at=ahead.isoformat()))
    assert Event.objects.get().reported_at <= timezone.now()


def test_from_the_grid_to_the_department_and_back(estate: Estate, desk_of: Desk) -> None:
    unit = unit_of("lamps", "510502", 75)
    official, worker = staff_of(unit, "reviewer", 75), estate.worker
    path = f"/events/{event(worker).pk}/steps"
    assert send(desk_of(worker), path, {"step": "dispatched"}).json()["code"] == "unit_unknown"
    sent = send(desk_of(worker), path, {"step": "dispatched", "unit_id": str(unit.pk), "said": "请尽快"}, "once")
    assert (sent.json()["state"], sent.json()["unit"]) == ("dispatched", unit.name)
    assert (
        send(desk_of(worker), path, {"step": "dispatched", "unit_id": str(unit.pk), "said": "请尽快"}, "once").json()
        == sent.json()
    )
    [listed] = desk_of(official).get("/api/grid/events").json()
    assert (listed["steps"], listed["is_late"]) == ([], False)
    assert send(desk_of(official), path, {"step": "returned", "said": "不"}).json()["code"] == "text_missing"
    assert send(desk_of(official), path, {"step": "handled", "said": "已更换灯泡"}).json()["state"] == "handled"
    closed = send(desk_of(worker), path, {"step": "closed"}).json()
    assert [one["state"] for one in closed["steps"]] == ["reported", "dispatched", "handled", "closed"]
    assert send(desk_of(worker), path, {"step": "closed"}).status_code == 409
    assert desk_of(worker).get("/api/grid/events").json() == []
    assert len(desk_of(worker).get("/api/grid/events?closed=true").json()) == 1


def test_who_may_not(estate: Estate, desk_of: Desk) -> None:
    found = event(estate.worker)
    stranger = desk_of(grid_worker(NORTH, 79))
    assert stranger.get(f"/api/grid/events/{found.pk}").status_code == 404
    assert send(stranger, f"/events/{found.pk}/steps", {"step": "closed"}).status_code == 404
    assert reported(stranger, noted(dwelling_id=str(estate.rooms["1-101"].pk))).status_code == 404
    clerk = desk_of(staff_of(unit_of("hall", "510502", 70), "clerk", 70))
    assert clerk.get("/api/grid/events").status_code == 403
    assert reported(clerk, noted()).status_code == 403
