"""The parts of a running installation, each a program: together under `tongban run`, or alone under systemd."""

import os
import sys
from typing import NoReturn

from pydantic import ValidationError

from tongban.config.environment import Environment, read_environment
from tongban.config.trouble import Trouble


def checked_settings() -> Environment:
    """The settings; Trouble that names each wrong one."""
    try:
        return read_environment()
    except ValidationError as wrong:
        names = ", ".join(_name_of(str(error["loc"][0])) for error in wrong.errors())
        reasons = "; ".join(str(error["msg"]) for error in wrong.errors())
        raise Trouble(
            f"设置有误：{names}（{reasons}）；见 docs/settings.md。",
            f"Wrong settings: {names} ({reasons}); see docs/settings.md.",
        ) from wrong


def _name_of(field: str) -> str:
    return field if field.isupper() else f"TONGBAN_{field.upper()}"


def web_command(settings: Environment) -> list[str]:
    """The web server: its own master replaces a lost worker, we replace a lost master."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "tongban.config.wsgi:application"),
        *("--host", settings.host, "--port", str(settings.port), "--no-ws"),
        *("--workers", str(settings.web_workers), "--blocking-threads", str(settings.web_threads)),
        *("--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "8"),
    ]


def worker_command(settings: Environment) -> list[str]:
    """The job worker; finished jobs are pruned, failed ones stay to be looked at."""
    return [
        *(sys.executable, "-m", "tongban", "procrastinate", "worker", "--concurrency", str(settings.job_concurrency)),
        *("--shutdown-graceful-timeout", "8", "--delete-jobs", "successful"),
    ]


def sequencer_command() -> list[str]:
    """The sequencer of the public logs."""
    return [sys.executable, "-m", "tongban", "sequencer"]


def become(part: str) -> NoReturn:
    """Turn this process into the web server or the worker: `tongban web`, `tongban worker`."""
    try:
        settings = checked_settings()
    except Trouble as trouble:
        sys.exit(str(trouble))
    command = web_command(settings) if part == "web" else worker_command(settings)
    os.execv(command[0], command)  # noqa: S606 - no shell is meant
