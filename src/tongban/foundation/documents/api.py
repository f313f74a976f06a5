"""Documents through the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from tongban.foundation.documents.actions import document_visible_to, open_document, store_upload
from tongban.foundation.documents.models import Document
from tongban.foundation.documents.queries import standing_of
from tongban.web.api import ANYONE_KNOWN, Problems, Shape
from tongban.web.downloads import send_file

router = Router(tags=["documents"])
REFUSED = {401: Problems, 403: Problems, 404: Problems, 409: Problems, 410: Problems, 413: Problems, 422: Problems}
BYTES = {"responses": {200: {"description": "The bytes", "content": {"application/octet-stream": {}}},
                       206: {"description": "The requested range"}}}  # fmt: skip


class DocumentOut(Shape):
    """A document as it stands; ``state`` is scanning, ready or refused, ``message`` says so in a sentence."""

    id: UUID
    purpose: str
    name: str
    size: int
    sha256: str
    type: str
    state: str
    refusal_code: str
    message: str
    is_locked: bool
    has_thumbnail: bool
    attached_app: str
    attached_id: UUID | None
    legal_basis: str
    retention_until: date
    uploaded_at: datetime
    erased_at: datetime | None


def shown(document: Document) -> dict[str, Any]:
    """The shape of a document."""
    fields = {name: getattr(document, name) for name in DocumentOut.model_fields if hasattr(document, name)}
    return fields | {"message": str(standing_of(document)), "has_thumbnail": bool(document.thumbnail_size)}


@router.post("", response={201: DocumentOut} | REFUSED, auth=ANYONE_KNOWN, summary="Send a file")
def send_document(request: HttpRequest, file: File[UploadedFile], purpose: Form[str]) -> Status[dict[str, Any]]:
    """Send one file, up to the body limit; larger ones go through /documents/tus/ (tus 1.0)."""
    stored = store_upload(file, purpose=purpose, by=request.actor)  # type: ignore[attr-defined]
    return Status(201, shown(stored))


@router.get(
    "/{uuid:document_id}", response={200: DocumentOut} | REFUSED, auth=ANYONE_KNOWN, summary="What is known of a file"
)
def document(request: HttpRequest, document_id: UUID) -> dict[str, Any]:
    """What is known of a document."""
    return shown(document_visible_to(document_id, request.actor).document)  # type: ignore[attr-defined]


@router.get(
    "/{uuid:document_id}/content", response=REFUSED, auth=ANYONE_KNOWN, openapi_extra=BYTES, summary="A file's bytes"
)
def content(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """The bytes; a Range header gives a part of them."""
    return send_file(request, open_document(document_id, by=request.actor))  # type: ignore[attr-defined]


@router.get(
    "/{uuid:document_id}/thumbnail",
    response=REFUSED,
    auth=ANYONE_KNOWN,
    openapi_extra=BYTES,
    summary="A small picture of a photo",
)
def thumbnail(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """A small WebP of a photo, without the camera's data."""
    return send_file(request, open_document(document_id, by=request.actor, thumbnail=True))  # type: ignore[attr-defined]
