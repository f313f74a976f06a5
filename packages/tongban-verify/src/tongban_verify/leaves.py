"""What a leaf of Tongban's log says, and what must hold from one leaf to the next."""

from __future__ import annotations

import base64
import binascii
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from tongban_verify.errors import Unverified
from tongban_verify.notes import SigningKey, VerifierKey

SLACK = timedelta(minutes=10)  # two clocks that are each up to five minutes off


def rotation_text(old: VerifierKey, new: VerifierKey, size: int) -> str:
    """What an old key signs to hand over to a new one from a log of ``size`` leaves on."""
    return f"tongban/keys.rotated/v1\n{old}\n{new}\n{size}\n"


def sign_rotation(old: SigningKey, new: VerifierKey, size: int) -> str:
    """The old key's word for the new one, as it stands in the leaf."""
    return old.line(rotation_text(old.verifier, new, size)).rsplit(" ", 1)[1].strip()


def commitment(leaf_type: str, name: str, salt: bytes, value: bytes) -> bytes:
    """What a leaf holds instead of a value: SHA-256(tag || salt || value).

    The tag is ``tongban/v1/<type>/<field>`` and a zero byte, the salt 32 random bytes, the value canonical JSON.
    """
    if len(salt) != 32:
        raise ValueError("a salt has 32 bytes")
    return sha256(f"tongban/v1/{leaf_type}/{name}\0".encode() + salt + value).digest()


@lru_cache(maxsize=1024)  # leaves of one second come together, and reading a date costs more than hashing its leaf
def _moment(text: str) -> tuple[datetime, str]:
    found = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return found, found.date().isoformat()


@dataclass(slots=True)
class Reading:
    """What reading a log's leaves in order brings to light; ``findings`` are (index, sentence zh, sentence en)."""

    keys: list[tuple[int, VerifierKey]]
    days: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[tuple[int, str, str]] = field(default_factory=list)
    newest: datetime | None = None

    def read(self, index: int, entry: bytes) -> None:
        """Take the next leaf."""
        try:
            leaf = json.loads(entry.decode())  # as bytes their encoding would be guessed first
            leaf_type, (at, day) = str(leaf["type"]), _moment(leaf["at"])
        except (ValueError, KeyError, TypeError):
            self.days["", "?"] += 1  # another log's leaves: counted, not judged
            return
        self.days[day, leaf_type] += 1
        if self.newest is not None and at < self.newest - SLACK:
            self.findings.append((
                index, f"第 {index} 条注明 {leaf['at']}，却排在 {self.newest:%Y-%m-%dT%H:%M:%SZ} 的条目之后：时间可能倒填。",
                f"Leaf {index} is dated {leaf['at']} but stands after one of {self.newest:%Y-%m-%dT%H:%M:%SZ}: back-dated.",
            ))  # fmt: skip
        self.newest = at if self.newest is None else max(self.newest, at)
        if leaf_type == "keys.rotated":
            self._rotate(index, leaf)

    def _rotate(self, index: int, leaf: dict[str, Any]) -> None:
        said = leaf.get("open")
        if not isinstance(said, dict) or said.get("kind") != "ledger":
            return
        begin, current = self.keys[-1]
        try:
            new = VerifierKey.parse(str(said["new"]))
            signature = base64.b64decode(str(said["signature"]), validate=True)
            if signature[:4] != current.id or new.name != current.name or said.get("old") != str(current):
                raise Unverified("rotation", "", "")
            current.signed_at(rotation_text(current, new, int(said["size"])), signature[4:])
        except (Unverified, KeyError, ValueError, binascii.Error):
            if index >= begin:
                self.findings.append((
                    index, f"第 {index} 条更换密钥，但旧密钥没有认可。",
                    f"Leaf {index} changes the key without the word of the old one.",
                ))  # fmt: skip
            return
        self.keys.append((index, new))

    def key_at(self, size: int) -> VerifierKey:
        """The key that must sign a checkpoint of ``size`` leaves."""
        return [key for begin, key in self.keys if begin < size or begin < 0][-1]
