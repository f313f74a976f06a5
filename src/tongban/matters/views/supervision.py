"""Electronic supervision: who is late, department by department, and which cases."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tongban.foundation.parties.actions import record_list_look
from tongban.matters import hooks
from tongban.matters.queries.supervision import late_cases, standings
from tongban.matters.views.desk import CASE_COLUMNS
from tongban.web.audiences import audience
from tongban.web.tables import listing, table_file


@audience("staff", capability=hooks.SUPERVISE)
@require_GET
def supervision(request: HttpRequest) -> HttpResponse:
    """What is overdue or due today by department, and those cases within the viewer's sight."""
    actor = request.actor  # type: ignore[attr-defined]
    found = late_cases(actor)
    if request.GET.get("export") == "csv":
        record_list_look(what="matters.export", criteria="电子监察", row_count=found.count(), by=actor)
        return table_file(found.order_by("due_on"), CASE_COLUMNS, name="电子监察")
    rows = standings(actor)
    most = max((row.waiting for row in rows), default=1)
    context = {"rows": rows, "most": most, "listing": listing(request, found, CASE_COLUMNS, sort="due")}
    return render(request, "matters/desk/supervision.html", context)
