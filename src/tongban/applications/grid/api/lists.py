"""Lists over the API: those handed in, filled from the facts, and lists of residents taken away by two people."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status
from pydantic import Field

from tongban.applications.grid import actions, queries
from tongban.applications.grid.rules.lists import LISTS
from tongban.applications.grid.rules.reports import COLUMNS, FILLABLE, Report
from tongban.foundation.parties.actions import record_list_look
from tongban.foundation.parties.queries import is_readable
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.api import STAFF, Problem, Shape, hundred_of
from tongban.web.audiences import actor_of

if TYPE_CHECKING:
    from tongban.foundation.parties.models import Disclosure

router = Router(tags=["grid"])
REFUSED: dict[int, Any] = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


class ReportOut(Shape):
    """A list communities hand in."""

    code: str = Field(examples=["floating"])
    title: dict[str, str]
    columns: dict[str, dict[str, str]] = Field(description="each column with its name")


class ReportIn(Shape):
    """A list an office asks its communities for; the name always comes first."""

    title: dict[str, str] = Field(examples=[{"zh": "独居老人花名册", "en": "Old people living alone"}])
    columns: list[str] = Field(max_length=20, examples=[["phone", "dwelling"]])
    kinds: list[str] = Field([], max_length=10, description="of residences; none means everybody")
    from_age: int | None = None
    to_age: int | None = None

    def report(self) -> Report:
        """As a list."""
        title = T(self.title.get("zh", ""), self.title.get("en", ""))
        return Report(title, tuple(self.columns), tuple(self.kinds), self.from_age, self.to_age)


class ReportLine(Shape):
    """One person of a list; numbers of documents and telephones are masked."""

    residence_id: UUID
    cells: dict[str, str]
    missing: list[str] = Field(description="what nobody has recorded yet and a worker asks for")


class ReportPage(Shape):
    """A hundred lines of a list, and how many cells of each column are still empty."""

    report: ReportOut
    area: str
    missing: dict[str, int]
    lines: list[ReportLine]


class Filling(Shape):
    """What was asked at the door."""

    facts: dict[str, str] = Field(examples=[{"phone": "13800005103", "employer": "柳荫纸品厂"}])


class Filled(Shape):
    """What was written."""

    written: list[str]


class ExportIn(Shape):
    """Which list, on which basis, for what."""

    area: str = Field("", max_length=15, description="12 digits of a community or 15 of a grid; one's own when empty")
    report: str = Field("", description="a list to hand in; without one, the residents that `which` and `kind` narrow")
    which: str = ""
    kind: str = ""
    q: str = Field("", max_length=40)
    basis: str = Field(max_length=200, examples=["凤凰社区疫苗接种方案"])
    reason: str = Field(max_length=200, examples=["接种登记"])
    numbers: bool = Field(False, description="documents and telephones in full")


class ExportOut(Shape):
    """A list somebody asked to take away."""

    id: UUID
    said: str
    state: str = Field(description="asked, opened or declined", examples=["asked"])
    asked_at: datetime
    settled_by: str
    may_take: bool


class ExportFile(Shape):
    """The list as it is now; its first line names the columns."""

    said: str
    lines: list[list[str]]


def _report(code: str, found: Report) -> dict[str, Any]:
    return {
        "code": code, "title": found.title.as_json(), "columns": {key: COLUMNS[key].as_json() for key in found.columns},
    }  # fmt: skip


@router.get("/reports", auth=STAFF, response={200: list[ReportOut]} | REFUSED, summary="Lists communities hand in")
def reports(request: HttpRequest) -> list[dict[str, Any]]:
    """The lists there are for one's own area."""
    queries.area_visible_to(actor_of(request), "")
    return [_report(code, one) for code, one in queries.reports_for(actor_of(request)).items()]


@router.post("/reports", auth=STAFF, response={201: ReportOut} | REFUSED, summary="Make a list")
def make(request: HttpRequest, body: ReportIn) -> Status[dict[str, Any]]:
    """Make a list for the area of one's own office; its communities have it at once."""
    by = actor_of(request)
    code = actions.make_report(body.report(), by=by)
    return Status(201, _report(code, queries.made_of(by, code)))


