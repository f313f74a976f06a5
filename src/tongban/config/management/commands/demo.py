"""``tongban demo load``."""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from tongban.foundation.regions.actions import create_jurisdiction
from tongban.foundation.regions.queries import active_schemas
from tongban.lib.actors import system
from tongban.lib.demo import load_demo
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal
from tongban.lib.words import T


class Command(BaseCommand):
    """Load the demo."""

    help = "Load sample contents into every jurisdiction; only in demo mode, safe to repeat."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One word: load."""
        parser.add_argument("what", choices=["load"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill each jurisdiction in one transaction of its own."""
        if not (settings.DEMO or settings.MODE == "test"):
            raise Refusal("demo_only", T("示例内容只能装入演示系统（TONGBAN_MODE=demo）。",
                          "Sample contents are for a demo only (TONGBAN_MODE=demo)."))  # fmt: skip
        if not active_schemas():
            self._create()
        for schema in active_schemas():
            with enter(schema), transaction.atomic():
                load_demo.call(by=system("demo"))
            self.stdout.write(f"{schema}: demo loaded")

    def _create(self) -> None:
        """The demo's jurisdiction: a prefecture, and one of its districts with a portal of its own."""
        luzhou = T("泸州市", "Luzhou")
        hosts = {
            "luzhou.localhost": ("510500", luzhou),
            "jiangyang.localhost": ("510502", T("江阳区", "Jiangyang District")),
        }
        create_jurisdiction(
            "510500", name=luzhou, hosts=hosts, runtime_role=settings.RUNTIME_ROLE, by=system("demo"),
            report=self.stdout.write,
        )  # fmt: skip
