"""One entry, many lists (一表通): each filled from the same facts, what is missing asked once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.applications.grid import actions, queries
from tongban.applications.grid.forms import FillForm, ReportForm
from tongban.applications.grid.rules.reports import COLUMNS, FILLABLE
from tongban.applications.grid.rules.rights import MAKE, WORK
from tongban.applications.grid.views.common import area_url, crumbs_to
from tongban.foundation.parties.actions import record_list_look
from tongban.foundation.registers.queries import RELATIONS, residence_visible_to
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import tried
from tongban.web.tables import Column, listing

_ASK = T("待补", "To ask")
_ON_PAPER = 1_000


@audience("staff", capability=WORK)
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """The lists there are."""
    area = queries.area_visible_to(actor_of(request), "")
    rows = [
        (report.title, reverse("grid:report", args=[code]))
        for code, report in queries.reports_for(actor_of(request)).items()
    ]
    may_make = MAKE in actor_of(request).capabilities
    return render(request, "grid/reports.html", {"rows": rows, "area": area, "may_make": may_make})


def _columns(keys: tuple[str, ...], here: str, may_fill: bool) -> list[Column]:
    def shown(row: Any, key: str) -> str:
        return queries.cell(row, key) or (str(_ASK) if key in FILLABLE else "")

    def leads(row: Any, key: str) -> str:
        if key not in FILLABLE or queries.cell(row, key) or not may_fill:
            return ""
        return f"{reverse('grid:fill', args=[row.pk])}?{urlencode({'next': here})}"

    orders = {"name": "name_pinyin", "since": "since", "confirmed": "confirmed_at", "dwelling": "dwelling__address"}
    value: Callable[[str], Any] = lambda key: partial(shown, key=key)  # noqa: E731
    return [
        Column(key, COLUMNS[key], value(key), orders.get(key, ""), partial(leads, key=key)) for key in keys
    ]  # fmt: skip


@audience("staff", capability=WORK)
@never_cache
@require_GET
def report(request: HttpRequest, report_code: str) -> HttpResponse:
    """One list of an area, what is missing in it, and on paper."""
    by, found = actor_of(request), queries.report_of(actor_of(request), report_code)
    area = queries.area_visible_to(by, request.GET.get("area", "")[:15])
    missing = request.GET.get("missing", "")
    rows = queries.people_on(by, report_code, area.code, missing=missing)
    on_paper = "print" in request.GET
    columns = _columns(found.columns, request.get_full_path(), not on_paper)
    shown = listing(request, rows, columns, sort="name", per_page=_ON_PAPER if on_paper else 50)
    record_list_look(
        what="grid.report", criteria=f"{area.code} {report_code} {missing}".strip(), row_count=len(shown.rows), by=by
    )
    here = f"{reverse('grid:report', args=[report_code])}?area={area.code}"
    context = {
        "title": found.title, "area": area, "listing": shown, "on_paper": on_paper, "missing": COLUMNS.get(missing), "here": here,
        "asks": [(COLUMNS[key], n, f"{here}&missing={key}") for key, n in queries.what_is_missing(by, report_code, area.code)],
        "parts": [(one.area.name, f"{reverse('grid:report', args=[report_code])}?area={one.area.code}") for one in queries.parts_of(by, area)],
        "export_url": f"{reverse('grid:export_new')}?area={area.code}&report={report_code}",
        "crumbs": crumbs_to(by, area, (area_url(area), area.name)),
    }  # fmt: skip
    return render(request, "grid/report_list.html", context)


@audience("staff", capability=WORK)
@never_cache
@require_http_methods(["GET", "POST"])
def fill(request: HttpRequest, residence_id: UUID) -> HttpResponse:
    """Fill in what is missing of one person, once for every list."""
    by = actor_of(request)
    row, missing = queries.missing_of(by, residence_visible_to(by, residence_id).pk)
    form = FillForm(request.POST or None, missing=missing)
    taken = _filled_meanwhile(request, row, missing)
    if (
        request.method == "POST"
        and not taken
        and tried(form, lambda _: actions.fill_missing(row.pk, form.facts(), by=by))
    ):
        messages.success(request, str(T("已记录，所有名单都用得上。", "Recorded: every list has it.")))
        return redirect(_back(request))
    context = {"form": form, "row": row, "missing": missing, "taken": taken, "back": _back(request)}
    context["is_of_residence"] = any(label in (COLUMNS["since"], COLUMNS["relation"]) for label, _, _ in taken)
    return render(request, "grid/fill.html", context, status=409 if taken else 422 if form.errors else 200)


def _filled_meanwhile(request: HttpRequest, row: Any, missing: list[str]) -> list[tuple[T, str, str]]:
    """What was typed here but recorded by somebody else since the page was opened: the fact, what stands there, what was typed."""
    typed = {key: request.POST.get(key, "").strip()[:200] for key in FILLABLE if key not in missing}
    return [
        (COLUMNS[key], queries.cell(row, key), str(RELATIONS.get(text[:2], text)) if key == "relation" else text)
        for key, text in typed.items()
        if text
    ]


def _back(request: HttpRequest) -> str:
    given = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    return given if safe else reverse("grid:reports")


@audience("staff", capability=MAKE)
@never_cache
@require_http_methods(["GET", "POST"])
def made(request: HttpRequest) -> HttpResponse:
    """The lists one's own office asks for, and making one."""
    by = actor_of(request)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and tried(form, lambda _: actions.make_report(form.report(), by=by)):
        messages.success(
            request, str(T("已制定，本辖区的网格员现在就能看到。", "Made: grid workers of your area have it now."))
        )
        return redirect("grid:made_reports")
    rows = [(one, reverse("grid:made_report", args=[code])) for code, one in queries.made_by(by).items()]
    return render(request, "grid/made_reports.html", {"rows": rows, "form": form}, status=422 if form.errors else 200)


@audience("staff", capability=MAKE)
@never_cache
@require_http_methods(["GET", "POST"])
def made_one(request: HttpRequest, made_code: str) -> HttpResponse:
    """Change a list of one's own office, or ask for it no more."""
    by = actor_of(request)
    found = queries.made_of(by, made_code)
    if request.POST.get("what") == "remove":
        actions.remove_report(made_code, by=by)
        messages.success(request, str(T("已删除这张表，登记的信息都还在。", "Removed; what is recorded stays.")))
        return redirect("grid:made_reports")
    form = ReportForm(request.POST or None, initial=ReportForm.typed_of(found))
    if request.method == "POST" and tried(form, lambda _: actions.make_report(form.report(), code=made_code, by=by)):
        messages.success(request, str(T("已修改。", "Changed.")))
        return redirect("grid:made_reports")
    context = {"form": form, "report": found}
    return render(request, "grid/made_report.html", context, status=422 if form.errors else 200)
