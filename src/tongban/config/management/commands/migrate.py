"""``tongban migrate``: public and every jurisdiction; takes the place of Django's own command of that name."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.migrations.autodetector import MigrationAutodetector

from tongban.foundation.regions.actions import migrate_all


class Command(BaseCommand):
    """The command."""

    help = "Bring the shared tables and every jurisdiction up to date; those that are current are skipped."
    requires_system_checks: list[str] = []
    autodetector = MigrationAutodetector  # Django's checks and makemigrations look for it here

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate everything."""
        changed = migrate_all(runtime_role=settings.RUNTIME_ROLE, report=self.stdout.write)
        self.stdout.write("current" if not changed else f"{changed} schemas migrated")
