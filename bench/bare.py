"""The peer: a Django view that does nothing, on the same server with the same options."""

from __future__ import annotations

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, SECRET_KEY="bench", ALLOWED_HOSTS=["*"], MIDDLEWARE=[])


def nothing(request: HttpRequest) -> HttpResponse:
    """An answer without any work."""
    return HttpResponse("ok")


urlpatterns = [path("", nothing)]
application = get_wsgi_application()
