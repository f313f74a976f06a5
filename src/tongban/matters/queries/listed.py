"""Cases as programs list them: no more columns than are given, by statements made once where nothing narrows the list."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache, partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from tongban.lib.actors import Actor
from tongban.lib.asked import AskedBy
from tongban.lib.words import T
from tongban.lib.working_days import legal_date
from tongban.matters.models import Case
from tongban.matters.queries.cases import case_grounds, cases_listed_for, cases_visible_to, few_of, of_whom
from tongban.matters.queries.inbox import Desk, Wanted, narrowed
from tongban.matters.queries.newest import ORDER, Newest
from tongban.matters.rules.cases import signal

_COLUMNS = ("id", "number", "name", "state", "started_at", "submitted_at", "due_on", "closed_at", "definition__code",
            "definition__name", "definition__name_en")  # fmt: skip
_AT_DESKS = ("-submitted_at", "pk")
_FIRST = slice(0, 100)  # what a program asks for first, and most often


class Listed(NamedTuple):
    """A case of a list."""

    id: UUID
    number: str | None
    applicant: str
    state: str
    started_at: datetime
    submitted_at: datetime | None
    due_on: date | None
    closed_at: datetime | None
    service: str
    service_zh: str
    service_en: str

    @property
    def service_name(self) -> T:
        """The name of the service in both languages."""
        return T(self.service_zh, self.service_en)


class Waits(NamedTuple):
    """A case that waits at a desk: until when, with which colour, and who has it in hand."""

    case: Listed
    last_day: date | None
    signal: str
    in_hand: str


def own_listed(by: Actor, wanted: Wanted, state: str, part: slice) -> list[Listed]:
    """A part of the actor's own cases and of those of whom they act for, newest first."""
    grounds = case_grounds(by)
    first = _NEWEST(grounds) if part == _FIRST and not state and wanted == Wanted() else None
    if first is not None:
        return [Listed(*row) for row in first]
    found = narrowed(Case.objects.filter(of_whom(grounds)), wanted, by)
    return _part(found.order_by(*ORDER), state, part)


def desk_listed(by: Actor, wanted: Wanted, state: str, part: slice) -> list[Listed]:
    """A part of the cases a desk may see, newest first."""
    if not state and wanted == Wanted() and few_of(by) is None:
        return [Listed(*row) for row in _VISIBLE(by).order_by(*_AT_DESKS)[part]]
    return _part(narrowed(cases_listed_for(by), wanted, by).order_by(*_AT_DESKS), state, part)


def waiting_listed(desk: Desk, by: Actor, wanted: Wanted, part: slice) -> list[Waits]:
    """A part of what waits at a desk, most urgent first."""
    order = (desk.due, "pk")
    rows: Any = _asked(desk)(by).order_by(*order)
    if wanted != Wanted():
        rows = _waiting(desk, desk.narrowed(wanted, by), by).order_by(*order)
    return [_waits(desk, *row) for row in rows[part]]


def _part(found: QuerySet[Case], state: str, part: slice) -> list[Listed]:
    rows = _shown(found.filter(state=state) if state else found)
    return [Listed(*row) for row in rows[part]]


def _shown(found: QuerySet[Case], by: Actor | None = None) -> QuerySet[Any]:
    del by
    return found.values_list(*_COLUMNS)


def _waiting(desk: Desk, rows: QuerySet[Any], by: Actor) -> QuerySet[Any]:
    own = (desk.due, "warn_on", f"{desk.case}clock_stopped_at")
    return desk.read(rows, by, (*own, *(f"{desk.case}{column}" for column in _COLUMNS)))


def _waits(
    desk: Desk, last_day: date | None, warn_on: date | None, stopped: datetime | None, *rest: Any
) -> Waits:  # fmt: skip
    *case, in_hand = rest
    today, stopped_on = legal_date(datetime.now(UTC)), legal_date(stopped) if stopped else None
    return Waits(
        Listed(*case), last_day, signal(last_day, today, warn_on=desk.warned_on(warn_on), stopped_on=stopped_on), in_hand or ""
    )  # fmt: skip


@cache
def _asked(desk: Desk) -> AskedBy[Any]:
    return AskedBy(desk.rows, partial(_waiting, desk))


_VISIBLE = AskedBy[tuple[Any, ...]](cases_visible_to, _shown)
_NEWEST = Newest(_shown, _FIRST.stop)
