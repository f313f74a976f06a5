"""The ``tongban`` command."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Commands that change tables or roles connect as the owner; everything else works as the runtime role.
OWNER_COMMANDS = {
    "migrate", "makemigrations", "sqlmigrate", "prepare", "demo", "jurisdiction", "regions", "keys", "backup", "restore",
}  # fmt: skip
# Commands of an installation that is stopped as often as running: they start the embedded server for themselves.
STARTING_COMMANDS = {"migrate", "keys", "backup", "restore"}


def main() -> None:
    """Run one command; what goes wrong for a known reason is one sentence in each language, not a stack trace."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")
    if sys.argv[1:] == ["run"]:  # the supervisor starts faster and stays smaller without Django
        from tongban.config.supervisor import main as run

        sys.exit(run())
    if sys.argv[1:] in (["web"], ["worker"]):
        from tongban.config.parts import become

        become(sys.argv[1])
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in OWNER_COMMANDS:
        os.environ["TONGBAN_DATABASE_ROLE"] = "owner"
    from tongban.config.trouble import Trouble

    try:
        with _database(command in STARTING_COMMANDS):
            _execute()
    except Trouble as trouble:
        sys.exit(str(trouble))


def _execute() -> None:
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from tongban.lib.keys import KeyFileError
    from tongban.lib.refusals import Refusal

    try:
        execute_from_command_line(sys.argv)
    except (Refusal, KeyFileError) as refused:
        sys.exit(f"{refused.message.zh}\n{refused.message.en}")
    except OperationalError as unreachable:
        why = str(unreachable).strip()
        sys.exit(
            f"连不上数据库：请先执行 make run，或检查 DATABASE_URL。（{why}）\n"
            f"The database cannot be reached: start it with make run, or check DATABASE_URL. ({why})"
        )


@contextmanager
def _database(starts: bool) -> Iterator[None]:
    """Have the embedded server running for one command, when the house is stopped and no other server is named."""
    from tongban.config.embedded import ensure_roles_and_database, start
    from tongban.config.environment import read_environment
    from tongban.config.trouble import Trouble

    environment = read_environment()
    if not starts or environment.database_url.get_secret_value():
        yield
        return
    var_dir = environment.var_dir.absolute()
    try:
        cluster = start(var_dir / "postgres", secrets_dir=var_dir / "secrets")
    except Trouble:  # running already, which is as good
        yield
        return
    with cluster:
        ensure_roles_and_database(cluster)
        yield


if __name__ == "__main__":
    main()
