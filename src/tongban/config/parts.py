"""The parts of a running installation, each a program: together under `tongban run`, or alone under systemd."""

import os
import socket
import sys
from pathlib import Path
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


def demo_witness(settings: Environment, var_dir: Path) -> list[str] | None:
    """A witness of the demo's own, and the policy that names it; None for a house with a policy of its operator's.

    It shows how heads are cosigned. Run by the same machine, it proves nothing, and the page says so.
    """
    if settings.mode != "demo" or settings.ledger_policy:
        return None
    from tongban_verify.witness.keyfile import key_of

    name, state = "witness.localhost/demo", var_dir / "witness"
    key = key_of(state / "key.json", name)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    policy = var_dir / "run" / "witness.policy"
    policy.parent.mkdir(parents=True, exist_ok=True)
    policy.write_text(f"witness demo {key.verifier} http://127.0.0.1:{port}/\nquorum demo\n")
    listen, logs = f"127.0.0.1:{port}", str(var_dir / "ledger" / "logs")
    command = [sys.executable, "-m", "tongban_verify.witness", "--name", name, "--state", str(state)]
    return [*command, "--logs", logs, "--listen", listen]


def become(part: str) -> NoReturn:
    """Turn this process into the web server or the worker: `tongban web`, `tongban worker`."""
    try:
        settings = checked_settings()
    except Trouble as trouble:
        sys.exit(str(trouble))
    command = web_command(settings) if part == "web" else worker_command(settings)
    os.execv(command[0], command)  # noqa: S606 - no shell is meant
