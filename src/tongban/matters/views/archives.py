"""Archived cases: the list, and one case as a package."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tongban.lib.words import T
from tongban.matters import actions, hooks
from tongban.matters.queries.archives import archives_visible_to
from tongban.matters.rules.archives import AFTER
from tongban.matters.rules.cases import STATES
from tongban.matters.views.desk import exported
from tongban.web.audiences import audience
from tongban.web.tables import Column, listing

_TITLE = T("归档办件", "Archived cases")
_NONE = (
    T("还没有归档的办件", "Nothing is archived yet"),
    T(
        "办结、送达、评价期满的办件，每晚自动归档。",
        "Cases that are closed, delivered and rated are archived by themselves at night.",
    ),
)
COLUMNS = (
    Column("number", T("编号", "Number"), lambda a: a.case.number, "case__number",
           href=lambda a: reverse("matters:desk_case", args=[a.case_id])),
    Column("name", T("申请人", "Applicant"), lambda a: a.case.name, "case__name_pinyin"),
    Column("service", T("事项", "Service"), lambda a: a.case.definition.title),
    Column("state", T("结果", "Outcome"), lambda a: STATES[a.case.state]),
    Column("archived", T("归档", "Archived"), lambda a: a.archived_at, "archived_at"),
    Column("after", T("归档前", "After"), lambda a: AFTER[a.after]),
    Column("package", T("档案包", "Package"), lambda a: f"{a.digest[:12]}…",
           href=lambda a: reverse("matters:archive_package", args=[a.case_id])),
)  # fmt: skip


@audience("staff", capability=hooks.ARCHIVE)
@require_GET
def archives(request: HttpRequest) -> HttpResponse:
    """What was archived within my reach, the newest first."""
    actor = request.actor  # type: ignore[attr-defined]
    found = archives_visible_to(actor)
    if request.GET.get("export") == "csv":
        return exported(found, COLUMNS, _TITLE, actor)
    context = {"listing": listing(request, found, COLUMNS, sort="-archived"), "title": _TITLE, "none": _NONE}
    return render(request, "matters/desk/list.html", context)


@audience("staff", capability=hooks.ARCHIVE)
@never_cache
@require_GET
def package(request: HttpRequest, case_id: UUID) -> HttpResponseBase:
    """One archived case with everything that belongs to it."""
    name, file = actions.open_archive(case_id, by=request.actor)  # type: ignore[attr-defined]
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
