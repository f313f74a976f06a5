"""Taking a list of residents away: asking with a reason, and the file once a second person agreed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.applications.grid import actions, queries
from tongban.applications.grid.forms import ExportForm, PeopleForm
from tongban.applications.grid.views.common import area_url, crumbs_to
from tongban.foundation.parties.hooks import ASK_LIST
from tongban.foundation.parties.queries import is_readable
from tongban.lib.spreadsheets import write_csv, write_xlsx
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience
from tongban.web.forms import refusals_told, tried

STATES = {
    "asked": (T("待第二人批准", "Waits for a second person"), "progress"), "opened": (T("已批准，可以下载", "Approved: download it"), "good"),
    "declined": (T("未批准", "Declined"), "bad"),
}  # fmt: skip


@audience("staff", capability=ASK_LIST)
@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask to take a list away: the one whose filter stands in the address."""
    by = actor_of(request)
    area = queries.area_visible_to(by, request.GET.get("area", "")[:15])
    filters = PeopleForm(request.GET)
    typed: dict[str, Any] = (
        filters.cleaned_data if filters.is_valid() else {"q": "", "which": "", "kind": "", "month": None}
    )
    form = ExportForm(request.POST or None)
    if request.method == "POST" and tried(form, lambda said: _asked(area.code, typed, said, request)):
        messages.success(
            request,
            str(
                T(
                    "已提交，等第二人批准。批准后在这里下载。",
                    "Sent: a second person has to agree. You download it here then.",
                )
            ),
        )
        return redirect("grid:exports")
    criteria = queries.plain_criteria(area.code, typed)
    context = {
        "form": form, "said": queries.criteria_said(by, criteria, numbers=False).rpartition("，")[0],
        "count": queries.people_listed(by, area.code, typed).count(), "crumbs": crumbs_to(by, area, (area_url(area), area.name)),
    }  # fmt: skip
    return render(request, "grid/export_new.html", context, status=422 if form.errors else 200)


def _asked(area: str, typed: dict[str, Any], said: dict[str, Any], request: HttpRequest) -> Any:
    return actions.ask_export(
        actions.NewExport(area, typed, said["basis"], said["reason"], said["numbers"]), by=actor_of(request)
    )


@audience("staff", capability=ASK_LIST)
@never_cache
@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """Lists one asked for, with the file of those a second person agreed to."""
    rows = [
        (row, (row.subject or {}).get("said", ""), STATES[row.state], is_readable(row))
        for row in queries.exports_of(actor_of(request))[:50]
    ]
    return render(request, "grid/exports.html", {"rows": rows})


@audience("staff", capability=ASK_LIST)
@require_POST
def file(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """The list itself; whoever is on it sees that it was taken away."""
    with refusals_told(request):
        title, lines = actions.take_export(export_id, by=actor_of(request))
        return _answer(title, lines, request.POST.get("as", "xlsx"))
    return redirect("grid:exports")


def _answer(title: str, lines: list[list[str]], kind: str) -> HttpResponse:
    if kind == "csv":
        answer = HttpResponse(write_csv(lines[0], lines[1:]), content_type="text/csv; charset=utf-8")
    else:
        kind = "xlsx"
        content = write_xlsx(lines[0], lines[1:], name=title)
        answer = HttpResponse(content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    answer["Content-Disposition"] = f'attachment; filename="residents.{kind}"'
    answer["Cache-Control"] = "no-store"
    return answer
