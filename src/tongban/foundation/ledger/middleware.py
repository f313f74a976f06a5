"""Files of the log are the same for everybody, so that caches and mirrors may keep them."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]


def same_for_everybody(get_response: Handler) -> Handler:
    """Take what speaks of the visitor (Vary, cookies) off the log's files; pages stay as they are."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path.startswith("/log/") and response.get("Cache-Control", "").startswith("public"):
            for name in ("Vary", "Content-Language"):
                if name in response:
                    del response[name]
            response.cookies.clear()
        return response

    return middleware
