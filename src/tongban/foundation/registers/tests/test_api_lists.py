"""Lists of residents over the API: the whole way from a file to the register and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tongban.foundation.parties.models import ListLook, Look
from tongban.foundation.parties.tests.arrange import staff_of, unit_of
from tongban.foundation.registers.models import Residence, ResidentList
from tongban.foundation.registers.tests.arrange import COMMUNITY, NORTH, grid_worker
from tongban.foundation.registers.tests.lists import as_csv, line
from tongban.lib.actors import Actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("communities")]
Run = Callable[[], int]
Desk = Callable[[Actor], Client]
HOME, OTHER = "示例小区7栋1单元101室", "示例小区7栋1单元102室"
LISTS = "/api/registers/lists"


@pytest.fixture
def desk_of(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """``desk_of(actor)``: a client of the API in whose session this actor is signed in."""

    def open_(actor: Actor) -> Client:
        monkeypatch.setattr("tongban.foundation.parties.middleware.actor_of_session", lambda _: actor)
        return Client(HTTP_HOST="luzhou.localhost")

    return open_


def send(client: Client, path: str, body: dict[str, Any] | None = None, key: str = "") -> Any:
    headers = {"Idempotency-Key": key or uuid4().hex}
    return client.post(f"{LISTS}{path}", body or {}, content_type="application/json", headers=headers)


def bring(client: Client, *lines: list[str], key: str = "", **said: Any) -> Any:
    about = {"area_code": COMMUNITY, "title": "测试台账", "file": SimpleUploadedFile("名单.csv", as_csv(lines))} | said
    return client.post(LISTS, about, headers={"Idempotency-Key": key or uuid4().hex})


def test_the_whole_way_and_back(run_jobs: Run, desk_of: Desk) -> None:
    client = desk_of(grid_worker())
    lines = [line(1, "张三", HOME), line(2, "李四", OTHER), line(3, "王五", HOME, number="110101200001011234")]
    lines.append(line(4, "张三", OTHER, number=lines[0][3], kind="户籍"))
    first = bring(client, *lines, key="once")
    assert first.status_code == 201, first.content
    found = first.json()
    assert bring(client, *lines, key="once").json()["id"] == found["id"]
    assert ResidentList.objects.count() == 1
    path = f"/{found['id']}"
    assert (found["state"], found["row_count"], found["places"]["name"]) == ("read", 4, 1)
    tried = send(client, f"{path}/try", {"places": found["places"]})
    assert (tried.status_code, tried.json()["state"]) == (202, "checking")
    run_jobs()
    now = client.get(f"{LISTS}{path}").json()
    assert (now["state"], now["done_count"], now["counts"]) == ("checked", 4, {"fresh": 2, "rejected": 1, "open": 1})
    [row] = client.get(f"{LISTS}{path}/rows").json()
    assert (row["number"], row["cells"][1], row["reasons"][0]["field"]) == (4, "王五", "document_number")
    assert ListLook.objects.filter(what="registers.list_rows").count() == 1
    assert send(client, f"{path}/take").json()["code"] == "rows_open"
    [twin] = client.get(f"{LISTS}{path}/twins").json()
    assert set(twin["answers"]) == {"earlier", "later", "skip"}, "another telephone than in the row above"
    settle = f"/rows/{twin['row_id']}/settle"
    assert send(client, settle, {"decision": "earlier"}).json()["verdict"] == "open"
    [twin] = client.get(f"{LISTS}{path}/twins").json()
    assert set(twin["answers"]) == {"this", "other"}, "then where they are registered"
    assert send(client, settle, {"decision": "nonsense"}).json()["code"] == "decision_unknown"
    assert send(client, settle, {"decision": "other"}).json()["verdict"] == "skipped"
    assert send(client, settle, {"decision": "other"}).json()["code"] == "row_settled"
    assert send(client, f"{path}/take").status_code == 202
    run_jobs()
    assert send(client, f"{path}/take").json()["code"] == "list_state"
    assert Residence.objects.count() == 2
    assert send(client, f"{path}/undo", {"reason": " "}).json()["code"] == "reason_missing"
    assert send(client, f"{path}/undo", {"reason": "弄错了名单"}).status_code == 202
    run_jobs()
    shown = client.get(LISTS).json()
    assert [(one["state"], one["undone_count"]) for one in shown] == [("undone", 2)]
    assert not Residence.objects.exists()


def test_twins_leave_a_look_and_the_rest_is_left_out(run_jobs: Run, desk_of: Desk) -> None:
    client = desk_of(grid_worker())
    for name in ("张三", "张山"):
        found = bring(client, line(1, name, HOME)).json()
        send(client, f"/{found['id']}/try", {"places": found["places"]})
        run_jobs()
        if name == "张三":
            send(client, f"/{found['id']}/take")
            run_jobs()
    [twin] = client.get(f"{LISTS}/{found['id']}/twins").json()
    assert (twin["mine"]["name"], twin["other"]["name"]) == ("张山", "张三")
    assert Look.objects.filter(what="registers.list_twin").count() == 1
    assert send(client, f"/{found['id']}/leave-out").json() == {"count": 1}
    assert send(client, f"/{found['id']}/take").json()["code"] == "nothing_to_take"


def test_what_is_refused(desk_of: Desk) -> None:
    worker = grid_worker()
    client = desk_of(worker)
    assert bring(client, line(1, "张三", HOME), area_code=NORTH).json()["code"] == "area_not_yours"
    assert bring(client, line(1, "张三", HOME), title="").json()["code"] == "title_missing"
    assert bring(client, line(1, "张三", HOME), kind="none").json()["code"] == "kind_unknown"
    assert bring(client).json()["code"] == "list_empty"
    found = bring(client, line(1, "张三", HOME)).json()
    path = f"/{found['id']}"
    for places, code in (({"name": 99}, "column_unknown"), ({}, "column_missing")):
        assert send(client, f"{path}/try", {"places": places}).json()["code"] == code
    assert send(client, f"{path}/take").json()["code"] == "list_state"
    assert client.post(f"{LISTS}{path}/take", {}, content_type="application/json").status_code == 400
    stranger = desk_of(grid_worker(NORTH, 78))
    assert stranger.get(f"{LISTS}{path}").status_code == stranger.get(f"{LISTS}{path}/rows").status_code == 404
    assert send(stranger, f"{path}/take").status_code == send(stranger, f"{path}/leave-out").status_code == 404
    assert desk_of(staff_of(unit_of("hall", "510502", 70), "clerk", 70)).get(LISTS).status_code == 403
    client = desk_of(worker)
    gone = client.delete(f"{LISTS}{path}", headers={"Idempotency-Key": uuid4().hex})
    assert (gone.status_code, ResidentList.objects.count()) == (204, 0)
