"""The key ring: every secret the house works with, in one file outside the database.

Kinds: ``data`` (encrypted fields), ``index`` (blind indexes), ``token`` (tokens of clients and devices, codes),
``session`` (signing of sessions and cookies), ``credential`` (Ed25519 seeds of passes and certificates),
``document`` (files), ``ledger`` (signing of the public log). Each kind has one current key and keeps its old ones until nothing needs them.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tongban.lib.words import T

KINDS = ("data", "index", "token", "session", "credential", "document", "ledger")
# Kinds that came after the first key files: an older file is whole without them, until `tongban prepare` adds them.
LATER_KINDS = frozenset({"ledger"})


class KeyFileError(Exception):
    """The key file cannot be used; the message says what to do."""

    def __init__(self, message: T) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass(frozen=True, slots=True)
class Key:
    """One 32-byte secret of a kind; ``number`` grows with each rotation and is stored beside what it protects."""

    kind: str
    number: int
    secret: bytes
    created: str

    def derive(self, context: str) -> bytes:
        """A 32-byte key for one context (HKDF-SHA256, RFC 5869): contexts cannot be confused with each other."""
        return _derive(self.secret, f"tongban|{self.kind}|{context}")


@lru_cache(maxsize=4096)
def _derive(secret: bytes, info: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info.encode()).derive(secret)


class KeyRing:
    """The keys of one key file."""

    def __init__(self, keys: list[Key]) -> None:
        self._keys: dict[str, dict[int, Key]] = {kind: {} for kind in KINDS}
        for key in keys:
            self._keys[key.kind][key.number] = key
        for kind in KINDS:
            if not self._keys[kind] and kind not in LATER_KINDS:
                raise KeyFileError(
                    T("密钥文件里缺少“{kind}”类密钥。请恢复完整的密钥文件。",
                      "The key file holds no key of kind “{kind}”. Restore the complete key file.").format(kind=kind)
                )  # fmt: skip

    def current(self, kind: str) -> Key:
        """The key new values are protected with."""
        if not self._keys[kind]:
            raise KeyFileError(
                T("密钥文件还没有“{kind}”类密钥。请运行：tongban keys complete",
                  "The key file has no key of kind “{kind}” yet. Run: tongban keys complete").format(kind=kind)
            )  # fmt: skip
        return self._keys[kind][max(self._keys[kind])]

    def all(self, kind: str) -> list[Key]:
        """All keys of a kind, the current one first."""
        return [self._keys[kind][n] for n in sorted(self._keys[kind], reverse=True)]

    def numbered(self, kind: str, number: int) -> Key:
        """The key with this number."""
        key = self._keys[kind].get(number)
        if key is None:
            raise KeyFileError(
                T("密钥文件里没有“{kind}”第 {number} 号密钥，现有文件可能不是这套数据的密钥文件。请换回原来的密钥文件。",
                  "The key file has no {kind} key number {number}: it is probably not the key file of this data. "
                  "Put the original key file back.").format(kind=kind, number=number)
            )  # fmt: skip
        return key

    def with_new(self, kind: str) -> KeyRing:
        """The ring after one rotation of a kind."""
        return KeyRing([*self._every(), _new_key(kind, max(self._keys[kind], default=0) + 1)])

    def missing(self) -> list[str]:
        """Kinds that came after this file was made."""
        return [kind for kind in KINDS if not self._keys[kind]]

    def complete(self) -> KeyRing:
        """The ring with a first key of each kind it lacks; every key it has stays as it is."""
        return KeyRing([*self._every(), *(_new_key(kind, 1) for kind in self.missing())])

    def without_old(self, kind: str) -> KeyRing:
        """The ring with only the current key of a kind: old values of that kind become unreadable."""
        current = self.current(kind)
        return KeyRing([k for k in self._every() if k.kind != kind or k == current])

    def identities(self) -> list[dict[str, object]]:
        """Kind, number, date and fingerprint of each key, without its secret."""
        return [
            {"kind": k.kind, "number": k.number, "created": k.created, "fingerprint": k.derive("fingerprint")[:6].hex()}
            for k in self._every()
        ]

    def _every(self) -> list[Key]:
        return [key for kind in KINDS for key in self._keys[kind].values()]

    @classmethod
    def new(cls) -> KeyRing:
        """A ring with one fresh key of each kind."""
        return cls([_new_key(kind, 1) for kind in KINDS])

    @classmethod
    def read(cls, path: Path) -> KeyRing:
        """The ring of a key file; every way in which the file can be wrong has its own sentence."""
        try:
            mode = path.stat().st_mode
            content = path.read_text("utf-8")
        except FileNotFoundError:
            raise KeyFileError(
                T("找不到密钥文件 {path}。首次安装请运行 tongban keys create；否则请把原来的密钥文件放回去。",
                  "There is no key file at {path}. On a new installation run: tongban keys create. "
                  "Otherwise put the original file back.").format(path=path)
            ) from None  # fmt: skip
        except (OSError, UnicodeDecodeError) as error:
            raise KeyFileError(
                T("读不了密钥文件 {path}:{why}。请检查文件和权限。",
                  "The key file {path} cannot be read: {why}. Check the file and its permissions.")
                .format(path=path, why=error)
            ) from None  # fmt: skip
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyFileError(
                T("密钥文件 {path} 别人也能读。请运行：chmod 600 {path}",
                  "The key file {path} is open to others. Run: chmod 600 {path}").format(path=path)
            )  # fmt: skip
        try:
            rows = json.loads(content)["keys"]
            keys = [Key(r["kind"], int(r["number"]), _secret(r["secret"]), str(r["created"])) for r in rows]
            return cls(keys)
        except (ValueError, KeyError, TypeError):
            raise KeyFileError(
                T("密钥文件 {path} 的内容不完整或不是密钥文件。请从备份恢复。",
                  "The key file {path} is damaged or not a key file. Restore it from your backup.").format(path=path)
            ) from None  # fmt: skip

    def write(self, path: Path) -> None:
        """Write the key file in one step, readable by its owner alone."""
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [asdict(k) | {"secret": base64.b64encode(k.secret).decode()} for k in self._every()]
        text = json.dumps({"tongban": "keys", "version": 1, "keys": rows}, indent=1)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


def _secret(text: str) -> bytes:
    secret = base64.b64decode(text, validate=True)
    if len(secret) != 32:
        raise ValueError("a secret has 32 bytes")
    return secret


def _new_key(kind: str, number: int) -> Key:
    return Key(kind, number, secrets.token_bytes(32), datetime.now(UTC).isoformat(timespec="seconds"))


_path: Path | None = None
_loaded: tuple[tuple[int, int], KeyRing] | None = None


def use_file(path: Path) -> None:
    """Say where the key file is; called once by the settings."""
    global _path, _loaded
    _path, _loaded = path, None


def ring() -> KeyRing:
    """The ring in force; read again when the file changes, so that a rotation reaches every process."""
    global _loaded
    if _path is None:
        raise RuntimeError("use_file was not called")
    try:
        state = _path.stat()
        stamp = (state.st_mtime_ns, state.st_ino)
    except FileNotFoundError:
        stamp = (0, 0)
    if _loaded is None or _loaded[0] != stamp:
        _loaded = (stamp, KeyRing.read(_path))
    return _loaded[1]
