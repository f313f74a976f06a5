"""What surrounds every request: limits, an id, a duration, a line in the log, headers."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from tongban.config.metrics import REFUSED, REQUEST_SECONDS, STATEMENTS
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.errors import stop_page
from tongban.web.limits import Limiter, client_address

Handler = Callable[[HttpRequest], HttpResponse]
log = structlog.get_logger("tongban.request")

# Sent as they are, without a form around them; they check the length of what they take themselves.
UPLOADS = ("multipart/form-data", "application/offset+octet-stream")


class _Count:
    """Counts the statements of a request."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.statements += 1
        return execute(*arguments)


def observe(get_response: Handler) -> Handler:
    """Give each request an id, a line in the log and its place in the metrics."""

    def middleware(request: HttpRequest) -> HttpResponse:
        identity = uuid4().hex[:16]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=identity)
        count = _Count()
        began = time.perf_counter()
        with connection.execute_wrapper(count):
            response = get_response(request)
        seconds = time.perf_counter() - began
        match = request.resolver_match
        route = match.route if match else "none"
        REQUEST_SECONDS.labels(route, _method(request), str(response.status_code)).observe(seconds)
        STATEMENTS.labels(route).inc(count.statements)
        log.info(
            "request", route=route, method=_method(request), status=response.status_code,
            milliseconds=round(seconds * 1000, 1), statements=count.statements,
        )  # fmt: skip
        response["X-Request-Id"] = identity
        response.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=()")
        return response

    return middleware


def _method(request: HttpRequest) -> str:
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return request.method if request.method in known else "OTHER"


def refuse_unreadable(get_response: Handler) -> Handler:
    """Refuse what no page could work with: bodies too large, bytes that are not text, too many requests."""
    limiter = Limiter(settings.ENVIRONMENT.requests_per_minute)

    def middleware(request: HttpRequest) -> HttpResponse:
        if not limiter.admits(client_address(request)):
            REFUSED.labels("rate").inc()
            response = plain_refusal(request, 429, "too_many_requests", T(
                "操作太频繁，请一分钟后再试。", "Too many requests: please try again in a minute."))  # fmt: skip
            response["Retry-After"] = "60"
            return response
        refusal = _unreadable_body(request) or _not_text(request)
        return refusal or get_response(request)

    return middleware


def plain_refusal(request: HttpRequest, status: int, code: str, message: T) -> HttpResponse:
    """Say no before anything is known about the visitor: as JSON to programs, as a page to people."""
    return stop_page(request, status, refusal=Refusal(code, message, status=status))


def _unreadable_body(request: HttpRequest) -> HttpResponse | None:
    """A body without a length, compressed or too large."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return plain_refusal(request, 400, "bad_request", T("请求长度有误。", "The request's length is not a number."))
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower() and not request.META.get("CONTENT_LENGTH"):
        return plain_refusal(request, 411, "length_required", T(  # the body would be taken for an empty one
            "请求没有写明长度：请带上 Content-Length，不要分块发送（chunked）。大文件请用断点续传。",
            "The request names no length: send Content-Length, not chunked. Large files go through the resumable upload."))  # fmt: skip
    if request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower() not in ("", "identity"):
        return plain_refusal(request, 415, "encoding_unsupported", T(
            "请求内容是压缩过的：请不压缩发送，去掉 Content-Encoding。", "The request's body is compressed: send it as it is, without Content-Encoding."))  # fmt: skip
    environment = settings.ENVIRONMENT
    limit = environment.upload_max_mb if request.content_type in UPLOADS else environment.body_max_mb
    # A form around a file may be a little larger than the file.
    if length <= limit * 1024 * 1024 + (1024 * 1024 if request.content_type in UPLOADS else 0):
        return None
    REFUSED.labels("size").inc()
    return plain_refusal(request, 413, "too_large", T(
        "内容太大：最多 {limit} MB。请压缩或分开提交。", "Too large: at most {limit} MB. Make it smaller or send it in parts.",
    ).format(limit=limit))  # fmt: skip


def _not_text(request: HttpRequest) -> HttpResponse | None:
    """Addresses that are not UTF-8 or hold a NUL, which PostgreSQL cannot store."""
    raw = unquote_to_bytes(request.META.get("QUERY_STRING", "").encode("latin-1", "replace").replace(b"+", b" "))
    path = request.path_info
    try:
        raw.decode("utf-8")
        path.encode("utf-8")
    except UnicodeError:
        broken = True
    else:
        broken = b"\0" in raw or "\0" in path or "�" in path
    if not broken:
        return None
    REFUSED.labels("encoding").inc()
    return plain_refusal(request, 400, "not_utf8", T(
        "网址或内容里有无法识别的字符，请检查后重试。",
        "The address or content holds characters that are not UTF-8 text: check it and try again."))  # fmt: skip
