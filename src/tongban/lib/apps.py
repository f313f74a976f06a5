"""The base of every app's configuration."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig


class HouseApp(AppConfig):
    """An app of the house: its hooks, handlers and jobs are known once the app is ready."""

    default_auto_field = "django.db.models.BigAutoField"
    # Django takes an app's class by itself only when its module holds one that is not opted out, and apps.py
    # holds this base, too: without these lines ready() below would never run.
    default = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.default = True

    def ready(self) -> None:
        """Import what registers itself: hooks offered, moments answered, jobs run, system checks."""
        for part in ("hooks", "actions", "handlers", "checks"):
            if find_spec(f"{self.name}.{part}"):
                import_module(f"{self.name}.{part}")
