"""Pages for what went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent without its token: stale page or blocked cookies."""
    del reason
    return render(request, "web/refused.html", {"csrf": True}, status=403)