@router.put("/reports/{report_code}", auth=STAFF, response={200: ReportOut} | REFUSED, summary="Change a list one made")
def change(request: HttpRequest, report_code: str, body: ReportIn) -> dict[str, Any]:
    """Change a list of one's own office."""
    by = actor_of(request)
    actions.make_report(body.report(), code=report_code, by=by)
    return _report(report_code, queries.made_of(by, report_code))


@router.get("/reports/{report_code}", auth=STAFF, response={200: ReportPage} | REFUSED, summary="One list, filled")
def report(
    request: HttpRequest, report_code: str, area: Query[str] = "", missing: Query[str] = "", offset: Query[int] = 0
) -> dict[str, Any]:
    """A list of an area of one's own, 100 people at a time; `missing` narrows it to whom a column is empty of."""
    by = actor_of(request)
    shown = _report(report_code, queries.report_of(by, report_code))
    where = queries.area_visible_to(by, area[:15]).code
    rows = list(
        hundred_of(queries.people_on(by, report_code, where, missing=missing).order_by("name_pinyin", "pk"), offset)
    )
    record_list_look(
        what="grid.report", criteria=f"{where} {report_code} {missing}".strip(), row_count=len(rows), by=by
    )
    return {
        "report": shown, "area": where, "missing": dict(queries.what_is_missing(by, report_code, where)),
        "lines": [_line(row, list(shown["columns"])) for row in rows],
    }  # fmt: skip


def _line(row: Any, keys: list[str]) -> dict[str, Any]:
    cells = {key: queries.cell(row, key) for key in keys}
    return {
        "residence_id": row.pk,
        "cells": cells,
        "missing": [key for key in FILLABLE if key in cells and not cells[key]],
    }


@router.post(
    "/residences/{uuid:residence_id}/missing", auth=STAFF, response={200: Filled} | REFUSED, summary="Fill in what is missing"
)  # fmt: skip
def fill(request: HttpRequest, residence_id: UUID, body: Filling) -> dict[str, Any]:
    """Record what nobody had recorded of one person, once for every list; nothing known is overwritten."""
    return {"written": actions.fill_missing(residence_id, body.facts, by=actor_of(request))}


@router.get("/exports", auth=STAFF, response={200: list[ExportOut]} | REFUSED, summary="Lists one asked to take away")
def exports(request: HttpRequest, offset: Query[int] = 0) -> list[dict[str, Any]]:
    """What one asked for, the newest first, 100 at a time."""
    return [_export(row) for row in hundred_of(queries.exports_of(actor_of(request)), offset)]


def _export(row: Disclosure) -> dict[str, Any]:
    return {
        "id": row.pk, "said": (row.subject or {}).get("said", ""), "state": row.state, "asked_at": row.asked_at,
        "settled_by": row.settled_name, "may_take": is_readable(row),
    }  # fmt: skip


@router.post("/exports", auth=STAFF, response={201: ExportOut} | REFUSED, summary="Ask to take a list away")
def ask(request: HttpRequest, body: ExportIn) -> Status[dict[str, Any]]:
    """Ask for a list as a file: whoever may agree is told, and has 24 hours to."""
    typed = {"q": body.q, "which": body.which, "kind": body.kind, "month": None, "report": body.report}
    if body.which not in LISTS:
        raise Refusal("list_unknown", T("没有这份名单。", "There is no such list."), field="which")
    new = actions.NewExport(body.area, typed, body.basis, body.reason, body.numbers)
    return Status(201, _export(actions.ask_export(new, by=actor_of(request))))


@router.post(
    "/exports/{uuid:export_id}/file", auth=STAFF, response={200: ExportFile} | REFUSED, summary="Take a list away"
)
def file(request: HttpRequest, export_id: UUID) -> dict[str, Any]:
    """The list, once a second person agreed: everybody on it sees who took it away and why."""
    said, lines = actions.take_export(export_id, by=actor_of(request))
    return {"said": said, "lines": lines}
