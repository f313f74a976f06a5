"""Visitors through the API: halls and their boards, registering, appointments, scans at the door."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Status

from tongban.applications.halls import actions, queries
from tongban.applications.halls.api.shapes import (
    REFUSED,
    BoardOut,
    HallDetail,
    HallOut,
    NewAppointment,
    NewVisit,
    OfferOut,
    ScanIn,
    ScanOut,
    Stars,
    Term,
    VisitOut,
    When,
    hall_out,
    scan_out,
    visit_out,
)
from tongban.applications.halls.models import Hall, Visit
from tongban.applications.halls.rules.codes import code_in
from tongban.applications.halls.rules.rights import REGISTER
from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.api import ANYONE_KNOWN, PUBLIC

router = Router()
_MOST = 200


def _by(request: HttpRequest) -> Actor:
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


@router.get("/halls", auth=PUBLIC, response=list[HallOut], summary="Halls")
def halls(request: HttpRequest, term: Query[Term]) -> list[dict[str, Any]]:
    """Halls anybody may visit in the region of this address, at most 200, with how many wait in each."""
    found = list(queries.halls_near(request.place.region_code, term.q)[:_MOST])  # type: ignore[attr-defined]
    waiting = queries.waiting_by_hall([one.pk for one in found], timezone.localdate() - timedelta(days=1))
    return [hall_out(one, waiting.get(one.pk, 0)) for one in found]


@router.get("/halls/{code}", auth=PUBLIC, response={200: HallDetail} | REFUSED, summary="One hall")
def hall(request: HttpRequest, code: str) -> dict[str, Any]:
    """One hall with what a form for its visitors asks."""
    found, now = queries.hall_by_code(code), timezone.now()
    board = queries.board_of(found)
    services = [
        {"code": one.code, "name": one.name.zh, "name_en": one.name.en, "prefix": one.prefix, "is_open": one.is_open,
         "has_slots": one.has_slots} for one in found.service_list
    ]  # fmt: skip
    return hall_out(found, sum(line.waiting for line in board.lines.values())) | {
        "capacity": found.capacity, "hours": found.hours, "services": services, "entrances": found.entrances,
        "asks_document": found.asks_document, "bookable_days": queries.bookable_days(found),
        "questions": list(found.asked.asked_on(found.schedule.business_day(now))),
    }  # fmt: skip


@router.get("/halls/{code}/board", auth=PUBLIC, response={200: BoardOut, 304: None} | REFUSED, summary="The live board")
def board(request: HttpRequest, code: str) -> HttpResponse:
    """The whole state of a hall, made at most once a second; 304 with If-None-Match while nothing has changed."""
    found = queries.board_at(code)
    is_known = request.headers.get("If-None-Match") == f'"{found.version}"'
    response = HttpResponse(status=304) if is_known else HttpResponse(found.body, content_type="application/json")
    response["ETag"], response["Cache-Control"] = f'"{found.version}"', "no-cache"
    return response


@router.get("/halls/{code}/slots", auth=PUBLIC, response={200: list[OfferOut]} | REFUSED, summary="Slots of a day")
def slots(request: HttpRequest, code: str, service: str, day: date) -> list[queries.Offer]:
    """The slots of a service on one of the hall's bookable days, with the places left."""
    found = queries.hall_by_code(code)
    chosen = next((one for one in found.service_list if one.code == service and one.has_slots), None)
    if chosen is None:
        raise not_found(T("可以预约的业务", "A service with appointments"))
    return queries.offers(found, chosen, day) if day in queries.bookable_days(found) else []


def _door(request: HttpRequest, code: str) -> tuple[Hall, bool]:
    """The hall, and whether a device or program registers somebody at it: then it has to be admitted there."""
    found, by = queries.hall_by_code(code), _by(request)
    is_program = by.kind != "person"
    if is_program:
        queries.check_works_at(by, found, REGISTER)
    return found, is_program


def _manner(body: NewVisit, channel: str, *, is_program: bool) -> actions.Manner:
    needs_phone = not is_program and not body.helped_by
    return actions.Manner(body.nonce, channel, body.entrance, body.helped_by, needs_phone=needs_phone)


