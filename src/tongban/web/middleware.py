"""Hold every page to its audience, and turn refusals into pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.audiences import Audience, admit
from tongban.web.errors import STOPS, stop_page

Handler = Callable[[HttpRequest], HttpResponse]

# Addresses of libraries, whose views cannot carry our decorator and hold their audience by rules of their own.
FOREIGN = {
    "/accounts/": Audience("public"),  # allauth asks for a log-in where it needs one
    "/i18n/": Audience("public"),
    "/api/": Audience("public"),  # API operations carry their own credential
}


def audience_of(view: Callable[..., Any], path: str) -> Audience | None:
    """The declared audience of a view, or the fixed one of a library's address."""
    declared: Audience | None = getattr(view, "audience", None)
    if declared:
        return declared
    return next((found for prefix, found in FOREIGN.items() if path.startswith(prefix)), None)


class refusals_and_audiences:  # noqa: N801 - named as the function it stands for
    """Admit by audience before the view runs; answer a Refusal with a page in the reader's language."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # A bare status (405 from require_POST, 413 or 429 from a view) gets words; an API's answer has a body.
        if response.status_code in STOPS and not response.streaming and _is_bare(response):
            page = stop_page(request, response.status_code, refusal=_other_method(request, response))
            for name in ("Allow", "Retry-After"):
                if name in response:
                    page[name] = response[name]
            return page
        return response

    def process_view(self, request: HttpRequest, view: Callable[..., Any], *_: Any) -> HttpResponse | None:
        """Refuse actors the page is not for; a page without an audience is nobody's."""
        found = audience_of(view, request.path_info)
        if found is None:
            raise RuntimeError(f"{view.__module__}.{getattr(view, '__name__', view)} declares no audience")
        try:
            admit(found, request.actor, demo=settings.DEMO)  # type: ignore[attr-defined]
        except Refusal as refusal:
            return refusal_page(request, refusal)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A refusal that reached the door becomes a page."""
        return refusal_page(request, error) if isinstance(error, Refusal) else None


def _is_bare(response: HttpResponse) -> bool:
    """Without words of ours; to a wrong method the API's framework says three English ones."""
    return not response.content or response.content == b"Method not allowed"


def _other_method(request: HttpRequest, response: HttpResponse) -> Refusal | None:
    """What a program is told that called with a method this address does not take."""
    if response.status_code != 405 or not request.path_info.startswith("/api/"):
        return None
    methods = ", ".join(sorted(response.get("Allow", "").replace(",", " ").split()))
    said = T("这个网址不接受 {method}，请用 {methods}。", "This address does not take {method}: use {methods}.")
    return Refusal("method_not_allowed", said.format(method=request.method, methods=methods), status=405)


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page for a refusal; who is not signed in is led to the log-in and back."""
    if refusal.code == "sign_in_first":
        return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}")
    action = None
    if refusal.code == "second_factor_needed":
        action = (reverse("mfa_index"), T("去做二次验证", "Set up the second factor"))
    return stop_page(request, refusal.status, refusal=refusal, action=action)
