"""The desk's lists: what waits for a unit, narrowed as its people need, several cases together, who is late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongban.foundation.parties.actions import record_list_look
from tongban.lib.actors import Actor
from tongban.lib.asked import AskedBy
from tongban.lib.words import T
from tongban.matters import hooks, queries
from tongban.matters.forms import CaseFilter, InboxFilter
from tongban.matters.models import Case
from tongban.matters.queries.desks import workload
from tongban.matters.queries.inbox import ACCEPTANCE, DECISIONS, REVIEWS, Desk, Wanted, narrowed
from tongban.matters.queries.printing import case_tone
from tongban.matters.rules.cases import STATES
from tongban.matters.views.signals import clock_of, own_clock
from tongban.web.audiences import actor_of, audience
from tongban.web.links import links
from tongban.web.portal import frame_of
from tongban.web.tables import Column, listing, table_file

_NUMBER, _WHO, _WHAT, _DUE, _CLOCK = (T("编号", "Number"), T("申请人", "Applicant"), T("事项", "Service"),
                                      T("最迟", "Last day"), T("时限", "Clock"))  # fmt: skip
_case_page = links("matters:desk_case")
# What the rows of these lists are made from: of fifty rows, models would take ten times as long as the columns shown.
_REVIEW_ROW = ("case_id", "case__number", "case__name", "case__definition__name", "case__definition__name_en", "opened_at",
               "due_on", "warn_on", "case__clock_stopped_at")  # fmt: skip
_CASE_ROW = ("pk", "number", "name", "definition__name", "definition__name_en", "state", "submitted_at", "accept_by",
             "accepted_at", "due_on", "warn_on", "clock_stopped_at", "closed_at")  # fmt: skip


def _review_clock(row: Any) -> tuple[str, T]:
    return own_clock(row.due_on, row.warn_on, row.case__clock_stopped_at)


_HANDS = Column("hands", T("承办人", "In hand"), lambda row: row.hands)
REVIEW_COLUMNS = (
    Column("number", _NUMBER, lambda r: r.case__number, "case__number", href=lambda r: _case_page(r.case_id),
           box=lambda r: str(r.case_id)),
    Column("name", _WHO, lambda r: r.case__name, "case__name_pinyin"),
    Column("service", _WHAT, lambda r: T(r.case__definition__name, r.case__definition__name_en)),
    Column("opened", T("收到", "Received"), lambda r: r.opened_at, "opened_at"),
    Column("due", _DUE, lambda r: r.due_on, "due_on"),
    Column("clock", _CLOCK, lambda r: _review_clock(r)[1], tone=lambda r: _review_clock(r)[0]), _HANDS,
)  # fmt: skip
_CASE_COLUMNS = (
    Column("number", _NUMBER, lambda c: c.number, "number", href=lambda c: _case_page(c.pk)),
    Column("name", _WHO, lambda c: c.name, "name_pinyin"),
    Column("service", _WHAT, lambda c: T(c.definition__name, c.definition__name_en)),
    Column("submitted", T("提交", "Submitted"), lambda c: c.submitted_at, "submitted_at"),
)
_CLOCK_COLUMN = Column("clock", _CLOCK, lambda c: clock_of(c)[1], tone=lambda c: clock_of(c)[0])
ACCEPT_COLUMNS = (*_CASE_COLUMNS, Column("due", _DUE, lambda c: c.accept_by, "accept_by"), _CLOCK_COLUMN, _HANDS)
DECISION_COLUMNS = (*_CASE_COLUMNS, Column("due", _DUE, lambda c: c.due_on, "due_on"), _CLOCK_COLUMN, _HANDS)
CASE_COLUMNS = (
    *_CASE_COLUMNS, Column("due", _DUE, lambda c: c.due_on, "due_on"),
    Column("state", T("状态", "State"), lambda c: STATES[c.state], tone=case_tone), _CLOCK_COLUMN,
)  # fmt: skip


def case_rows(found: QuerySet[Case]) -> QuerySet[Any]:
    """Of cases what ``CASE_COLUMNS`` show."""
    return found.values_list(*_CASE_ROW, named=True)


@dataclass(frozen=True)
class Waiting:
    """One list of what waits for an actor's unit; ``row`` is what it reads, nothing for whole models."""

    title: T
    rows: Callable[[Actor], QuerySet[Any]]
    columns: Sequence[Column]
    row: tuple[str, ...] = _CASE_ROW

    def read(self, rows: QuerySet[Any], by: Actor) -> QuerySet[Any]:
        """Of its rows what the columns show."""
        del by
        return rows.values_list(*self.row, named=True) if self.row else rows

    @cached_property
    def asked(self) -> AskedBy[Any]:
        """Its rows for who narrows nothing."""
        return AskedBy(self.rows, self.read)


