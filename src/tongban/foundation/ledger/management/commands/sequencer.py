"""``tongban sequencer``: gives the leaves of every jurisdiction their places and signs the heads, about each second."""

from __future__ import annotations

import signal
import time
from threading import Event
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections

from tongban.foundation.ledger.actions import sequence_all
from tongban.lib.jobs import jurisdictions_at_work
from tongban.lib.jurisdictions import enter
from tongban.lib.keys import KeyFileError
from tongban.lib.refusals import Refusal

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
        while not stop.is_set():
            began = time.monotonic()
            try:
                for schema in [name for names in jurisdictions_at_work.call() for name in names]:
                    if resting.get(schema, 0.0) <= began and not stop.is_set():
                        self._serve(schema, resting)
            except DatabaseError as error:  # a restart of the server, a jurisdiction that is just being made
                log.warning("ledger.database", error=str(error).strip())
                connections.close_all()
            stop.wait(max(0.05, PAUSE - (time.monotonic() - began)))

    def _serve(self, schema: str, resting: dict[str, float]) -> None:
        """One jurisdiction; what is wrong with one does not hold up the others."""
        try:
            with enter(schema):
                sequence_all()
        except (Refusal, KeyFileError) as refused:
            log.error("ledger.stopped", jurisdiction=schema, why=str(refused))
            resting[schema] = time.monotonic() + PAUSE_AFTER_TROUBLE
