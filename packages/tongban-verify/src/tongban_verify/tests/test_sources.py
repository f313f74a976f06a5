"""A log over HTTP: redirects, patience, and servers that misbehave."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tongban_verify import Unverified, sources
from tongban_verify.cli import main
from tongban_verify.sources import Address
from tongban_verify.tests.support import OLD, Log


class Server(ThreadingHTTPServer):
    root: Path
    refusals: int = 0
    asked: list[str]
    hosts: set[str]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.hosts.add(self.headers["Host"])
        file = self.server.root / self.path.removeprefix("/log/2026/")
        if self.path == "/log/checkpoint":
            self._answer(302, Location="/log/2026/checkpoint")
        elif self.server.refusals and self.path.startswith("/log/2026/tile"):
            self.server.refusals -= 1
            self._answer(429, **{"Retry-After": "0"})
        elif file.is_file():
            self._answer(200, file.read_bytes())
        else:
            self._answer(404)

    def _answer(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    Log(tmp_path / "log", 300).write()
    with Server(("127.0.0.1", 0), Handler) as running:
        running.root, running.asked, running.hosts = tmp_path / "log", [], set()
        Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield running
        running.shutdown()


def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/log/"


def test_a_redirected_checkpoint_says_where_the_tiles_are(server: Server, tmp_path: Path) -> None:
    assert main(["mirror", address(server), "--key", str(OLD.verifier), "--into", str(tmp_path / "mirror")]) == 0
    assert all(path.startswith("/log/2026/tile/") for path in server.asked if "tile" in path)
    assert main(["mirror", str(tmp_path / "mirror"), "--key", str(OLD.verifier)]) == 0


def test_a_name_under_localhost_is_this_machine_whatever_its_resolver_knows(server: Server) -> None:
    here = address(server).replace("127.0.0.1", "Jiangyang.localhost")
    assert main(["mirror", here, "--key", str(OLD.verifier)]) == 0
    assert server.hosts == {f"Jiangyang.localhost:{server.server_port}"}


def test_a_server_that_asks_for_patience_gets_it(server: Server) -> None:
    server.refusals = 3
    assert main(["mirror", address(server), "--key", str(OLD.verifier)]) == 0
    server.refusals = 100
    assert main(["mirror", address(server), "--key", str(OLD.verifier)]) == 1


def test_what_cannot_be_had_is_told(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Unverified, match="answered 404"):
        Address(address(server)).get("tile/0/999")
    monkeypatch.setattr(sources, "LARGEST", 10)
    with pytest.raises(Unverified, match="too much"):
        Address(address(server)).get("checkpoint")
    with pytest.raises(Unverified, match="cannot be reached"):
        Address("http://127.0.0.1:1/").get("checkpoint")
