"""``tongban backup DIRECTORY``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from tongban.config.backup import backup


class Command(BaseCommand):
    """Back up."""

    help = "Write database, documents and the identities of keys into a new directory below the one named."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Where backups are kept."""
        parser.add_argument("directory", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Back up and print where."""
        self.stdout.write(str(backup(options["directory"], self.stderr.write)))