@router.post(
    "/halls/{code}/visits", auth=ANYONE_KNOWN, response={201: VisitOut} | REFUSED, summary="Register a visitor"
)
def register_visit(request: HttpRequest, code: str, body: NewVisit) -> Status[dict[str, Any]]:
    """Register somebody and give a number: a person for themselves; a kiosk of the hall or an admitted program for anybody."""
    found, is_program = _door(request, code)
    manner = _manner(body, "api", is_program=is_program)
    done = actions.register_visit(found, body.said(), manner, by=_by(request))
    return Status(201, visit_out(queries.visit_by_code(done.code)))


@router.post("/halls/{code}/appointments", auth=ANYONE_KNOWN, response={201: VisitOut} | REFUSED, summary="Book a slot")
def book(request: HttpRequest, code: str, body: NewAppointment) -> Status[dict[str, Any]]:
    """Book one of the slots offered; 409 `slot_full` when the last place has just gone."""
    found, is_program = _door(request, code)
    manner = _manner(body, "appointment", is_program=is_program)
    done = actions.book(found, body.said(), body.starts, manner, by=_by(request))
    return Status(201, visit_out(queries.visit_by_code(done.code)))


@router.post("/halls/{code}/scans", auth=ANYONE_KNOWN, response={201: ScanOut} | REFUSED, summary="Scan at a door")
def scan(request: HttpRequest, code: str, body: ScanIn) -> Status[dict[str, Any]]:
    """Judge a code at a door of the hall; a device that was offline sends what it read, when, and what it said."""
    found = queries.hall_by_code(code)
    queries.check_works_at(_by(request), found, REGISTER)
    scanned = actions.Scanned(
        code_in(body.code), body.nonce, body.way == "in", body.entrance, body.at, body.verdict if body.at else ""
    )
    return Status(201, scan_out(actions.scan(found, scanned, by=_by(request)), found))


# ---- for whoever holds the code ----------------------------------------------------------------------------------


@router.get("/visits/{code}", auth=PUBLIC, response={200: VisitOut} | REFUSED, summary="One visit")
def visit(request: HttpRequest, code: str) -> dict[str, Any]:
    """A visit, for whoever holds its code: the number, how many before, how long it may take."""
    return visit_out(queries.visit_by_code(code))


def _changed(visit: Visit) -> dict[str, Any]:
    return visit_out(queries.visit_by_code(visit.code))


@router.post(
    "/visits/{code}/move", auth=ANYONE_KNOWN, response={200: VisitOut} | REFUSED, summary="Move an appointment"
)
def move(request: HttpRequest, code: str, body: When) -> dict[str, Any]:
    """Move it to another slot; the old one is kept until the new one is had."""
    return _changed(actions.move(queries.visit_by_code(code), body.starts, by=_by(request)))


@router.post(
    "/visits/{code}/cancel", auth=ANYONE_KNOWN, response={200: VisitOut} | REFUSED, summary="Cancel an appointment"
)
def cancel(request: HttpRequest, code: str) -> dict[str, Any]:
    """Give it back, for somebody else to take."""
    return _changed(actions.cancel(queries.visit_by_code(code), by=_by(request)))


@router.post("/visits/{code}/leave", auth=ANYONE_KNOWN, response={200: VisitOut} | REFUSED, summary="Leave the queue")
def leave(request: HttpRequest, code: str) -> dict[str, Any]:
    """Give up the place in the queue."""
    return _changed(actions.leave(queries.visit_by_code(code), by=_by(request)))


@router.post("/visits/{code}/rejoin", auth=ANYONE_KNOWN, response={200: VisitOut} | REFUSED, summary="Wait again")
def rejoin(request: HttpRequest, code: str) -> dict[str, Any]:
    """Wait again after a missed call."""
    return _changed(actions.rejoin(queries.visit_by_code(code), by=_by(request)))


@router.post("/visits/{code}/rating", auth=ANYONE_KNOWN, response={200: VisitOut} | REFUSED, summary="Rate a visit")
def rate(request: HttpRequest, code: str, body: Stars) -> dict[str, Any]:
    """One rating for one visit; the last word counts."""
    return _changed(actions.rate(queries.visit_by_code(code), body.rating, by=_by(request)))
