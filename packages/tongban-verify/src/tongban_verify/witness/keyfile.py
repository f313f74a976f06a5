"""A witness's key: made on its first run, kept in one file that only its owner can read."""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
from hashlib import sha256
from pathlib import Path

from tongban_verify.errors import Unverified
from tongban_verify.notes import COSIGNATURE, MLDSA44, SigningKey, check_name

MODE = 0o600


def key_of(path: Path, name: str) -> SigningKey:
    """The Ed25519 key in the file, made there first when there is none; Unverified for a file that cannot be used."""
    if not path.exists():
        _make(path, name)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        said = json.loads(path.read_text("utf-8"))
        found = SigningKey(check_name(str(said["name"])), base64.b64decode(said["seed"], validate=True), COSIGNATURE)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unverified(
            "key_file", f"密钥文件 {path} 不能用（{error}）。", f"The key file {path} cannot be used ({error})."
        ) from None
    if mode & 0o077:
        raise Unverified(
            "key_file_open", f"密钥文件 {path} 别人也能读，请运行：chmod 600 {path}",
            f"The key file {path} is open to others. Run: chmod 600 {path}",
        )  # fmt: skip
    if len(found.seed) != 32 or found.name != name:
        raise Unverified(
            "key_file_other", f"密钥文件 {path} 属于“{found.name}”，不是“{name}”。",
            f"The key file {path} belongs to {found.name}, not to {name}.",
        )  # fmt: skip
    return found


def quantum_safe(key: SigningKey) -> SigningKey:
    """The ML-DSA-44 key of the same witness: derived from the same seed, so one file holds both."""
    return SigningKey(key.name, sha256(b"tongban-witness/ml-dsa-44\0" + key.seed).digest(), MLDSA44)


def _make(path: Path, name: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps({"name": check_name(name), "seed": base64.b64encode(secrets.token_bytes(32)).decode()})
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")  # threads of one process may be at it together
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # unlike a rename it never replaces a key that another process made meanwhile
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
