"""``tongban ledger show|resume``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from tongban.foundation.ledger import queries
from tongban.foundation.ledger.actions import resume
from tongban.lib.jobs import jurisdictions_at_work
from tongban.lib.jurisdictions import enter


class Command(BaseCommand):
    """The public logs of this installation."""

    help = "The public logs: show their heads and keys; go on after a restored backup."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One subcommand per thing done."""
        commands = parser.add_subparsers(dest="what", required=True)
        commands.add_parser("show", help="name, size, leaves waiting and first key of each log")
        going_on = commands.add_parser("resume", help="after a restored backup: a new shard that says what was lost")
        going_on.add_argument("jurisdiction", help="its schema, for example j510500")
        going_on.add_argument("--head", type=Path, action="append", default=[], help="a checkpoint somebody else kept")
        going_on.add_argument("--head-lost", action="store_true", help="nobody has the head a witness tells of")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the one asked for."""
        if options["what"] == "resume":
            with enter(options["jurisdiction"]):
                heads = [path.read_bytes() for path in options["head"]]
                fresh = resume(heads, is_head_lost=options["head_lost"])
                self.stdout.write(f"{fresh.origin}\tresumed")
            return
        for schema in [name for names in jurisdictions_at_work.call() for name in names]:
            with enter(schema):
                self._show()

    def _show(self) -> None:
        shard = queries.current_shard()
        if shard:
            head = queries.newest_checkpoint(shard)
            key = queries.keys_of(shard)[0].verifier
            self.stdout.write(f"{shard.origin}\t{head.size if head else 0}\t{queries.waiting()}\t{key}")
