"""Public pages of credentials."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tongban.foundation.credentials import actions
from tongban.foundation.credentials.forms import VerifyForm
from tongban.web.audiences import audience
from tongban.web.limits import limit

PER_MINUTE = 60


@audience("public")
@never_cache
@require_GET
def verify(request: HttpRequest) -> HttpResponse:
    """Check a pass or certificate by the text of its code."""
    form = VerifyForm(request.GET if "c" in request.GET else None)
    found = None
    if form.is_bound and form.is_valid():
        limit(request, "credentials.verify", per_minute=PER_MINUTE)
        found = actions.verify(form.cleaned_data["c"])
    return render(request, "credentials/verify.html", {"form": form, "found": found})
