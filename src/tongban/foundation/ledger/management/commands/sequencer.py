"""``tongban sequencer``: gives the leaves of every jurisdiction their places and signs the heads, about each second."""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections

from tongban.foundation.ledger.actions import SEQUENCER, Rounds, note_condition, sequence_all
from tongban.lib.jobs import schemas_at_work
from tongban.lib.jurisdictions import enter
from tongban.lib.keys import KeyFileError
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

PAUSE = 1.0
PAUSE_AFTER_TROUBLE = 30.0
log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """A process of its own (docs/decisions/0011): nothing a long job does may hold up the heads."""

    help = "Sequence and sign the public logs until stopped. More than one may run."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at every jurisdiction about each second, until SIGTERM or Ctrl-C."""
        stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        resting: dict[str, float] = {}
        self.rounds, self.told = Rounds(), Told(settings.VAR_DIR / "run" / "sequencer.txt")
        while not stop.is_set():
            began = time.monotonic()
            try:
                for schema in schemas_at_work():
                    if resting.get(schema, 0.0) <= began and not stop.is_set():
                        self._serve(schema, resting)
            except DatabaseError as error:  # a restart of the server, a jurisdiction that is just being made
                log.warning("ledger.database", error=str(error).strip())
                connections.close_all()
            stop.wait(max(0.05, PAUSE - (time.monotonic() - began)))
        self.rounds.close()
        self.told.clear()

    def _serve(self, schema: str, resting: dict[str, float]) -> None:
        """One jurisdiction; what is wrong with one does not hold up the others."""
        try:
            with enter(schema):
                try:
                    self.rounds.greet()
                    sequence_all()
                    self.rounds.tend()
                    note_condition(SEQUENCER)
                    self.told.well(schema)
                except (Refusal, KeyFileError) as refused:
                    code = refused.code if isinstance(refused, Refusal) else "key_file"
                    log.error("ledger.stopped", jurisdiction=schema, code=code, why=refused.message.en)
                    resting[schema] = time.monotonic() + PAUSE_AFTER_TROUBLE
                    self.told.stopped(schema, refused.message)
                    note_condition(SEQUENCER, code=code, why=refused.message)
        except OSError as error:  # the memory beside the key file: a full disk, a missing right
            log.error("ledger.memory", jurisdiction=schema, error=str(error))
            resting[schema] = time.monotonic() + PAUSE_AFTER_TROUBLE


class Told:
    """A file for the supervisor, with a sentence for each jurisdiction whose log has stopped; gone when all is well."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._said: dict[str, str] = {}
        self.clear()

    def stopped(self, schema: str, why: T) -> None:
        """This jurisdiction's log stands still."""
        self._said[schema] = f"{schema} 公开日志已停止：{why.zh}\n{schema} The public log has stopped: {why.en}\n"
        self._write()

    def well(self, schema: str) -> None:
        """It goes on."""
        if self._said.pop(schema, None):
            self._write()

    def clear(self) -> None:
        """Nothing is wrong, or nobody looks any more."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        if not self._said:
            self.clear()
            return
        with suppress(OSError):  # the log file tells it as well
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_name(f".{self._path.name}")
            fresh.write_text("".join(self._said[schema] for schema in sorted(self._said)), "utf-8")
            fresh.replace(self._path)
