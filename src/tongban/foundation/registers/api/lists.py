"""Lists of residents over the API: brought, their columns told, tried, settled, taken over, undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, File, Form, Query, Router, Status
from ninja.files import UploadedFile

from tongban.foundation.parties.actions import record_list_look
from tongban.foundation.registers import actions
from tongban.foundation.registers.models import ListRow, ResidentList
from tongban.foundation.registers.queries import resident_lists as queries
from tongban.foundation.registers.rules.list_twins import ANSWERS, WHY
from tongban.lib.words import T
from tongban.web.api import STAFF, Problem, Shape, hundred_of
from tongban.web.audiences import actor_of

router = Router(tags=["registers"])
REFUSED: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


class ResidentListIn(Shape):
    """What the list is of."""

    area_code: str = Field(max_length=15, description="12 digits of a community or 15 of a grid")
    title: str = Field(max_length=40, examples=["2026年11月人口台账"])
    kind: str = Field("registered", max_length=10, description="of rows that do not say theirs")
    adds_places: bool = Field(True, description="buildings and rooms the address tree lacks are added")


class ResidentListOut(Shape):
    """A list and how far it has come: read, checking, checked, taking, taken, undoing or undone."""

    id: UUID
    title: str
    area_code: str
    filename: str
    uploaded_by: str
    created_at: datetime
    state: str
    trouble: dict[str, str] | None = Field(description="why it stopped; nothing was written then")
    row_count: int
    done_count: int = Field(description="rows tried so far")
    counts: dict[str, int] = Field(description="rows by verdict: fresh, known, open, rejected, skipped, kept")
    places_added: dict[str, int]
    headings: list[str]
    places: dict[str, int] = Field(description="which column is what: guessed, remembered or told")
    taken_count: int
    undone_count: int


class ListColumnsIn(Shape):
    """Which column is what; the first is 0."""

    places: dict[str, int] = Field(max_length=40, examples=[{"name": 1, "document_number": 3, "address": 6}])


class RowReasonOut(Shape):
    """Why a row was not taken over."""

    code: str
    field: str
    message: dict[str, str]


class ListRowOut(Shape):
    """A row that was not taken over, or stayed when the list was undone, as it stood in the file."""

    number: int
    verdict: str = Field(examples=["rejected"])
    cells: list[str]
    reasons: list[RowReasonOut]


class UnreadAddressOut(Shape):
    """An address that led to no dwelling: how many rows have it, their numbers, and why."""

    address: str
    count: int
    numbers: list[int]
    why: dict[str, str]


class ListAddressesOut(Shape):
    """Addresses to tell, those of the most rows first, and what was told already."""

    unread: list[UnreadAddressOut]
    told: dict[str, str] = Field(description="how each is read, also in the next lists with these headings")


class ListAddressIn(Shape):
    """How an address is to be read."""

    address: str = Field(max_length=400, description="as `unread` has it")
    text: str = Field(max_length=200, examples=["示例小区7栋1单元101室"])


class ListAddressBack(Shape):
    """An address whose reading is taken back."""

    address: str = Field(max_length=400, examples=["幸福小区7-1-101"])


class TwinSide(Shape):
    """One of two that may be the same person."""

    title: dict[str, str]
    name: str
    document_number: str
    birth_date: str
    sex: str
    phone: str
    homes: list[tuple[str, str]] = Field(description="address and kind of residence")


class TwinOut(Shape):
    """A row to settle beside whom it may repeat, and what may be answered."""

    row_id: UUID
    number: int
    why: dict[str, str]
    answers: dict[str, dict[str, str]]
    mine: TwinSide
    other: TwinSide


class RowDecisionIn(Shape):
    """One of the answers of the row."""

    decision: str = Field(max_length=10, examples=["same"])


class SettledRowOut(Shape):
    """What became of a row; `open` with another question where one was left."""

    row_id: UUID
    number: int
    verdict: str


class ListUndoIn(Shape):
    """Why a list is undone."""

    reason: str = Field(max_length=200, examples=["名单给错了，是去年的"])


class LeftOut(Shape):
    """How many rows are left out."""

    count: int


def _shown(found: ResidentList) -> dict[str, Any]:
    own = {name: getattr(found, name) for name in ResidentListOut.model_fields if name not in ("id", "trouble")}
    return own | {"id": found.pk, "trouble": T(*found.trouble).as_json() if found.trouble else None}


@router.get("/lists", auth=STAFF, response={200: list[ResidentListOut]} | REFUSED, summary="Lists of residents")
def resident_lists(request: HttpRequest, offset: Query[int] = 0) -> list[dict[str, Any]]:
    """Lists of one's area, the newest first, a hundred at a time."""
    return [_shown(one) for one in hundred_of(queries.lists_visible_to(actor_of(request)), offset)]


