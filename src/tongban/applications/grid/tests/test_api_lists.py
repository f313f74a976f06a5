"""Lists over the API: filled from the facts, missing facts told once, and files only by two people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.test import Client

from tongban.applications.grid.tests.test_reports import without_phone
from tongban.foundation.parties.actions import open_disclosure
from tongban.foundation.parties.models import Disclosure, ListLook, Look
from tongban.foundation.parties.tests.arrange import staff_of, unit_of
from tongban.foundation.registers.tests.arrange import COMMUNITY, NORTH, Estate, grid_worker
from tongban.lib.actors import Actor

Desk = Callable[[Actor], Client]


def send(client: Client, path: str, body: dict[str, Any], key: str = "") -> Any:
    headers = {"Idempotency-Key": key or uuid4().hex}
    return client.post(f"/api/grid{path}", body, content_type="application/json", headers=headers)


def test_a_list_and_what_is_missing_in_it(estate: Estate, desk_of: Desk) -> None:
    row = estate.lives(1, "1-101", "floating")
    estate.lives(2, "1-102")
    without_phone(1)
    client = desk_of(estate.worker)
    assert "floating" in [one["code"] for one in client.get("/api/grid/reports").json()]
    page = client.get("/api/grid/reports/floating").json()
    assert (page["area"], page["missing"]["phone"], len(page["lines"])) == (COMMUNITY, 1, 1)
    [line] = page["lines"]
    assert (line["cells"]["name"], "phone" in line["missing"]) == ("居民1", True)
    assert "*" in line["cells"]["document"]
    assert ListLook.objects.filter(what="grid.report").count() == 1
    assert client.get("/api/grid/reports/nonsense").status_code == 404
    assert client.get(f"/api/grid/reports/floating?area={NORTH}").status_code == 404
    path = f"/residences/{row.pk}/missing"
    assert send(client, path, {"facts": {}}).json()["code"] == "nothing_filled"
    assert send(client, path, {"facts": {"phone": "13900001111"}}).json() == {"written": ["phone"]}
    assert send(client, path, {"facts": {"phone": "13900002222"}}).json()["code"] == "fact_known"
    assert client.get("/api/grid/reports/floating?missing=phone").json()["lines"] == []
    assert send(desk_of(grid_worker(NORTH, 78)), path, {"facts": {"employer": "某公司"}}).status_code == 404
    assert desk_of(staff_of(unit_of("hall", "510502", 70), "clerk", 70)).get("/api/grid/reports").status_code == 403


def test_a_file_only_by_two_people(estate: Estate, desk_of: Desk) -> None:
    estate.lives(1, "1-101", "floating")
    second = staff_of(unit_of("board", "510502", 85), "decider", 85)
    client = desk_of(estate.worker)
    wanted = {"report": "floating", "basis": "凤凰社区疫苗接种方案", "reason": "接种登记"}
    assert send(client, "/exports", wanted | {"which": "nonsense"}).json()["code"] == "list_unknown"
    assert send(client, "/exports", wanted | {"basis": ""}).json()["code"] == "basis_missing"
    asked = send(client, "/exports", wanted)
    assert (asked.status_code, asked.json()["state"]) == (201, "asked")
    file = f"/exports/{asked.json()['id']}/file"
    assert send(client, file, {}, "early").json()["code"] == "disclosure_not_open"
    open_disclosure(Disclosure.objects.get().pk, by=second)
    [shown] = client.get("/api/grid/exports").json()
    assert (shown["state"], shown["settled_by"], shown["may_take"]) == ("opened", second.name, True)
    taken = send(client, file, {}, "now").json()
    assert [line[0] for line in taken["lines"]] == ["姓名", "居民1"]
    assert Look.objects.get(what="grid.export").actor_name == estate.worker.name
    assert send(desk_of(grid_worker(COMMUNITY, 78)), file, {}, "other").status_code == 404
