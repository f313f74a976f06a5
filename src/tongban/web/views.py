"""Pages of the shell."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from tongban.web.audiences import audience


@audience("public")
def home(request: HttpRequest) -> HttpResponse:
    """The portal's home."""
    return HttpResponse(str(request.place.region_name))  # type: ignore[attr-defined]