@router.post("/lists", auth=STAFF, response={201: ResidentListOut} | REFUSED, summary="Bring a list of residents")
def bring(request: HttpRequest, file: File[UploadedFile], said: Form[ResidentListIn]) -> Status[dict[str, Any]]:
    """Send an .xlsx or CSV; its columns are guessed, nothing is written to the register yet."""
    new = actions.NewList(said.area_code.strip(), said.title, said.kind, said.adds_places)
    return Status(201, _shown(actions.upload_list(file.read(), file.name or "", new, by=actor_of(request))))


@router.get("/lists/{list_id}", auth=STAFF, response={200: ResidentListOut} | REFUSED, summary="One list's progress")
def resident_list(request: HttpRequest, list_id: UUID) -> dict[str, Any]:
    """One list, as far as it has come."""
    return _shown(queries.list_visible_to(actor_of(request), list_id))


@router.post("/lists/{list_id}/try", auth=STAFF, response={202: ResidentListOut} | REFUSED, summary="Try a list")
def try_columns(request: HttpRequest, list_id: UUID, body: ListColumnsIn) -> Status[dict[str, Any]]:
    """Say which column is what and begin the trial run; ask for the list's progress until it is `checked`."""
    return Status(202, _shown(actions.try_list(list_id, body.places, by=actor_of(request))))


@router.get(
    "/lists/{list_id}/rows", auth=STAFF, response={200: list[ListRowOut]} | REFUSED, summary="Rows not taken over"
)
def rows(request: HttpRequest, list_id: UUID, offset: Query[int] = 0) -> list[dict[str, Any]]:
    """Rows that cannot be taken over, were left out, or stayed when the list was undone, each with its reasons; a hundred at a time."""
    by = actor_of(request)
    found = queries.list_visible_to(by, list_id)
    told = list(hundred_of(queries.rows_told_of(found), offset))
    originals = queries.original_rows(found) if told else {}
    record_list_look(what="registers.list_rows", criteria=found.title, row_count=len(told), by=by)
    return [_row(one, originals.get(one.number, [])) for one in told]


def _row(row: ListRow, cells: list[str]) -> dict[str, Any]:
    reasons = [{"code": code, "field": field, "message": T(zh, en).as_json()} for code, field, zh, en in row.notes]
    return {"number": row.number, "verdict": row.verdict, "cells": cells, "reasons": reasons}


@router.get(
    "/lists/{list_id}/addresses", auth=STAFF, response={200: ListAddressesOut} | REFUSED, summary="Addresses to tell"
)
def addresses(request: HttpRequest, list_id: UUID) -> dict[str, Any]:
    """Addresses nobody could read, each once for all its rows, and those told already."""
    by = actor_of(request)
    found = queries.list_visible_to(by, list_id)
    unread = queries.unread_addresses(found)
    record_list_look(
        what="registers.list_rows", criteria=found.title, row_count=sum(one.count for one in unread), by=by
    )
    shown = [
        {"address": one.address, "count": one.count, "numbers": one.numbers, "why": one.why.as_json()} for one in unread
    ]
    return {"unread": shown, "told": found.addresses}


