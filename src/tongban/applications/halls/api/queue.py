"""The window's desk through the API: call pads, other systems' desks, people who work in the hall."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from tongban.applications.halls import actions, queries
from tongban.applications.halls.api.shapes import (
    REFUSED,
    CallIn,
    QueuedOut,
    QueuePage,
    TransferIn,
    WindowOut,
    visit_out,
)
from tongban.applications.halls.models import Hall, Visit, Window
from tongban.applications.halls.rules.queue import AT_WINDOW
from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.api import ANYONE_KNOWN

router = Router()


def _worked_at(request: HttpRequest, code: str) -> tuple[Hall, Actor]:
    by: Actor = request.actor  # type: ignore[attr-defined]
    hall = queries.hall_by_code(code)
    queries.check_works_at(by, hall)
    return hall, by


def _window(request: HttpRequest, code: str, number: str) -> tuple[Window, Actor]:
    hall, by = _worked_at(request, code)
    found = hall.windows.filter(number=number[:8]).first()
    if found is None:
        raise not_found(T("这个窗口", "This window"))
    return found, by


def _out(window: Window) -> dict[str, Any]:
    at = Visit.objects.select_related("hall", "window", "slot").filter(window=window, state__in=AT_WINDOW).first()
    return {
        "id": window.pk, "number": window.number, "name": window.name, "prefixes": window.prefixes,
        "is_open": window.is_open, "visitor": visit_out(at) if at else None,
    }  # fmt: skip


def _again(window: Window) -> dict[str, Any]:
    return _out(Window.objects.get(pk=window.pk))


@router.get("/halls/{code}/queue", auth=ANYONE_KNOWN, response={200: list[QueuedOut]} | REFUSED, summary="Who waits")
def queue(request: HttpRequest, code: str, page: Query[QueuePage]) -> list[dict[str, Any]]:
    """Visitors in the order in which they are called, fifty at a time unless told; names are masked."""
    hall, _ = _worked_at(request, code)
    last = queries.visit_today(hall, page.after) if page.after else None
    if page.after and (last is None or last.queue_key is None):
        raise not_found(T("这位访客", "This visitor"))
    behind, places = queries.waiting_after(hall.pk, queries.today_of(hall), last, page.limit)
    rows = []
    for visit in behind:
        visit.hall = hall  # one for all of them
        before = places.get(visit.line, 0)  # counted here: asking for each place would cost a statement each
        places[visit.line] = before + (visit.window_id is None)
        rows.append(visit_out(visit, queries.standing_at(visit, before)))
    return rows


@router.get("/halls/{code}/windows", auth=ANYONE_KNOWN, response={200: list[WindowOut]} | REFUSED, summary="Windows")
def windows(request: HttpRequest, code: str) -> list[dict[str, Any]]:
    """The windows, each with whoever is called or served there."""
    hall, _ = _worked_at(request, code)
    return [_out(one) for one in hall.windows.order_by("number")]


_WINDOW: dict[str, Any] = {"auth": ANYONE_KNOWN, "response": {200: WindowOut} | REFUSED}


@router.post("/halls/{code}/windows/{number}/open", summary="Open a window", **_WINDOW)
def open_window(request: HttpRequest, code: str, number: str) -> dict[str, Any]:
    """Sit down at it; who sat there before is replaced."""
    window, by = _window(request, code, number)
    return _out(actions.open_window(window.pk, by=by))


@router.post("/halls/{code}/windows/{number}/close", summary="Close a window", **_WINDOW)
def close_window(request: HttpRequest, code: str, number: str) -> dict[str, Any]:
    """Leave it; whoever is at it must be finished or sent on first."""
    window, by = _window(request, code, number)
    return _out(actions.close_window(window.pk, by=by))


@router.post("/halls/{code}/windows/{number}/next", summary="Call the next", **_WINDOW)
def call_next(request: HttpRequest, code: str, number: str) -> dict[str, Any]:
    """Finish whoever is served and call who is first in the window's queues; `visitor` is null when nobody waits."""
    window, by = _window(request, code, number)
    actions.call_next(window.pk, by=by)
    return _again(window)


@router.post("/halls/{code}/windows/{number}/call", summary="Call one visitor", **_WINDOW)
def call_number(request: HttpRequest, code: str, number: str, body: CallIn) -> dict[str, Any]:
    """Out of turn, or back after a missed call."""
    window, by = _window(request, code, number)
    actions.call_number(window.pk, body.visit_id, by=by)
    return _again(window)


def _act(request: HttpRequest, code: str, number: str, action: Callable[..., Visit]) -> dict[str, Any]:
    window, by = _window(request, code, number)
    action(_visitor(window), by=by)
    return _again(window)


def _visitor(window: Window) -> UUID:
    """Whoever is at the window now."""
    found = Visit.objects.filter(window=window, state__in=AT_WINDOW).values_list("pk", flat=True).first()
    if found is None:
        raise not_found(T("这个窗口的访客", "A visitor at this window"))
    return found


@router.post("/halls/{code}/windows/{number}/recall", summary="Call again", **_WINDOW)
def recall(request: HttpRequest, code: str, number: str) -> dict[str, Any]:
    """Call the same number once more."""
    return _act(request, code, number, actions.recall)


@router.post("/halls/{code}/windows/{number}/serve", summary="Begin to serve", **_WINDOW)
def serve(request: HttpRequest, code: str, number: str) -> dict[str, Any]:
    """The visitor has come to the window."""
    return _act(request, code, number, actions.begin_serving)


@router.post("/halls/{code}/windows/{number}/finish", summary="Finish", **_WINDOW)
def finish(request: HttpRequest, code: str, number: str) -> dict[str, Any]:
    """The visitor is served."""
    return _act(request, code, number, actions.finish)


@router.post("/halls/{code}/windows/{number}/skip", summary="Skip", **_WINDOW)
def skip(request: HttpRequest, code: str, number: str) -> dict[str, Any]:
    """The visitor did not come."""
    return _act(request, code, number, actions.skip)


@router.post("/halls/{code}/windows/{number}/transfer", summary="Send on", **_WINDOW)
def transfer(request: HttpRequest, code: str, number: str, body: TransferIn) -> dict[str, Any]:
    """To another window or queue, with the number and the place they have."""
    window, by = _window(request, code, number)
    target = window.hall.windows.filter(number=body.window).first() if body.window else None
    if body.window and target is None:
        raise not_found(T("要转到的窗口", "The window to send them to"))
    actions.transfer(_visitor(window), to_window=target.pk if target else None, to_prefix=body.prefix, by=by)
    return _again(window)
