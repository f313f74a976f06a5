"""Send a file whole or in part, as a download or shown in a sandbox, without holding it in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
# Nothing inside a file may run, load or reach out, whatever a browser makes of it.
_SANDBOX = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


class Sending(Protocol):
    """A file on its way out: ``blocks(start, end)`` gives its bytes once, ``close`` lets go of it.

    ``tag`` changes whenever the contents do; ``may_show`` only for types that cannot carry code.
    """

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def tag(self) -> str: ...
    @property
    def may_show(self) -> bool: ...

    def blocks(self, start: int, end: int) -> Iterator[bytes]:
        """Bytes from ``start`` up to but not including ``end``."""

    def close(self) -> None:
        """Let go of the file."""


class _Body:
    """The bytes of an answer; closed by the server even when the visitor goes away."""

    def __init__(self, sending: Sending, start: int, end: int) -> None:
        self._blocks, self._close = sending.blocks(start, end), sending.close

    def __iter__(self) -> Iterator[bytes]:
        return self._blocks

    def close(self) -> None:
        """Let go of the file."""
        self._close()


def requested_range(header: str, size: int) -> tuple[int, int] | None:
    """Start and end (exclusive) of a single byte range (RFC 9110, 14.1); None when the whole file is to be sent.

    An unsatisfiable range gives ``start >= end``. Several ranges at once are answered with the whole file.
    """
    found = _RANGE.fullmatch(header.strip())
    if not found or found.group(0) == "bytes=-":
        return None
    first, last = found.groups()
    if not first:
        return max(0, size - int(last)), size
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last) + 1, size) if last else size


def send_file(request: HttpRequest, sending: Sending, *, show: bool = False) -> HttpResponseBase:
    """The answer to GET or HEAD: 200, 206 for a range, 416 for one beyond the end.

    A download, unless ``show`` is asked for and the type may be shown.
    """
    etag = f'"{sending.tag}"'
    wanted = requested_range(request.headers.get("Range", ""), sending.size) if request.method == "GET" else None
    if wanted and request.headers.get("If-Range", etag) != etag:
        wanted = None
    start, end = wanted or (0, sending.size)
    response: HttpResponseBase
    if start >= end:
        sending.close()
        response = HttpResponse(status=416, content_type="text/plain", content=b"416")
        response["Content-Range"] = f"bytes */{sending.size}"
    elif request.method == "HEAD":
        sending.close()
        response = HttpResponse(content_type=sending.media_type)
    else:
        response = StreamingHttpResponse(
            _Body(sending, start, end), status=206 if wanted else 200, content_type=sending.media_type
        )
        if wanted:
            response["Content-Range"] = f"bytes {start}-{end - 1}/{sending.size}"
    if start < end:
        response["Content-Length"] = str(end - start)
    response["Content-Disposition"] = (
        content_disposition_header(not (show and sending.may_show), sending.name) or "attachment"
    )
    response["Content-Security-Policy"] = _SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"  # hall computers are shared
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    return response