@router.post(
    "/lists/{list_id}/addresses", auth=STAFF, response={202: ResidentListOut} | REFUSED, summary="Tell an address"
)
def tell_address(request: HttpRequest, list_id: UUID, body: ListAddressIn) -> Status[dict[str, Any]]:
    """Say how an address is to be read; its rows are tried again, or the whole list where it was told otherwise before."""
    return Status(202, _shown(actions.tell_address(list_id, body.address, body.text, by=actor_of(request))))


@router.post(
    "/lists/{list_id}/addresses/take-back",
    auth=STAFF,
    response={202: ResidentListOut} | REFUSED,
    summary="Untell an address",
)
def take_back_address(request: HttpRequest, list_id: UUID, body: ListAddressBack) -> Status[dict[str, Any]]:
    """Forget how an address was to be read; the whole list is tried anew."""
    return Status(202, _shown(actions.take_back_address(list_id, body.address, by=actor_of(request))))


@router.get("/lists/{list_id}/twins", auth=STAFF, response={200: list[TwinOut]} | REFUSED, summary="Rows to settle")
def twins(request: HttpRequest, list_id: UUID) -> list[dict[str, Any]]:
    """The next ten rows that may be somebody known; whoever of them is on record sees that they were looked at."""
    return [
        {
            "row_id": pair.row.pk, "number": pair.row.number, "why": WHY[pair.row.twin_why].as_json(),
            "answers": {key: text.as_json() for key, text in ANSWERS[pair.row.twin_why].items()},
            "mine": _side(pair.mine), "other": _side(pair.other),
        }
        for pair in actions.open_pairs(list_id, by=actor_of(request))
    ]  # fmt: skip


def _side(side: actions.Side) -> dict[str, Any]:
    return {name: getattr(side, name) for name in TwinSide.model_fields if name != "title"} | {
        "title": side.title.as_json()
    }


@router.post("/lists/rows/{row_id}/settle", auth=STAFF, response={200: SettledRowOut} | REFUSED, summary="Settle a row")
def settle(request: HttpRequest, row_id: UUID, body: RowDecisionIn) -> dict[str, Any]:
    """Say what a row is."""
    row = actions.settle_row(row_id, body.decision, by=actor_of(request))
    return {"row_id": row.pk, "number": row.number, "verdict": row.verdict}


@router.post("/lists/{list_id}/leave-out", auth=STAFF, response={200: LeftOut} | REFUSED, summary="Leave out the rest")
def leave_out(request: HttpRequest, list_id: UUID) -> dict[str, int]:
    """Take over none of the rows nobody settled."""
    return {"count": actions.leave_out_the_rest(list_id, by=actor_of(request))}


@router.post("/lists/{list_id}/take", auth=STAFF, response={202: ResidentListOut} | REFUSED, summary="Take a list over")
def take(request: HttpRequest, list_id: UUID) -> Status[dict[str, Any]]:
    """Take over what passed, all in one transaction; ask for the list's progress until it is `taken`."""
    return Status(202, _shown(actions.confirm_list(list_id, by=actor_of(request))))


@router.post("/lists/{list_id}/undo", auth=STAFF, response={202: ResidentListOut} | REFUSED, summary="Undo a list")
def undo(request: HttpRequest, list_id: UUID, body: ListUndoIn) -> Status[dict[str, Any]]:
    """Take everything out of the register again that nobody has touched since."""
    return Status(202, _shown(actions.undo_list(list_id, reason=body.reason, by=actor_of(request))))


@router.delete("/lists/{list_id}", auth=STAFF, response={204: None} | REFUSED, summary="Give a list up")
def discard(request: HttpRequest, list_id: UUID) -> Status[None]:
    """Give up a list that was not taken over."""
    actions.discard_list(list_id, by=actor_of(request))
    return Status(204, None)
