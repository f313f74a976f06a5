"""Passwords of the embedded cluster's roles: one file each, readable by their owner alone."""

import os
import secrets
from pathlib import Path

ADMINISTRATOR = "postgres"


def password_file(secrets_dir: Path, role: str) -> Path:
    """Where the password of `role` is kept."""
    return secrets_dir / f"database_{role.removeprefix('tongban_')}"


def password(secrets_dir: Path, role: str) -> str:
    """The password of `role`; made on first use from letters that need no quoting anywhere."""
    path = password_file(secrets_dir, role)
    if not path.exists():
        keep(path, secrets.token_hex(24))
    return path.read_text().strip()


def keep(path: Path, secret: str) -> None:
    """Write a secret down, whole or not at all, for its owner's eyes only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
