"""The desk's lists: what waits for a unit, narrowed as its people need, several cases together, who is late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from tongban.foundation.parties.actions import record_list_look
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.matters import hooks, queries
from tongban.matters.forms import CaseFilter, InboxFilter
from tongban.matters.models import Case
from tongban.matters.queries.desks import in_hand, workload
from tongban.matters.queries.inbox import narrowed
from tongban.matters.queries.printing import case_tone
from tongban.matters.rules.cases import STATES
from tongban.matters.views.signals import clock_of, clock_of_review
from tongban.web.audiences import actor_of, audience
from tongban.web.tables import Column, listing, table_file


def link(case_id: UUID) -> str:
    """Where one case is at the desk."""
    return reverse("matters:desk_case", args=[case_id])


_NUMBER, _WHO, _WHAT, _DUE, _CLOCK = (T("编号", "Number"), T("申请人", "Applicant"), T("事项", "Service"),
                                      T("最迟", "Last day"), T("时限", "Clock"))  # fmt: skip
REVIEW_COLUMNS = (
    Column("number", _NUMBER, lambda r: r.case.number, "case__number", href=lambda r: link(r.case_id),
           box=lambda r: str(r.case_id)),
    Column("name", _WHO, lambda r: r.case.name, "case__name_pinyin"),
    Column("service", _WHAT, lambda r: r.case.definition.title),
    Column("opened", T("收到", "Received"), lambda r: r.opened_at, "opened_at"),
    Column("due", _DUE, lambda r: r.due_on, "due_on"),
    Column("clock", _CLOCK, lambda r: clock_of_review(r)[1], tone=lambda r: clock_of_review(r)[0]),
)  # fmt: skip
_CASE_COLUMNS = (
    Column("number", _NUMBER, lambda c: c.number, "number", href=lambda c: link(c.pk)),
    Column("name", _WHO, lambda c: c.name, "name_pinyin"),
    Column("service", _WHAT, lambda c: c.definition.title),
    Column("submitted", T("提交", "Submitted"), lambda c: c.submitted_at, "submitted_at"),
)
_CLOCK_COLUMN = Column("clock", _CLOCK, lambda c: clock_of(c)[1], tone=lambda c: clock_of(c)[0])
ACCEPT_COLUMNS = (*_CASE_COLUMNS, Column("due", _DUE, lambda c: c.accept_by, "accept_by"), _CLOCK_COLUMN)
DECISION_COLUMNS = (*_CASE_COLUMNS, Column("due", _DUE, lambda c: c.due_on, "due_on"), _CLOCK_COLUMN)
CASE_COLUMNS = (
    *_CASE_COLUMNS, Column("due", _DUE, lambda c: c.due_on, "due_on"),
    Column("state", T("状态", "State"), lambda c: STATES[c.state], tone=case_tone), _CLOCK_COLUMN,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Inbox:
    """One list of what waits: ``case`` is the path from a row to its case, ``due`` its last day."""

    name: str
    title: T
    rows: Callable[[Actor], QuerySet[Any]]
    columns: Sequence[Column]
    case: str = ""
    due: str = "due_on"
    is_for_together: bool = False


ACCEPT = Inbox("accept", T("待受理", "To accept"), queries.cases_to_accept, ACCEPT_COLUMNS, due="accept_by")
REVIEWS = Inbox(
    "reviews", T("待我部门审查", "Waiting for our review"), queries.reviews_waiting, REVIEW_COLUMNS, "case__",
    is_for_together=True,
)  # fmt: skip
DECISIONS = Inbox("decisions", T("待决定", "Awaiting decision"), queries.cases_to_decide, DECISION_COLUMNS)


def _inbox(request: HttpRequest, inbox: Inbox) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    form = InboxFilter(request.GET)
    every = inbox.rows(actor)
    found = narrowed(every, form.wanted(), actor, case=inbox.case, due=inbox.due)
    if request.GET.get("export") == "csv":
        return exported(found, inbox.columns, inbox.title, actor)
    shown = listing(request, found, _with_hands(inbox, actor), sort="due")
    context = {
        "listing": shown, "title": inbox.title, "form": form, "is_inbox": not form.is_narrow(),
        "workload": workload(actor), "together": inbox.is_for_together,
    }  # fmt: skip
    return render(request, "matters/desk/list.html", context)


def _with_hands(inbox: Inbox, actor: Actor) -> Sequence[Column]:
    """The columns with who has each case in hand: one statement for the whole page."""
    hands = dict(in_hand(actor).values_list("case_id", "name"))
    key = "case_id" if inbox.case else "pk"
    return (*inbox.columns, Column("hands", T("承办人", "In hand"), lambda row: hands.get(getattr(row, key), "")))


def exported(found: QuerySet[Any], columns: Sequence[Column], title: T, actor: Actor) -> HttpResponse:
    """A list as a table file; that it was taken along is written down."""
    record_list_look(what="matters.export", criteria=title.zh, row_count=found.count(), by=actor)
    return table_file(found, columns, name=title.zh)


def waiting_list(
    request: HttpRequest, rows: QuerySet[Any], columns: Sequence[Column], title: T, *, sort: str
) -> HttpResponse:  # fmt: skip
    """What waits, as a page, or as the file its link gives."""
    if request.GET.get("export") == "csv":
        return exported(rows, columns, title, actor_of(request))
    context = {"listing": listing(request, rows, columns, sort=sort), "title": title, "is_inbox": True}
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
    return _inbox(request, REVIEWS)


@audience("staff", capability=hooks.DECIDE)
@require_GET
def decisions(request: HttpRequest) -> HttpResponse:
    """What awaits our decision: every department has spoken."""
    return _inbox(request, DECISIONS)


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
        return exported(found.order_by("-submitted_at"), CASE_COLUMNS, title, actor)
    context = {"listing": listing(request, found, CASE_COLUMNS, sort="-submitted"), "title": title, "form": form}
    return render(request, "matters/desk/list.html", context)
