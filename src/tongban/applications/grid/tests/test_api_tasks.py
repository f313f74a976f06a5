"""A grid worker's tasks over the API."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from tongban.applications.grid.tests.test_api_lists import Desk, send
from tongban.applications.grid.tests.test_tasks_and_events import task
from tongban.foundation.parties.tests.arrange import staff_of, unit_of
from tongban.foundation.registers.tests.arrange import COMMUNITY, NORTH, Estate, grid_worker


def test_own_tasks_are_listed_and_finished_once(estate: Estate, desk_of: Desk) -> None:
    colleague = grid_worker(COMMUNITY, 78)
    soon = timezone.localdate() + timedelta(days=1)
    mine = task(estate, worker_id=estate.worker.person_id, due_on=soon)
    anybodys = task(estate, dwelling_id=estate.rooms["1-101"].pk)
    theirs = task(estate, worker_id=colleague.person_id)
    client = desk_of(estate.worker)
    shown = client.get("/api/grid/tasks").json()
    assert [one["id"] for one in shown] == [str(mine.pk), str(anybodys.pk)]
    assert (shown[1]["address"], shown[1]["is_late"]) == (estate.rooms["1-101"].address, False)
    path = f"/tasks/{mine.pk}/end"
    done = send(client, path, {"result": "老人身体良好"}, "once")
    assert (done.status_code, done.json()["state"], done.json()["result"]) == (200, "done", "老人身体良好")
    assert send(client, path, {"result": "老人身体良好"}, "once").json() == done.json()
    assert send(client, path, {}).json()["code"] == "task_ended"
    assert send(client, path, {"state": "open"}).status_code == 422
    assert send(client, f"/tasks/{anybodys.pk}/end", {"state": "withdrawn"}).json()["state"] == "withdrawn"
    assert client.get("/api/grid/tasks").json() == []
    assert client.get(f"/api/grid/tasks/{theirs.pk}").json()["worker_name"] == colleague.name


def test_who_may_not(estate: Estate, desk_of: Desk) -> None:
    given = task(estate)
    stranger = desk_of(grid_worker(NORTH, 79))
    assert stranger.get("/api/grid/tasks").json() == []
    assert stranger.get(f"/api/grid/tasks/{given.pk}").status_code == 404
    assert send(stranger, f"/tasks/{given.pk}/end", {}).status_code == 404
    assert send(stranger, f"/tasks/{uuid4()}/end", {}).status_code == 404
    clerk = desk_of(staff_of(unit_of("hall", "510502", 70), "clerk", 70))
    assert clerk.get("/api/grid/tasks").status_code == 403
    assert send(clerk, f"/tasks/{given.pk}/end", {}).status_code == 403
