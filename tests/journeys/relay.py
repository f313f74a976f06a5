"""A relay beside a gate: it opens for calls that its tablet signed, once each, as docs/gates.md tells whoever builds one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook, WebhookVerificationError


class Relay(HTTPServer):
    """How often it opened, and what it turned down."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.secret = ""
        self.opened: list[str] = []
        self.refused = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/open"


class _Call(BaseHTTPRequestHandler):
    server: Relay

    def do_OPTIONS(self) -> None:
        self._answer(204)

    def do_POST(self) -> None:
        body, call = self.rfile.read(int(self.headers["Content-Length"])).decode(), self.headers["webhook-id"]
        try:
            Webhook(self.server.secret).verify(body, dict(self.headers), json_parse=False)
        except WebhookVerificationError:
            self.server.refused += 1
            self._answer(401)
            return
        if call not in self.server.opened:
            self.server.opened.append(call)
        self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header(
            "Access-Control-Allow-Headers", "content-type, webhook-id, webhook-timestamp, webhook-signature"
        )
        self.send_header("Access-Control-Allow-Private-Network", "true")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def relay() -> Iterator[Relay]:
    found = Relay()
    threading.Thread(target=found.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        found.shutdown()
        found.server_close()
