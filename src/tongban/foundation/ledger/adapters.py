"""The world outside the database: what this machine remembers of the heads it signed, and what witnesses hold."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from tongban.lib.jurisdictions import require_current
from tongban.lib.witnesses import policy
from tongban_verify.checkpoints import Checkpoint as Head
from tongban_verify.errors import Unverified
from tongban_verify.notes import LARGEST_NOTE, text_of
from tongban_verify.policy import Witness

_CLAIMS = "claims"


def _directory() -> Path:
    return Path(settings.LEDGER_DIR) / require_current()


def remember(shard: str, note: str) -> None:
    """Keep the newest head of a shard; called once its transaction has committed."""
    directory = _directory()
    directory.mkdir(parents=True, exist_ok=True)
    fresh = directory / f".{shard}"
    fresh.write_text(note, "utf-8")
    fresh.replace(directory / shard)


def remembered() -> dict[str, str]:
    """The notes of the newest heads this machine signed for the current jurisdiction, by the shard's name."""
    directory = _directory()
    if not directory.is_dir():
        return {}
    files = (path for path in directory.iterdir() if path.is_file() and not path.name.startswith("."))
    return {path.name: path.read_text("utf-8") for path in files}


def head_of(note: str) -> Head | None:
    """The head in a remembered note; None for a damaged file, which is then no memory at all."""
    try:
        return Head.parse(text_of(note.encode()))
    except Unverified:
        return None


def list_logs(verifiers: list[str]) -> None:
    """Keep the keys of our logs in a file as ``tongban-witness --logs`` reads it, for a witness on this machine."""
    path = Path(settings.LEDGER_DIR) / "logs"
    text = "".join(f"log {verifier}\n" for verifier in verifiers)
    if not path.exists() or path.read_text("utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(".logs")
        fresh.write_text(text, "utf-8")
        fresh.replace(path)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a witness holds against our tree: it has seen more leaves, or another tree (``is_disputed``)."""

    shard: str
    size: int
    witness: str
    is_disputed: bool


def claim(found: Claim) -> None:
    """Keep a witness's word outside the database until ``resume`` has answered it."""
    directory = _directory() / _CLAIMS
    directory.mkdir(parents=True, exist_ok=True)
    fresh = directory / f".{found.shard}"
    fresh.write_text(json.dumps([found.size, found.witness, found.is_disputed]), "utf-8")
    fresh.replace(directory / found.shard)


def claims() -> list[Claim]:
    """What witnesses of the policy hold against us; the word of one that the operator removed no longer counts."""
    directory = _directory() / _CLAIMS
    if not directory.is_dir():
        return []
    found, trusted = [], {witness.key.name for witness in policy().witnesses}
    for path in directory.iterdir():
        if not path.name.startswith("."):
            size, witness, is_disputed = json.loads(path.read_text("utf-8"))
            found.append(Claim(path.name, size, witness, is_disputed))
    return [each for each in found if each.witness in trusted]


def drop_claims() -> None:
    """Forget what was held against us: ``resume`` has answered it in the open."""
    directory = _directory() / _CLAIMS
    for path in directory.iterdir() if directory.is_dir() else ():
        path.unlink()


def head_at(witness: Witness, origin: str) -> bytes | None:
    """The newest head a witness cosigned of a log, as ``tongban-witness`` shows it; None from one that does not."""
    address = f"{witness.url.rstrip('/')}/logs/{sha256(origin.encode()).hexdigest()}/checkpoint"
    if not address.startswith(("http://", "https://")):
        return None
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - the scheme is checked above
            found: bytes = answer.read(LARGEST_NOTE)
            return found
    except (OSError, ValueError):
        return None
