"""Choose the jurisdiction of a request by its host name."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.foundation.regions.queries import place_of_host
from tongban.lib.jurisdictions import enter

Handler = Callable[[HttpRequest], HttpResponse]

# Asked by machines that know no jurisdiction: load balancers and monitoring.
OUTSIDE = ("/healthz", "/readyz", "/metrics")


def enter_jurisdiction(get_response: Handler) -> Handler:
    """Serve the request inside the jurisdiction its host name leads to; an unknown one gets a page saying so."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path in OUTSIDE:
            return get_response(request)
        hostname = request.get_host().rsplit(":", 1)[0] if not request.get_host().endswith("]") else request.get_host()
        place = place_of_host(hostname, settings.ENVIRONMENT.default_jurisdiction)
        if place is None:
            return render(request, "web/unknown_jurisdiction.html", {"hostname": hostname}, status=404)
        request.place = place  # type: ignore[attr-defined]
        with enter(place.schema):
            return get_response(request)

    return middleware
