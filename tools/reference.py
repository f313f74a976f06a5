"""Write the reference pages under docs/ from the code: ``make reference``."""

from __future__ import annotations

import os
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
WRITTEN = "<!-- Written by `make reference` from the code; change the descriptions there. -->"


def settings_page() -> str:
    """Every setting with its default and meaning."""
    from pydantic import SecretStr

    from tongban.config.environment import ROOT, Environment

    lines = [
        "# Settings", "", WRITTEN, "",
        "Set them in the environment of `make run` or of the service. Any of them can come from a file: "
        "`NAME_FILE=/path` gives `NAME` the content of that file, which is how secrets should arrive.", "",
        "| setting | default | meaning |", "|---|---|---|",
    ]  # fmt: skip
    for name, field in Environment.model_fields.items():
        shown = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        shown = str(shown).replace(f"{ROOT}/", "") if shown not in (None, "") else ""
        label = field.validation_alias or f"TONGBAN_{name.upper()}"
        lines.append(f"| `{label}` | {f'`{shown}`' if shown else ''} | {field.description} |")
    return "\n".join(lines) + "\n"


def hooks_page() -> str:
    """Every hook with its contract."""
    from tongban.lib import hooks

    lines = ["# Hooks", "", WRITTEN, "", "Moments a lower app offers and an upper app answers in its `handlers.py`, in the same transaction.", "",
             "| hook | contract |", "|---|---|"]  # fmt: skip
    lines += [f"| `{name}` | {hook.doc} |" for name, hook in sorted(hooks.ALL.items())]
    return "\n".join(lines) + "\n"


def capabilities_page() -> str:
    """Every capability, who brings it, and whether an API client may be given it."""
    from tongban.lib import capabilities

    lines = ["# Capabilities", "", WRITTEN, "", "What an actor may do. A membership of a unit has a role, and the role brings these.", "",
             "| capability | meaning | roles | API clients |", "|---|---|---|---|"]  # fmt: skip
    for name, found in sorted(capabilities.ALL.items()):
        roles = ", ".join(sorted(found.roles))
        lines.append(
            f"| `{name}` | {found.label.zh} / {found.label.en} | {roles} | {'yes' if found.grantable_to_clients else ''} |"
        )
    lines += ["", "## Roles", "", "| role | 中文 | English |", "|---|---|---|"]
    lines += [f"| {role} | {label.zh} | {label.en} |" for role, label in capabilities.ROLES.items()]
    return "\n".join(lines) + "\n"


def events_page() -> str:
    """Every event type other systems may subscribe to."""
    from tongban.foundation.exchange.rules import EVENTS

    lines = ["# Events", "", WRITTEN, "", "What other systems may be told of ([how](exchange.md)). A client needs the capability `exchange.subscribe`, and the one named here.", "",
             "| type | meaning | capability |", "|---|---|---|"]  # fmt: skip
    lines += [
        f"| `{name}` | {e.label.zh} / {e.label.en} | {f'`{e.capability}`' if e.capability else ''} |"
        for name, e in sorted(EVENTS.items())
    ]
    return "\n".join(lines) + "\n"


def retention_page() -> str:
    """What is kept for a time only, and for how long."""
    from tongban.foundation.ledger.hooks import retentions

    lines = ["# Retention", "", WRITTEN, "", "What is erased by schedule, at night (hourly where marked), each batch with a leaf `data.erased` of the "
             "[public log](ledger.md). What stands nowhere here is kept.", "",
             "| purpose | what | kept | table |", "|---|---|---|---|"]  # fmt: skip
    found = sorted((one for answer in retentions.call() for one in answer), key=lambda one: one.purpose)
    lines += [
        f"| `{one.purpose}` | {one.title.zh} / {one.title.en} | {one.kept.zh} / {one.kept.en}"
        f"{' (hourly)' if one.is_hourly else ''} | `{one.model._meta.label_lower}` |"
        for one in found
    ]
    return "\n".join(lines) + "\n"


PAGES = {
    "settings.md": settings_page,
    "hooks.md": hooks_page,
    "capabilities.md": capabilities_page,
    "events.md": events_page,
    "retention.md": retention_page,
}


def main() -> None:
    """Write every page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
    import django

    django.setup()
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
