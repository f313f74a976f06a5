"""The virus scanner: ClamAV's daemon, spoken to over its INSTREAM command."""

from __future__ import annotations

import socket
from collections.abc import Iterable

SECONDS = 120  # a large file is unpacked and scanned before clamd answers


class ScannerUnavailable(Exception):
    """The scanner cannot be reached or answered nothing usable; worth trying again later."""


class ScannerLimit(Exception):
    """The file is larger than the scanner's StreamMaxLength."""


def _connect(address: str) -> socket.socket:
    if address.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(SECONDS)
        try:
            connection.connect(address.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)


def scan(address: str, blocks: Iterable[bytes]) -> str:
    """The name of the malware found, or "" for a clean file."""
    try:
        with _connect(address) as connection:
            answer = _ask(connection, blocks)
    except (OSError, ValueError) as error:
        raise ScannerUnavailable(str(error)) from error
    if answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    if answer == "stream: OK":
        return ""
    if "size limit exceeded" in answer:
        raise ScannerLimit(answer)
    raise ScannerUnavailable(answer or "no answer")


def _ask(connection: socket.socket, blocks: Iterable[bytes]) -> str:
    try:
        connection.sendall(b"zINSTREAM\0")
        for block in blocks:
            connection.sendall(len(block).to_bytes(4, "big") + block)
        connection.sendall(bytes(4))
    except (BrokenPipeError, ConnectionResetError):
        pass  # past its limit clamd answers and hangs up; the answer is still there to be read
    answer = b""
    while not answer.endswith(b"\0") and (block := connection.recv(4096)):
        answer += block
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
