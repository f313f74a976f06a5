"""What this machine remembers of the heads it signed, outside the database: a restored backup does not know them."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from tongban.lib.jurisdictions import require_current
from tongban_verify.checkpoints import Checkpoint as Head
from tongban_verify.errors import Unverified
from tongban_verify.notes import text_of


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
    return {path.name: path.read_text("utf-8") for path in directory.iterdir() if not path.name.startswith(".")}


def head_of(note: str) -> Head | None:
    """The head in a remembered note; None for a damaged file, which is then no memory at all."""
    try:
        return Head.parse(text_of(note.encode()))
    except Unverified:
        return None
