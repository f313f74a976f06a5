"""Public pages of credentials."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tongban.foundation.credentials import actions
from tongban.foundation.credentials.forms import PaperForm, VerifyForm
from tongban.foundation.credentials.rules.papers import check_size
from tongban.lib.refusals import Refusal
from tongban.web.audiences import audience
from tongban.web.forms import show_refusal
from tongban.web.limits import limit

PER_MINUTE = 60
PAPERS_PER_MINUTE = 12


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
    context = {"form": form, "paper_form": PaperForm(), "found": found}
    return render(request, "credentials/verify.html", context)


@audience("public")
@never_cache
@require_http_methods(["GET", "POST"])
def verify_paper(request: HttpRequest) -> HttpResponse:
    """Compare an uploaded PDF with what was issued; the file is not kept."""
    form = PaperForm(request.POST, request.FILES) if request.method == "POST" else PaperForm()
    found = None
    if request.method == "POST" and form.is_valid():
        limit(request, "credentials.verify_paper", per_minute=PAPERS_PER_MINUTE)
        try:
            check_size(form.cleaned_data["file"].size)
            found = actions.verify_pdf(form.cleaned_data["file"].read())
        except Refusal as refusal:
            show_refusal(form, refusal)
    context = {"form": VerifyForm(), "paper_form": form, "paper": found}
    return render(request, "credentials/verify.html", context, status=422 if form.errors else 200)
