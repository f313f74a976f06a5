"""The ``tongban`` command."""

from __future__ import annotations

import os
import sys

# Commands that change tables or roles connect as the owner; everything else works as the runtime role.
OWNER_COMMANDS = {"migrate", "makemigrations", "prepare", "jurisdiction", "regions", "backup", "restore", "sqlmigrate"}


def main() -> None:
    """Run one command; a refusal or a wrong key file is one sentence, not a stack trace."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
    if sys.argv[1:] == ["run"]:  # the supervisor starts faster and stays smaller without Django
        from tongban.config.supervisor import main as run

        sys.exit(run())
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["TONGBAN_DATABASE_ROLE"] = "owner"
    from django.core.management import execute_from_command_line

    from tongban.config.trouble import Trouble
    from tongban.lib.keys import KeyFileError
    from tongban.lib.refusals import Refusal

    try:
        execute_from_command_line(sys.argv)
    except (Refusal, KeyFileError) as refused:
        sys.exit(f"{refused.message.zh}\n{refused.message.en}")
    except Trouble as trouble:
        sys.exit(str(trouble))


if __name__ == "__main__":
    main()
