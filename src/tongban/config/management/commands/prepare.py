"""``tongban prepare``: what ``tongban run`` does before it starts the web server."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tongban.config.preparation import prepare


class Command(BaseCommand):
    """Prepare the installation for its first request."""

    help = "Bring tables, keys, demo and static files up to date."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare everything; what is done already is skipped."""
        prepare(self.stdout.write)
