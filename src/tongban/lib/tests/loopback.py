"""Real servers on loopback for tests that speak to the outside world."""

from __future__ import annotations

import contextlib
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Heard:
    """One request a server received."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Web:
    """An HTTP server: answers ``status`` with ``headers`` and ``body``, waits for ``release`` first when ``is_slow``."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    is_slow: bool = False
    release: threading.Event = field(default_factory=threading.Event)
    heard: list[Heard] = field(default_factory=list)


@contextmanager
def web_server(tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    """Serve until the block ends, behind TLS where a context is given."""
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            web.heard.append(Heard(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self.close_connection = True
            try:
                self.send_response(web.status)
                for name, value in web.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(web.body)))
                self.end_headers()
                for byte in web.body:  # a slow one drips, so that a limit per read would never end it
                    if web.is_slow and web.release.wait(0.05):
                        return
                    self.wfile.write(bytes([byte]))
            except OSError:
                return  # the caller lost its patience

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with contextlib.suppress(OSError):  # a caller who does not trust the certificate hangs up
                super().handle()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:  # the handshake belongs to the connection's own thread
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    web.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        web.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Mailbox:
    """An SMTP server that keeps what it takes; recipients in ``refused`` get a 550."""

    port: int = 0
    refused: set[str] = field(default_factory=set)
    answer: str = "250 OK"
    mails: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def smtp_server() -> Iterator[Mailbox]:
    """Serve until the block ends."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 test")
            self.recipient = ""
            while line := self.rfile.readline().decode().strip():
                verb = line.split(maxsplit=1)[0].upper()
                if verb == "QUIT":
                    return self.say("221 bye")
                self.take(verb, line)
            return None

        def take(self, verb: str, line: str) -> None:
            if verb == "RCPT":
                self.recipient = line.split("<")[1].split(">", maxsplit=1)[0]
                self.say("550 no such user" if self.recipient in box.refused else "250 OK")
            elif verb == "DATA":
                self.say("354 go on")
                lines = []
                while (text := self.rfile.readline().decode()) != ".\r\n":
                    lines.append(text)
                box.mails.append((self.recipient, "".join(lines)))
                self.say(box.answer)
            else:
                self.say("250 OK")

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    box.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
