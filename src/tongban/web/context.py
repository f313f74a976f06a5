"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from tongban.lib.words import reader_language

TYPE_COOKIE = "tongban_type"  # holds "large" for who chose large type


def page(request: HttpRequest) -> dict[str, Any]:
    """The place, the actor, the language and whether this is a demo."""
    return {
        "place": getattr(request, "place", None),
        "actor": getattr(request, "actor", None),
        "language": reader_language(),
        "is_demo": settings.DEMO,
        "site_name": settings.SITE_NAME,
        "is_large_type": request.COOKIES.get(TYPE_COOKIE) == "large",
    }
