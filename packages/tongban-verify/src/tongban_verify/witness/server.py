"""The witness on the web: a handful of addresses, bodies bounded before they are read, connections counted."""

from __future__ import annotations

import re
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore
from typing import Any

from tongban_verify import __version__
from tongban_verify.cosigning import LARGEST_REQUEST
from tongban_verify.errors import Unverified
from tongban_verify.witness.desk import TEXT, Desk, Reply

MOST_CONNECTIONS = 64
IDLE_SECONDS = 15.0
_HEAD = re.compile(r"/logs/([0-9a-f]{64})/checkpoint")


class WitnessServer(ThreadingHTTPServer):
    """Serves a desk; past ``MOST_CONNECTIONS`` at once a caller is hung up on and asks again later."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], desk: Desk) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self.desk = desk
        self._places = BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own, when there is a place."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Give the place back at the end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller who hangs up is nobody's concern; anything else is told."""
        import sys

        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = f"tongban-witness/{__version__}"
    sys_version = ""
    timeout = IDLE_SECONDS

    def do_GET(self) -> None:
        desk, path = self.server.desk, self.path.partition("?")[0]
        found = _HEAD.fullmatch(path)
        if found:
            self._say(desk.head_of(found.group(1)))
        elif path == "/":
            self._say(Reply(200, desk.about()))
        elif path == "/metrics":
            self._say(Reply(200, desk.metrics(), "text/plain; version=0.0.4; charset=utf-8"))
        else:
            self._say(Reply(404, "nothing here\n"))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path.partition("?")[0] != "/add-checkpoint":
            self._hang_up(Reply(404, "nothing here\n"))
        elif not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in self.headers:
            self._hang_up(Reply(411, "say how long the body is\n"))
        elif len(length) > 9 or int(length) > LARGEST_REQUEST:
            self._hang_up(Reply(413, f"at most {LARGEST_REQUEST} bytes\n"))
        else:
            body = self.rfile.read(int(length))
            if len(body) != int(length):
                self.close_connection = True
                return
            try:
                self._say(self.server.desk.add_checkpoint(body))
            except Unverified as wrong:  # the file of logs
                self._say(Reply(500, f"{wrong.en}\n"))

    def _hang_up(self, reply: Reply) -> None:
        """Answer without reading the body: the connection cannot go on after that."""
        self.close_connection = True
        self._say(reply)

    def _say(self, reply: Reply) -> None:
        content = reply.body.encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type or TEXT)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Callers are not written down."""
