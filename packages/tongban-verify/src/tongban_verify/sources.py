"""Where a log is read from: its address, or the directory of a mirror."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Protocol

from tongban_verify.errors import Unverified

LARGEST = 256 * (2 + 65_535)  # a bundle of the largest entries
TIMEOUT = 30.0
PATIENCE = 5  # times we wait when a server asks us to
LONGEST_PAUSE = 60


class _Loopback(urllib.request.HTTPHandler):
    """Names under ``localhost`` are this machine (RFC 6761, 6.3), also where no resolver of the system says so."""

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Connect to this machine for such a name; the request still carries the name."""
        return self.do_open(_connection, req)


def _connection(host: str, **options: Any) -> http.client.HTTPConnection:
    name, colon, port = host.partition(":")
    here = name.lower().rstrip(".").endswith(".localhost")
    return http.client.HTTPConnection(f"localhost{colon}{port}" if here else host, **options)


OPENER = urllib.request.build_opener(_Loopback)


class Source(Protocol):
    """Something that has a log's files by their paths."""

    def get(self, path: str) -> bytes:
        """The content of one file; Unverified when it cannot be had."""


class Directory:
    """A mirror kept in a directory."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def get(self, path: str) -> bytes:
        """The content of one file of the mirror."""
        try:
            return (self.root / path).read_bytes()
        except OSError as error:
            raise Unverified(
                "unreachable", f"读不到 {self.root / path}：{error.strerror}。",
                f"{self.root / path} cannot be read: {error.strerror}.",
            ) from None  # fmt: skip


class Address:
    """A log on the web; where its checkpoint is answered from is where its tiles are asked for."""

    def __init__(self, url: str) -> None:
        if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
            raise Unverified("address", f"“{url}”不是网址。", f"“{url}” is not a web address.")
        self.base = url.removesuffix("checkpoint").rstrip("/") + "/"

    def get(self, path: str) -> bytes:
        """The content of one file of the log; waits when the server asks for patience."""
        url = self.base + path
        for patience in range(PATIENCE, -1, -1):
            try:
                return self._fetch(path, url)
            except urllib.error.HTTPError as error:
                pause = error.headers.get("Retry-After", "")
                if not patience or error.code not in (429, 503) or not pause.isdigit():
                    raise Unverified(
                        "unreachable", f"{url} 回答 {error.code}。", f"{url} answered {error.code}."
                    ) from None
                time.sleep(min(int(pause), LONGEST_PAUSE))
            except (OSError, ValueError) as error:
                why = getattr(error, "reason", error)
                raise Unverified(
                    "unreachable", f"连不上 {url}（{why}）。", f"{url} cannot be reached ({why})."
                ) from None
        raise AssertionError("the last attempt returns or raises")

    def _fetch(self, path: str, url: str) -> bytes:
        request = urllib.request.Request(url, headers={"User-Agent": "tongban-verify"})
        with OPENER.open(request, timeout=TIMEOUT) as answer:
            content: bytes = answer.read(LARGEST + 1)
            found = answer.geturl()
        if len(content) > LARGEST:
            raise Unverified("too_large", f"{url} 的回答过大。", f"{url} answers with too much.")
        if path == "checkpoint" and found.endswith("/checkpoint"):
            self.base = found.removesuffix("checkpoint")
        return content


def fetch(url: str, largest: int) -> bytes:
    """One file on the web, at most so large; Unverified when it cannot be had."""
    if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
        raise Unverified("address", f"“{url}”既不是文件也不是网址。", f"“{url}” is neither a file nor a web address.")
    request = urllib.request.Request(url, headers={"User-Agent": "tongban-verify"})
    try:
        with OPENER.open(request, timeout=TIMEOUT) as answer:
            content: bytes = answer.read(largest + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "reason", error)
        raise Unverified("unreachable", f"连不上 {url}（{why}）。", f"{url} cannot be reached ({why}).") from None
    if len(content) > largest:
        raise Unverified("too_large", f"{url} 的回答过大。", f"{url} answers with too much.")
    return content


def source_of(where: str) -> Source:
    """The source an address or the path of a directory names."""
    return Directory(Path(where)) if Path(where).is_dir() else Address(where)
