"""``tongban trust status|publish|export|import|adopt``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from tongban.foundation.credentials import actions, queries
from tongban.lib.actors import system
from tongban.lib.jobs import schema_named
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban_verify.errors import Unverified
from tongban_verify.passes.signing import read_lists, write_lists

OPERATOR = system("trust")


class Command(BaseCommand):
    """The trust list: its state, signing it here, or having it signed where the root key is."""

    help = "The trust list of passes and certificates, and the root key it is signed with (docs/passes.md)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One subcommand per thing done."""
        commands = parser.add_subparsers(dest="what", required=True)
        for name, about in (
            ("status", "root key, version and end of the list, and what is to be done"),
            ("publish", "sign and publish now, while the root key is on this server"),
            ("export", "unsigned lists, to be signed with tongban-trust where the root key is"),
            ("import", "lists that were signed there"),
            ("adopt", "have lists signed by a root key made elsewhere"),
        ):
            command = commands.add_parser(name, help=about)
            command.add_argument(
                "--city", default="", help="code of the jurisdiction; not needed when there is only one"
            )
            if name in ("export", "import"):
                command.add_argument("file", type=Path)
            if name == "export":
                command.add_argument("--days", type=int, default=90, help="lists for so many days in advance")
            if name == "adopt":
                command.add_argument("key", help="the public root key, 64 hexadecimal digits")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the one asked for, in its jurisdiction."""
        with enter(schema_named(options["city"])):
            getattr(self, f"{options['what']}_")(**options)

    def status_(self, **_: Any) -> None:
        """What stands, in one line each."""
        row, root = queries.current_trust_list(), queries.root_in_force()
        trouble = queries.trust_trouble()
        path = queries.root_file(queries.city_of_current())
        self.stdout.write(f"root\t{root or '-'}\t{path if path.is_file() else 'offline'}")
        self.stdout.write(f"list\t{row or '-'}\t{row.expires_at.isoformat() if row else '-'}")
        self.stdout.write(f"{trouble.zh}\n{trouble.en}" if trouble else "ok")

    def publish_(self, **_: Any) -> None:
        """Sign what is due."""
        actions.prepare_keys(by=OPERATOR)
        made = actions.publish_trust_list(by=OPERATOR)
        self.stdout.write(
            f"{made}"
            if made
            else "没有签发：不需要，或根密钥不在本机。Nothing signed: not due, or the root key is elsewhere."
        )

    def export_(self, file: Path, days: int, **_: Any) -> None:
        """Write the drafts."""
        actions.prepare_keys(by=OPERATOR)
        lists = actions.draft_trust_lists(days, by=OPERATOR)
        write_lists(file, lists)
        self.stdout.write(f"{file}\t{len(lists)}")

    def import_(self, file: Path, **_: Any) -> None:
        """Take what was signed."""
        try:
            lists = read_lists(file)
        except Unverified as wrong:
            raise Refusal("lists_unreadable", T(wrong.zh, wrong.en), field="file") from None
        self.stdout.write(str(actions.import_trust_lists(lists, by=OPERATOR)))

    def adopt_(self, key: str, **_: Any) -> None:
        """Another root from now on."""
        try:
            public_key = bytes.fromhex(key)
        except ValueError:
            public_key = b""
        self.stdout.write(str(actions.adopt_root(public_key, by=OPERATOR)))