@dataclass(frozen=True, kw_only=True)
class Inbox(Waiting):
    """One that is narrowed, with who has each in hand."""

    desk: Desk
    is_for_together: bool = False

    def read(self, rows: QuerySet[Any], by: Actor) -> QuerySet[Any]:
        """Of its rows what the columns show."""
        return self.desk.read(rows, by, self.row)


ACCEPT = Inbox(T("待受理", "To accept"), ACCEPTANCE.rows, ACCEPT_COLUMNS, desk=ACCEPTANCE)
REVIEW = Inbox(T("待我部门审查", "Waiting for our review"), REVIEWS.rows, REVIEW_COLUMNS, _REVIEW_ROW, desk=REVIEWS,
               is_for_together=True)  # fmt: skip
DECIDE = Inbox(T("待决定", "Awaiting decision"), DECISIONS.rows, DECISION_COLUMNS, desk=DECISIONS)


def _inbox(request: HttpRequest, inbox: Inbox) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    form = InboxFilter(request.GET)
    wanted = form.wanted()
    read = partial(inbox.read, by=actor)
    if request.GET.get("export") == "csv":
        return exported(read(inbox.desk.narrowed(wanted, actor)), inbox.columns, inbox.title, actor)
    is_whole = wanted == Wanted()
    found = inbox.asked(actor) if is_whole else inbox.desk.narrowed(wanted, actor)
    counted = frame_of(request).waiting_at(request.path) if is_whole else None
    shown = listing(request, found, inbox.columns, sort="due", read=read, counted=counted)
    context = {
        "listing": shown, "title": inbox.title, "form": form, "is_inbox": is_whole,
        "workload": workload(actor), "together": inbox.is_for_together,
    }  # fmt: skip
    return render(request, "matters/desk/list.html", context)


def exported(found: QuerySet[Any], columns: Sequence[Column], title: T, actor: Actor) -> HttpResponse:
    """A list as a table file; that it was taken along is written down."""
    record_list_look(what="matters.export", criteria=title.zh, row_count=found.count(), by=actor)
    return table_file(found, columns, name=title.zh)


def waiting_list(
    request: HttpRequest, waiting: Waiting, *, sort: str, columns: Sequence[Column] | None = None
) -> HttpResponse:  # fmt: skip
    """What waits, as a page, or as the file its link gives; ``columns`` in place of its own, where they depend on who asks."""
    by, shown = actor_of(request), columns or waiting.columns
    if request.GET.get("export") == "csv":
        return exported(waiting.read(waiting.rows(by), by), shown, waiting.title, by)
    context = {
        "listing": listing(
            request, waiting.asked(by), shown, sort=sort, counted=frame_of(request).waiting_at(request.path)
        ),
        "title": waiting.title,
        "is_inbox": True,
    }
    return render(request, "matters/desk/list.html", context)


@audience("staff", capability=hooks.ACCEPT)
@require_GET
def acceptance(request: HttpRequest) -> HttpResponse:
    """What was received and awaits acceptance by my unit; what silence would accept first comes first."""
    return _inbox(request, ACCEPT)


@audience("staff", capability=hooks.REVIEW)
@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    """What waits for the opinion of my unit, most urgent first."""
    return _inbox(request, REVIEW)


@audience("staff", capability=hooks.DECIDE)
@require_GET
def decisions(request: HttpRequest) -> HttpResponse:
    """What awaits our decision: every department has spoken."""
    return _inbox(request, DECIDE)


@audience("staff", capability=hooks.VIEW)
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """All cases of my unit and region, by state and applicant."""
    actor = request.actor  # type: ignore[attr-defined]
    form = CaseFilter(request.GET)
    found: QuerySet[Case] = narrowed(queries.cases_listed_for(actor), replace(form.wanted(), hands=""), actor)
    if form.is_valid() and form.cleaned_data["state"]:
        found = found.filter(state=form.cleaned_data["state"])
    title = T("全部办件", "All cases")
    if request.GET.get("export") == "csv":
        return exported(case_rows(found).order_by("-submitted_at"), CASE_COLUMNS, title, actor)
    shown = listing(request, found, CASE_COLUMNS, sort="-submitted", read=case_rows)
    context = {"listing": shown, "title": title, "form": form}
    return render(request, "matters/desk/list.html", context)
