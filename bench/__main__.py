"""``make bench``: every figure, as a ratio to a limit or to a peer measured in the same run."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from pathlib import Path

from bench import (
    city,
    gates,
    halls,
    halls_day,
    ledger,
    lists,
    passes,
    persons,
    residents,
    reviews,
    seals,
    stack,
    startup,
    submissions,
)
from bench.house import ROOT, running


def report(what: str, figures: str) -> None:
    """One line a figure."""
    print(f"{what:<58} {figures}", flush=True)


def main(wanted: list[str]) -> None:
    """Run everything, or only the parts named."""
    measured = {
        "stack": stack, "submissions": submissions, "reviews": reviews, "seals": seals, "ledger": ledger,
        "persons": persons, "lists": lists, "residents": residents, "city": city, "halls": halls, "halls_day": halls_day,
        "gates": gates,
    }  # fmt: skip
    parts = wanted or [*measured, "passes", "startup"]
    var_dir = Path(os.environ.get("TONGBAN_BENCH_DIR", ROOT / "var" / "bench")) / "house"
    shutil.rmtree(var_dir.parent, ignore_errors=True)
    var_dir.parent.mkdir(parents=True)
    report("machine", f"{os.cpu_count()} processors, Python {platform.python_version()}")
    try:
        # As behind a proxy: a plan may say whose address its request comes from, where visitors are limited by address.
        with running(var_dir, TONGBAN_TRUSTED_PROXIES="1") as house:
            for name, part in measured.items():
                if name in parts:
                    part.measure(house, report)
        if "passes" in parts:
            passes.measure(report)
        if "startup" in parts:
            startup.measure(var_dir, report)
    finally:
        shutil.rmtree(var_dir.parent, ignore_errors=True)


main(sys.argv[1:])
