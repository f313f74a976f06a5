"""Offices, registers and a source to connect, for tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

from tongban.foundation.parties.models import Person
from tongban.foundation.parties.tests.arrange import OFFICE, person_of, staff_of, unit_of
from tongban.foundation.registers import actions
from tongban.foundation.registers.models import Dwelling, Lease, Residence
from tongban.lib.actors import Actor
from tongban.lib.identifiers import synthetic_id_number, synthetic_uscc

COMMUNITY = "510502001006"
NORTH = "510502002001"
ORIGIN = actions.Origin("区市场监管局", date(2026, 11, 1))
COMPANY = synthetic_uscc("91", 500)


def operator(number: int = 90) -> Actor:
    """An operator at their desk."""
    return staff_of(unit_of(f"operations-{number}", "510502", number), "operator", number, region="")


def grid_worker(area: str = COMMUNITY, number: int = 80) -> Actor:
    """A grid worker of a community or grid."""
    return staff_of(unit_of(f"community-{number}", area[:12], number), "grid_worker", number, region=area)


def company_list(*rows: str) -> bytes:
    """A list of companies as CSV."""
    head = "统一社会信用代码,企业名称,住所,行业,法定代表人,成立日期,注册资本,登记状态,区划代码"
    return "\n".join([head, *rows]).encode()


def company_row(number: int = 500, name: str = "示例商贸有限公司", address: str = "示例路18号") -> str:
    """One company."""
    return f"{synthetic_uscc('91', number)},{name},{address},零售业,刘建国,2016/3/8,200万元,存续,{COMMUNITY}"


def people_list(*numbers: int, name: str = "张三") -> bytes:
    """A list of people as CSV."""
    rows = [
        f"{name},{synthetic_id_number(date(1990, 1, 1), number)},汉族,{COMMUNITY},示例路{number}号"
        for number in numbers
    ]
    return "\n".join(["姓名,公民身份号码,民族,户籍区划,户籍地址", *rows]).encode()


def imported(code: str, content: bytes, *, by: Actor, origin: actions.Origin = ORIGIN) -> dict[str, int]:
    """Try a list and take it over."""
    trial = actions.try_register_list(code, content, "list.csv", origin=origin, by=by)
    assert trial.import_id is not None, trial.rejected
    return actions.confirm_register_list(trial.import_id, by=by)


@contextmanager
def source(answers: list[Any]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A connected source on this machine: each call is answered by the next of ``answers`` (a body, or a status code)."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked.append(json.loads(self.rfile.read(length)) | {"token": self.headers.get("Authorization", "")})
            answer = answers.pop(0)
            body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(answer if isinstance(answer, int) else 200)
            self.end_headers()
            if not isinstance(answer, int):
                self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Estate:
    """An estate of a community: building 7 with two units of three floors, two rooms each, lying in grid 001."""

    worker: Actor
    community: str = COMMUNITY

    def __post_init__(self) -> None:
        by = OFFICE
        place = lambda **more: actions.add_place(actions.NewPlace(**more), by=by)  # noqa: E731
        self.grid = place(level="grid", name="第一网格", mark="1", community=self.community)
        self.other_grid = place(level="grid", name="第二网格", mark="2", community=self.community)
        self.estate = place(
            level="estate", name="示例小区", community=self.community, address="南城街道凤凰社区示例路18号示例小区"
        )
        self.building = place(level="building", mark="7", parent_id=self.estate.pk, grid_id=self.grid.pk)
        self.units = [place(level="unit", mark=mark, parent_id=self.building.pk) for mark in ("1", "2")]
        self.rooms: dict[str, Dwelling] = {}
        for unit in self.units:
            new = [actions.NewDwelling(f"{floor}0{room}") for floor in (1, 2, 3) for room in (1, 2)]
            for dwelling in actions.add_dwellings(unit.pk, new, by=by):
                self.rooms[f"{unit.mark}-{dwelling.mark}"] = dwelling

    def lives(self, number: int, room: str, kind: str = "registered", **more: Any) -> Residence:
        """Somebody recorded in a room."""
        person = known_person(number)
        new = actions.NewResidence(person.pk, self.rooms[room].pk, kind, **more)
        return actions.record_residence(new, by=self.worker)

    def lease(self, room: str, first: date, last: date, *, landlord: int = 60, part: str = "") -> Lease:
        """A room let."""
        new = actions.NewLease(self.rooms[room].pk, first, last, part, landlord_person_id=known_person(landlord).pk)
        return actions.register_lease(new, by=self.worker)


def known_person(number: int) -> Person:
    """The person with this number, recorded when first needed."""
    found = Person.objects.filter(source=f"test {number}").first()
    if found is None:
        found = person_of(f"居民{number}", number, account=False)
        Person.objects.filter(pk=found.pk).update(source=f"test {number}")
    return found


__all__ = ["OFFICE"]
