"""Every writing API call carries an Idempotency-Key and runs once."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import resolve

from tongban.foundation.exchange.actions import Answer, answer_once
from tongban.foundation.exchange.rules import check_key, digest_of, principal_of
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import current
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.api import problem_of

Handler = Callable[[HttpRequest], HttpResponse]

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# Headers of an answer that mean something to a program that repeats its call. No cookies.
KEPT_HEADERS = ("Content-Type", "Content-Disposition", "Location", "ETag")


def idempotency(get_response: Handler) -> Handler:
    """Ask for the key where a call writes, and answer a repeat with what was answered first.

    An operation is exempt when it declares ``openapi_extra={"x-idempotent": True}``: because it writes nothing, because
    its repeats are harmless by its own means, or because a refusal must leave a trace (a counter of vain attempts).
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        operation = _writing_operation(request)
        if operation is None:
            return get_response(request)
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if operation.auth_callbacks and not actor.is_known:
            return get_response(request)  # says 401: that comes first
        try:
            return _once(request, actor, get_response)
        except Refusal as refusal:
            return JsonResponse(problem_of(refusal), status=refusal.status)

    return middleware


def _once(request: HttpRequest, actor: Actor, get_response: Handler) -> HttpResponse:
    name = f"{request.method} {request.path}"
    principal = principal_of(actor, request.META.get("REMOTE_ADDR", ""))
    digest = digest_of(principal, name, check_key(request.headers.get("Idempotency-Key")))
    fresh: list[HttpResponse] = []

    def work() -> Answer:
        response = get_response(request)
        fresh.append(response)
        body = b"".join(response) if response.streaming else response.content
        return Answer(response.status_code, {h: response[h] for h in KEPT_HEADERS if h in response}, body)

    answer = answer_once(digest, _fingerprint(request), name, work)
    if answer.is_repeat:
        headers = answer.headers | {"Idempotent-Replayed": "true"}
        return HttpResponse(answer.body, status=answer.status, headers=headers)
    if fresh[0].streaming:  # its content was read to be kept
        return HttpResponse(answer.body, status=answer.status, headers=answer.headers)
    return fresh[0]


def _writing_operation(request: HttpRequest) -> Any:
    """The API operation this request calls, when it needs a key; None for everything else."""
    if request.method in SAFE or not request.path_info.startswith("/api/") or current() is None:
        return None
    try:
        view = resolve(request.path_info).func
    except Http404:
        return None
    operations = _operations_of(view)
    found = next((one for one in operations if request.method in one.methods), None)
    return None if found is None or (found.openapi_extra or {}).get("x-idempotent") else found


@lru_cache(maxsize=1024)
def _operations_of(view: Callable[..., Any]) -> tuple[Any, ...]:
    """The operations behind one path: the framework wraps them in a function that closes over them."""
    path_view = inspect.getclosurevars(view).nonlocals.get("self")
    return tuple(getattr(path_view, "operations", ()))


def _fingerprint(request: HttpRequest) -> bytes:
    """SHA-256 of what is asked; of a form with files their contents, since a repeat draws another boundary."""
    largest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if int(request.META.get("CONTENT_LENGTH") or 0) > largest:
        raise _too_large(largest)
    digest = hashlib.sha256(f"{request.content_type}?{request.META.get('QUERY_STRING', '')}\n".encode())
    try:
        if request.method == "POST" and request.content_type == "multipart/form-data":
            _add_form(digest, request)
        else:
            digest.update(request.body)
    except RequestDataTooBig:
        raise _too_large(largest) from None
    return digest.digest()


def _add_form(digest: Any, request: HttpRequest) -> None:
    for name in sorted(request.POST):
        digest.update(repr((name, request.POST.getlist(name))).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            digest.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)


def _too_large(largest: int) -> Refusal:
    return Refusal(
        "body_too_large",
        T("请求内容太大，最多 {mb} MB。大文件请用断点续传接口上传。",
          "The request is too large: at most {mb} MB. Upload large files through the resumable upload.")
        .format(mb=largest // (1024 * 1024)), status=413,
    )  # fmt: skip
