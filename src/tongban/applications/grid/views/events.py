"""Events: reported in a grid, seen to by a department, checked and closed."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.applications.grid import actions, queries
from tongban.applications.grid.forms import DispatchForm, EventForm, SaidForm
from tongban.applications.grid.models import Event
from tongban.applications.grid.rules.events import KINDS, NEXT
from tongban.applications.grid.rules.rights import HANDLE, WORK
from tongban.foundation.parties.queries import departments_for
from tongban.lib.actors import Actor
from tongban.lib.ids import uuid_of
from tongban.lib.refusals import not_found
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.file_inputs import show_documents_to
from tongban.web.forms import HouseForm, tried
from tongban.web.tables import Column, listing

STATES: dict[str, tuple[T, str]] = {
    "reported": (T("已上报，待派单", "Reported, to be sent"), "action"),
    "dispatched": (T("部门处置中", "With the department"), "progress"),
    "handled": (T("已处置，待核实", "Seen to, to be checked"), "action"),
    "returned": (T("部门退回", "Returned"), "action"),
    "closed": (T("已办结", "Closed"), "good"),
}
_COLUMNS = (
    Column("kind", T("类别", "Kind"), lambda row: KINDS[row.kind][0], href=lambda row: reverse("grid:event", args=[row.pk])),
    Column("where", T("地点", "Where"), lambda row: row.where),
    Column("state", T("进展", "Standing"), lambda row: STATES[row.state][0], tone=lambda row: STATES[row.state][1]),
    Column("unit", T("处置部门", "Department"), lambda row: row.unit.name if row.unit else ""),
    Column("due", T("期限", "Last day"), lambda row: row.due_on, "due_on"),
    Column("reported", T("上报", "Reported"), lambda row: row.reported_at, "reported_at"),
)  # fmt: skip


@audience("staff")
@never_cache
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """Events of one's area, or those sent to one's department."""
    by = actor_of(request)
    found = queries.events_visible_to(by, open_only="all" not in request.GET)
    context = {"listing": listing(request, found, _COLUMNS, sort="due"), "may_report": WORK in by.capabilities}
    return render(request, "grid/events.html", context)


@audience("staff", capability=WORK)
@never_cache
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report what was found, with a photo."""
    by = actor_of(request)
    dwelling = uuid_of(request.GET.get("dwelling", ""))
    if request.method == "POST":
        form = EventForm(request.POST, request.FILES)
        show_documents_to(form, by)
        new = tried(form, lambda typed: actions.report_event(actions.NewEvent(**typed, dwelling_id=dwelling), by=by))
        if new is not None:
            return redirect("grid:event", event_id=new.pk)
    else:
        where = queries.dwelling_address(by, dwelling) if dwelling else ""
        form = EventForm(initial={"nonce": uuid4(), "where": where})
    return render(request, "grid/report.html", {"form": form}, status=422 if form.errors else 200)


@audience("staff")
@never_cache
@require_http_methods(["GET", "POST"])
def event(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """One event: what was found, what happened since, what comes next."""
    by = actor_of(request)
    found = queries.event_visible_to(by, event_id)
    forms = _forms(request, found, by)
    if request.method == "POST":
        what = request.POST.get("what", "")
        if what not in forms:
            raise not_found(T("这一步", "This step"))
        if tried(forms[what], lambda typed: _ACTS[what](found.pk, typed, by)) is not None:
            messages.success(request, str(T("已记录。", "Recorded.")))
            return redirect("grid:event", event_id=found.pk)
    steps = [{"title": STATES[one.state][0], "at": one.at, "by": " ".join(filter(None, (one.by_name, one.unit_name))), "text": one.said}
             for one in found.steps.all()]  # fmt: skip
    context = {
        "event": found, "kind": KINDS[found.kind][0], "state": STATES[found.state], "steps": steps, "forms": forms,
        "is_late": found.state == "dispatched" and queries.is_late(found.due_on),
    }  # fmt: skip
    return render(request, "grid/event.html", context, status=422 if any(one.errors for one in forms.values()) else 200)


_ACTS: dict[str, Any] = {
    "dispatch": lambda pk, typed, by: actions.dispatch_event(
        pk, UUID(typed["unit"]), due_on=typed["due_on"], said=typed["said"], by=by
    ),
    "close": lambda pk, typed, by: actions.close_event(pk, said=typed["said"], by=by),
    "handle": lambda pk, typed, by: actions.handle_event(pk, said=typed["said"], by=by),
    "return": lambda pk, typed, by: actions.return_event(pk, said=typed["said"], by=by),
}


def _forms(request: HttpRequest, found: Event, by: Actor) -> dict[str, HouseForm]:
    """What this actor may do next, each with its form; the one that was sent holds what was typed."""
    sent, may = request.POST.get("what"), NEXT[found.state]

    def typed(what: str) -> Any:
        return request.POST if sent == what else None

    forms: dict[str, HouseForm] = {}
    if WORK in by.capabilities and "dispatched" in may:
        units = [(str(one.pk), f"{one.organisation.name} {one.name}") for one in departments_for(found.area_code)]
        forms["dispatch"] = DispatchForm(typed("dispatch"), units=units, prefix=None, auto_id="dispatch_%s")
    if WORK in by.capabilities and "closed" in may:
        forms["close"] = SaidForm(typed("close"), auto_id="close_%s")
        forms["close"].fields["said"].required = False
    if HANDLE in by.capabilities and found.unit_id == by.unit_id and "handled" in may:
        forms["handle"] = SaidForm(typed("handle"), auto_id="handle_%s")
        forms["return"] = SaidForm(typed("return"), auto_id="return_%s")
    return forms
