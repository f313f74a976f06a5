"""Witnesses in this process: the real judgement, with or without their web server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

from tongban.foundation.ledger import actions, queries
from tongban.foundation.ledger.actions import Rounds
from tongban_verify.cosigning import SIZE_TYPE, Answer, Request
from tongban_verify.policy import Witness
from tongban_verify.witness.desk import Desk, Logs
from tongban_verify.witness.keyfile import key_of
from tongban_verify.witness.memory import Memory
from tongban_verify.witness.server import WitnessServer


class Clock:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Circle:
    """Some witnesses, the policy that names them, and sequencers that ask them."""

    def __init__(
        self, root: Path, settings: Any, names: str = "abc", quorum: str = "group q 2 a b c\nquorum q"
    ) -> None:
        self.logs = root / "logs"
        self.desks: dict[str, Desk] = {}
        self.down: set[str] = set()
        self.asked: list[tuple[str, int]] = []
        self.clock = Clock()
        for name in names:
            self.new(root, name)
        self.path = root / "policy"
        self.quorum = quorum
        settings.LEDGER_POLICY = self.path
        settings.LEDGER_DIR = root / "ledger"
        self.write()
        self._open: list[Rounds] = []

    def new(self, root: Path, name: str) -> None:
        key = key_of(root / f"{name}.json", f"{name}.test")
        self.desks[name] = Desk((key,), Logs([], self.logs), Memory(root / f"{name}.sqlite"))

    def write(self, urls: dict[str, str] | None = None) -> None:
        lines = [
            f"witness {name} {desk.keys[0].verifier} {(urls or {}).get(name, f'http://{name}.invalid')}"
            for name, desk in self.desks.items()
        ]
        self.path.write_text("\n".join([*lines, self.quorum, ""]))

    def learn(self) -> None:
        """Every key of the logs, as their operators list them."""
        self.logs.write_text("".join(f"log {key.verifier}\n" for key in queries.every_key()))

    def ask(self, witness: Witness, request: Request) -> Answer:
        self.asked.append((witness.name, request.old))
        if witness.name in self.down:
            return Answer(0, trouble="connection refused")
        reply = self.desks[witness.name].add_checkpoint(request.dump())
        size = int(reply.body) if reply.content_type == SIZE_TYPE else None
        return Answer(reply.status, reply.body if reply.status == 200 else "", size, reply.body)

    def rounds(self, ask: Callable[[Witness, Request], Answer] | None = None) -> Rounds:
        made = Rounds(ask or self.ask, self.clock)
        self._open.append(made)
        return made

    def close(self) -> None:
        for each in self._open:
            each.close()

    def turn(self, rounds: Rounds, times: int = 1) -> None:
        """What the sequencer does each second."""
        for _ in range(times):
            rounds.greet()
            actions.sequence_all()
            self.learn()
            rounds.tend()
            self.clock.now += 1.0


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """A witness on the web; its submission prefix."""
    with WitnessServer(("127.0.0.1", 0), desk) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
