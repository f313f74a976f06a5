"""How long a second start takes, beside its limit of 10 seconds."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path

from bench.house import House

LIMIT = 10.0


def measure(var_dir: Path, report: Callable[[str, str], None]) -> None:
    """Start a house that was started before, three times."""
    house = House(var_dir)
    times = []
    for _ in range(3):
        times.append(house.start())
        house.stop()
    median = statistics.median(times)
    report(
        "second start, until pages are served", f"{median:.1f} s = {median / LIMIT:.2f} of the limit of {LIMIT:.0f} s"
    )
