"""Message templates: ``messages/<code>.yaml`` in any installed app."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from django.apps import apps

from tongban.foundation.notifications.rules import Template


@cache
def templates() -> dict[str, Template]:
    """Every template by its code; a file that is wrong names itself."""
    found: dict[str, Template] = {}
    for app in apps.get_app_configs():
        for path in sorted(Path(app.path, "messages").glob("*.yaml")):
            read = read_template(path)
            if read.code in found:
                raise ValueError(f"{path}: {read.code} has a template already")
            found[read.code] = read
    return found


def template(code: str) -> Template:
    """The template with this code."""
    try:
        return templates()[code]
    except KeyError:
        raise ValueError(f"there is no message template {code}") from None


def read_template(path: Path) -> Template:
    """One template file; its name is its code."""
    try:
        return Template.read(path.stem, yaml.safe_load(path.read_text("utf-8")))
    except (ValueError, TypeError, yaml.YAMLError) as error:
        raise ValueError(f"{path}: {error}") from error
