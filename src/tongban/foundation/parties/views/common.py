"""What the pages of parties share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from tongban.lib.words import T
from tongban.web.forms import refusals_in

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class FormPage:
    """A page that is one form: what it says, what its button says, and where it leads when done."""

    title: T
    button: T
    done: str
    lead: T | None = None
    is_desk: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


def form_page(request: HttpRequest, page: FormPage, form: Form, act: Callable[[Any], Any]) -> HttpResponse:
    """Show a form; sent and right, act and go on; refused, show it again with everything typed."""
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            answer = act(form.cleaned_data)
            return answer if isinstance(answer, HttpResponse) else redirect(page.done)
    base = "web/desk_base.html" if page.is_desk else "web/base.html"
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "parties/form_page.html", {"page_of": page, "form": form, "base": base}, status=status)


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    """The page of a list the address asks for; one that is not there gives the nearest."""
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def safe_next(request: HttpRequest, otherwise: str) -> str:
    """The address to go on to, as long as it is one of ours."""
    given = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(given, {request.get_host()}, require_https=request.is_secure())
    return given if safe else otherwise


def sent(request: HttpRequest) -> QueryDict | None:
    """What was sent to a form; None while it is only shown."""
    return request.POST if request.method == "POST" else None
