"""``tongban regions load|list``."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from tongban.foundation.regions.actions import load_edition
from tongban.foundation.regions.adapters import packed_editions
from tongban.foundation.regions.queries import editions
from tongban.lib.actors import system


class Command(BaseCommand):
    """What the operator types to load region codes."""

    help = "Load and list editions of the administrative regions (行政区划)."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One subcommand per thing the operator does."""
        commands = parser.add_subparsers(dest="what", required=True)
        load = commands.add_parser("load", help="load editions; without a name, all that come along")
        load.add_argument("edition", nargs="*", help=f"a file, or one of: {', '.join(packed_editions())}")
        commands.add_parser("list", help="list the editions loaded, and their licences")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the one asked for."""
        if options["what"] == "load":
            for name in options["edition"] or packed_editions():
                self._load(name, quiet=options["verbosity"] == 0)
            return
        for edition in editions():
            self.stdout.write(
                f"{edition.authority}\t{edition.name}\t{edition.published}\t{edition.row_count}\t{edition.loaded_at:%Y-%m-%d}"
                f"\t{edition.sha256[:12]}\t{edition.licence}\n\t{edition.title}\n\t{edition.attribution}"
            )

    def _load(self, name: str, *, quiet: bool) -> None:
        loaded = load_edition(name, by=system("regions"))
        if not loaded.is_new:
            if not quiet:
                self.stdout.write(f"{loaded.edition.name}: loaded already, nothing changed")
            return
        self.stdout.write(
            f"{loaded.edition.name}: {loaded.edition.row_count} rows read; "
            f"{loaded.opened} opened, {loaded.ended} ended, {loaded.dated} dated"
        )
