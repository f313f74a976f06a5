"""``tongban jurisdiction create|list``."""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from tongban.foundation.regions.actions import create_jurisdiction
from tongban.foundation.regions.models import Jurisdiction
from tongban.lib.actors import system
from tongban.lib.words import T


class Command(BaseCommand):
    """The command."""

    help = "Create and list jurisdictions (辖区)."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One subcommand per thing the operator does."""
        commands = parser.add_subparsers(dest="what", required=True)
        create = commands.add_parser("create", help="create one: tongban jurisdiction create 510500 泸州市 Luzhou")
        create.add_argument("code")
        create.add_argument("name_zh")
        create.add_argument("name_en", nargs="?", default="")
        create.add_argument("--host", action="append", default=[], help="host name that leads to it; may repeat")
        commands.add_parser("list", help="list them")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the one asked for."""
        if options["what"] == "list":
            for found in Jurisdiction.objects.order_by("code").prefetch_related("hosts"):
                hosts = " ".join(host.hostname for host in found.hosts.all())
                self.stdout.write(f"{found.code}\t{found.name_zh}\t{found.name_en}\t{found.state}\t{hosts}")
            return
        name = T(options["name_zh"], options["name_en"] or options["name_zh"])
        leading_here = {host.lower(): (options["code"], name) for host in options["host"]}
        found = create_jurisdiction(
            options["code"], name=name, hosts=leading_here, runtime_role=settings.RUNTIME_ROLE, by=system("jurisdiction"),
            report=self.stdout.write,
        )  # fmt: skip
        self.stdout.write(f"{found.code} {found.name_zh}: {found.schema}")
