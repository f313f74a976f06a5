"""``tongban definition check|publish``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tongban.foundation.regions.queries import active_schemas
from tongban.lib.actors import system
from tongban.lib.jurisdictions import enter
from tongban.matters.actions import publish_library
from tongban.matters.adapters import Library, read_library
from tongban.matters.rules.sources import Faulty


class Command(BaseCommand):
    """Check the folders of definitions, or publish what changed in them."""

    help = "Check or publish services from their folders; every error names file, line and remedy."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """What to do, where, and for whom."""
        parser.add_argument("what", choices=["check", "publish"])
        parser.add_argument("service", nargs="?", default="", help="one service's folder; default: all")
        parser.add_argument("--from", dest="folder", type=Path, help="the folder of definitions")
        parser.add_argument("--jurisdiction", default="", help="code of one jurisdiction; default: all")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check everything before the first version is written."""
        for folder in [options["folder"]] if options["folder"] else settings.DEFINITIONS_DIRS:
            library = self._read(folder, options["service"])
            if options["what"] == "publish":
                self._publish(library, options["jurisdiction"])
            else:
                self.stdout.write(f"{folder}: {len(library.contents)} 项事项没有错误 / services without errors")

    def _read(self, folder: Path, service: str) -> Library:
        try:
            return read_library(folder, service)
        except Faulty as faulty:
            lines = [f"{f.file}:{f.line}: {f.message.zh}\n    {f.message.en}" for f in faulty.faults]
            raise CommandError("\n".join(["", *lines])) from None

    def _publish(self, library: Library, code: str) -> None:
        schemas = [f"j{code}"] if code else active_schemas()
        for schema in schemas:
            with enter(schema):
                for done in publish_library(library, by=system("tongban definition publish")):
                    state = "新版本 new version" if done.is_new else "没有变化 unchanged"
                    self.stdout.write(f"{schema} {done.code}: v{done.number} {state}")
