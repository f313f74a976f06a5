"""``tongban restore DIRECTORY``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from tongban.config.backup import restore


class Command(BaseCommand):
    """Restore."""

    help = "Put a backup into an empty installation; stop the web server and the worker first."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Which backup."""
        parser.add_argument("directory", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, saying each step."""
        restore(options["directory"], self.stderr.write)
