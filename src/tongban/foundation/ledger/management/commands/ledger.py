"""``tongban ledger show|check|resume``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tongban.foundation.ledger import queries
from tongban.foundation.ledger.actions import check, erase_due, resume
from tongban.foundation.ledger.rules.faults import FAULTS, REMEDY
from tongban.lib.jobs import schema_named, schemas_at_work
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal
from tongban.lib.words import T


class Command(BaseCommand):
    """The public logs of this installation."""

    help = "The public logs: show their heads and keys; compare them with the rows; go on after a restored backup."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One subcommand per thing done."""
        commands = parser.add_subparsers(dest="what", required=True)
        commands.add_parser("show", help="name, size, leaves waiting and first key of each log")
        checking = commands.add_parser(
            "check", help="compare the log and all rows it tells of; print what does not fit"
        )
        checking.add_argument("--new", action="store_true", help="only what was added since the last check")
        going_on = commands.add_parser("resume", help="after a restored backup: a new shard that says what was lost")
        going_on.add_argument("jurisdiction", help="its code, for example 510500")
        going_on.add_argument("--head", type=Path, action="append", default=[], help="a checkpoint somebody else kept")
        going_on.add_argument("--head-lost", action="store_true", help="nobody has the head a witness tells of")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the one asked for."""
        if options["what"] == "resume":
            heads = [_head(path) for path in options["head"]]
            with enter(schema_named(options["jurisdiction"])):
                fresh = resume(heads, is_head_lost=options["head_lost"])
                self.stdout.write(f"{fresh.origin}\tresumed")
                self.stdout.write(f"{erase_due()}\terased again")
            return
        faults = 0
        for schema in schemas_at_work():
            with enter(schema):
                if options["what"] == "show":
                    self._show()
                else:
                    faults += self._check(schema, is_full=not options["new"])
        if faults:
            raise CommandError(str(REMEDY))

    def _check(self, schema: str, *, is_full: bool) -> int:
        """Compare; each finding nobody explained on a line of its own; how many."""
        run = check(is_full=is_full)
        self.stdout.write(f"{schema}\t{run.leaves} leaves\t{run.affairs} affairs")
        faults = [one for one in queries.findings() if one.explained_at is None]
        for one in faults:
            self.stdout.write(f"{schema}\t{one.kind}\t{one.about}\t{one.detail}\t{FAULTS[one.kind].title}")
        return len(faults)

    def _show(self) -> None:
        shard = queries.current_shard()
        if shard:
            head = queries.newest_checkpoint(shard)
            key = queries.keys_of(shard)[0].verifier
            self.stdout.write(f"{shard.origin}\t{head.size if head else 0}\t{queries.waiting()}\t{key}")


def _head(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        text = T("读不到检查点文件 {path}：{why}", "The checkpoint {path} cannot be read: {why}")
        raise Refusal("head_unreadable", text.format(path=path, why=error.strerror), field="head") from None
