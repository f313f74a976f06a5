"""One POST to an address somebody else chose: bounded in time and size, never into this network."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpcore

from tongban.foundation.exchange.rules import is_public_address

_LONGEST_BODY = 64 * 1024
_EXCERPT = 300


class NotDelivered(Exception):
    """The receiver was not reached or did not answer in time; ``code`` names how."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail[:_EXCERPT]


@dataclass(frozen=True, slots=True)
class Answered:
    """What the receiver said: the status, the beginning of its body, and when it wants to be asked again."""

    status: int
    excerpt: str
    retry_after: int | None


class _Deadline:
    """The moment at which everything must be over, however slowly the other side drips."""

    def __init__(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds

    def left(self) -> float:
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("deadline")
        return left


class _Bounded(httpcore.NetworkStream):
    """A connection whose every read and write ends with the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self.stream, self.deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        del timeout
        return self.stream.read(max_bytes, self.deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        del timeout
        self.stream.write(buffer, self.deadline.left())

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        del timeout
        return _Bounded(self.stream.start_tls(ssl_context, server_hostname, self.deadline.left()), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


class _Guarded(httpcore.NetworkBackend):
    """Connects to public addresses only, to the very address that was judged: a name cannot change in between."""

    def __init__(self, deadline: _Deadline, *, may_be_private: bool) -> None:
        self.deadline, self.may_be_private = deadline, may_be_private
        self.backend = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        del timeout
        address = self._judged(host, port)
        stream = self.backend.connect_tcp(address, port, self.deadline.left(), local_address, socket_options)
        return _Bounded(stream, self.deadline)

    def _judged(self, host: str, port: int) -> str:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NotDelivered("name_unknown", host) from None
        addresses = [str(entry[4][0]) for entry in found]
        # One private address among public ones is a trap, too: which one is taken would be chance.
        if not self.may_be_private and not all(is_public_address(address) for address in addresses):
            raise NotDelivered("address_private", host)
        return addresses[0]


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    context = httpcore.default_ssl_context()
    context.load_default_certs()  # also what the machine trusts: offices have authorities of their own
    return context


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout: float, may_be_private: bool) -> Answered:
    """POST once; redirects are not followed and no proxy of the environment is used."""
    deadline = _Deadline(timeout)
    backend = _Guarded(deadline, may_be_private=may_be_private)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=_trust(), network_backend=backend, retries=0) as pool,
            pool.stream("POST", url, headers=list(headers.items()), content=body) as response,
        ):
            content = _read(response)
    except (httpcore.TimeoutException, TimeoutError):
        raise NotDelivered("timeout") from None
    except ssl.SSLError as error:
        raise NotDelivered("certificate", error.reason or "") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        code = "certificate" if "CERTIFICATE" in str(error) else "unreachable"
        raise NotDelivered(code, str(error) or type(error).__name__) from None
    fields = {name.lower(): value for name, value in response.headers}
    excerpt = content[:_EXCERPT].decode("utf-8", "replace").replace("\x00", "")
    return Answered(response.status, excerpt, _seconds(fields.get(b"retry-after", b"")))


def _read(response: httpcore.Response) -> bytes:
    content = b""
    for chunk in response.iter_stream():
        content += chunk
        if len(content) > _LONGEST_BODY:
            break
    return content


def _seconds(value: bytes) -> int | None:
    with contextlib.suppress(ValueError):
        return max(0, int(value))
    return None  # a date, or nothing: our own schedule holds
