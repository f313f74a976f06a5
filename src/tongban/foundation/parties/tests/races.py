"""Running the same thing at the same moment in threads with transactions of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections

from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal


def at_once(act: Callable[[Any], Any], arguments: list[Any]) -> list[str]:
    """What became of each: ``done``, or the code of its refusal."""
    barrier = threading.Barrier(len(arguments))
    outcomes: list[str] = []

    def run(argument: Any) -> None:
        with enter("j510500"):
            barrier.wait()
            try:
                act(argument)
                outcomes.append("done")
            except Refusal as refusal:
                outcomes.append(refusal.code)
        connections.close_all()

    threads = [threading.Thread(target=run, args=(argument,)) for argument in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
