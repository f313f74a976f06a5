"""Electronic supervision: who is late, department by department, and which cases."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongban.lib.words import T
from tongban.matters import hooks
from tongban.matters.queries.supervision import late_cases, standings
from tongban.matters.views.desk import CASE_COLUMNS, case_rows, exported
from tongban.web.audiences import audience
from tongban.web.tables import listing


@audience("staff", capability=hooks.SUPERVISE)
@require_GET
def supervision(request: HttpRequest) -> HttpResponse:
    """What is overdue or due today by department, and those cases within the viewer's sight."""
    actor = request.actor  # type: ignore[attr-defined]
    found = late_cases(actor)
    if request.GET.get("export") == "csv":
        return exported(case_rows(found).order_by("due_on"), CASE_COLUMNS, T("电子监察", "Supervision"), actor)
    rows = standings(actor)
    most = max((row.waiting for row in rows), default=1)
    shown = listing(request, found, CASE_COLUMNS, sort="due", read=case_rows)
    context = {"rows": rows, "most": most, "listing": shown}
    return render(request, "matters/desk/supervision.html", context)
