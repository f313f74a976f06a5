"""Pages of one's own documents, and the files themselves."""

from __future__ import annotations

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST, require_safe

from tongban.foundation.documents.actions import discard_document, document_visible_to, open_document
from tongban.foundation.documents.queries import documents_of, purpose_label, standing_of
from tongban.web.audiences import actor_of, audience
from tongban.web.downloads import send_file

ON_A_PAGE = 30


@audience("person")
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """My files: what the visitor, or the company they act for, has sent."""
    page = Paginator(documents_of(actor_of(request)), ON_A_PAGE).get_page(request.GET.get("page"))
    rows = [{"document": d, "standing": standing_of(d), "purpose": purpose_label(d)} for d in page.object_list]
    return render(request, "documents/mine.html", {"page": page, "rows": rows})


@audience("person")
@require_safe
def content(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """The file itself: a download, or shown in a sandbox with ?show=1 where its type is safe."""
    return send_file(request, open_document(document_id, by=actor_of(request)), show="show" in request.GET)


@audience("person")
@require_safe
def thumbnail(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """A small picture without the camera's data."""
    return send_file(request, open_document(document_id, by=actor_of(request), thumbnail=True), show=True)


@audience("person")
@require_GET
def status(request: HttpRequest, document_id: UUID) -> JsonResponse:
    """Where a document stands, for the upload script."""
    document = document_visible_to(document_id, actor_of(request)).document
    return JsonResponse({"state": document.state, "message": str(standing_of(document))})


@audience("person")
@require_POST
def discard(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Remove a document one sent and has not used."""
    discard_document(document_id, by=actor_of(request))
    if request.headers.get("X-Requested-With") == "fetch":
        return JsonResponse({})
    return HttpResponseRedirect(reverse("documents:mine"))
