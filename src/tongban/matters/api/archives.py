"""Archived cases by API: the list, and one as a package."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from ninja import Field, Query, Router

from tongban.matters import actions
from tongban.matters.api.cases import REFUSED
from tongban.matters.queries.archives import archives_visible_to
from tongban.web.api import STAFF, Shape, hundred_of

router = Router()


class ArchiveOut(Shape):
    """A case that was archived; ``digest`` is the SHA-256 of the manifest in its package, as the public log has it."""

    case_id: UUID
    number: str = Field(examples=["FGFC202002170001"])
    service: str
    applicant: str
    state: str
    closed_at: datetime
    archived_at: datetime
    after: str = Field(description="rated, unrated or withdrawn", examples=["rated"])
    digest: str
    parts: int


_ZIP = {"responses": {200: {"description": "The package.", "content": {"application/zip": {
    "schema": {"type": "string", "format": "binary"}}}}}}  # fmt: skip


@router.get(
    "/archives",
    auth=STAFF,
    response={200: list[ArchiveOut]} | REFUSED,
    operation_id="list_archives",
    summary="Archived cases",
)
def archives(request: HttpRequest, offset: Query[int] = 0) -> list[dict[str, Any]]:
    """Archived cases within the caller's reach, the newest first; 100 at a time."""
    return [
        {"case_id": one.case_id, "number": one.case.number, "service": one.case.definition.code, "applicant": one.case.name,
         "state": one.case.state, "closed_at": one.case.closed_at, "archived_at": one.archived_at, "after": one.after,
         "digest": one.digest, "parts": one.parts}
        for one in hundred_of(archives_visible_to(request.actor), offset)  # type: ignore[attr-defined]
    ]  # fmt: skip


@router.get(
    "/archives/{uuid:case_id}/package",
    auth=STAFF,
    response=REFUSED,
    openapi_extra=_ZIP,
    operation_id="download_archive",
    summary="An archived case as a package",
)
def package(request: HttpRequest, case_id: UUID) -> HttpResponseBase:
    """One archived case as ZIP: manifest, rows as canonical JSON, papers, materials, receipts of the log."""
    name, file = actions.open_archive(case_id, by=request.actor)  # type: ignore[attr-defined]
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
