"""Where sealed files lie: DOCUMENTS_DIR/<jurisdiction>/<shard>/<document id>.

A name without a suffix is a complete file; ``.part`` is one that is being written; ``.thumb`` is a thumbnail.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from tongban.lib.jurisdictions import require_current
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

PART, THUMB = ".part", ".thumb"


def house() -> Path:
    """The directory of the current jurisdiction."""
    return Path(settings.DOCUMENTS_DIR) / require_current()


def place_of(document_id: UUID, suffix: str = "") -> Path:
    """Where a document's file lies; the last two digits of the id are random, so the shards fill evenly."""
    return house() / document_id.hex[-2:] / f"{document_id}{suffix}"


def _shelf(document_id: UUID) -> Path:
    shelf = place_of(document_id).parent
    if not shelf.is_dir():
        shelf.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sync_directory(shelf.parent)
    return shelf


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync(file: BinaryIO) -> None:
    """Everything written so far survives a power cut."""
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def part_of(document_id: UUID) -> Iterator[BinaryIO]:
    """The part file, open for reading and writing by this holder alone; a second holder is refused at once."""
    _shelf(document_id)
    descriptor = os.open(place_of(document_id, PART), os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(
                "upload_busy", T("这个文件正在由另一个连接上传，请稍候再续传。",
                "Another connection is sending this file at the moment: wait a little, then resume."),
                field="file", status=423,
            ) from None  # fmt: skip
        yield file


def complete(document_id: UUID, suffix: str = "") -> None:
    """Give the synced part file its final name; after this returns the name is on disk."""
    place_of(document_id, PART).replace(place_of(document_id, suffix))
    _sync_directory(place_of(document_id).parent)


def take_back(document_id: UUID) -> None:
    """Make a complete file a part again: the power went between renaming it and committing its row."""
    whole, part = place_of(document_id), place_of(document_id, PART)
    if whole.exists() and (not part.exists() or part.stat().st_size == 0):
        whole.replace(part)


def write_whole(document_id: UUID, suffix: str, content: bytes) -> None:
    """Write a small sealed file in one step."""
    shelf = _shelf(document_id)
    fresh = shelf / f"{document_id}{suffix}{PART}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        sync(file)
    fresh.replace(place_of(document_id, suffix))
    _sync_directory(shelf)


def open_complete(document_id: UUID, suffix: str = "") -> BinaryIO:
    """A complete file, to be read; FileNotFoundError when it is missing."""
    return place_of(document_id, suffix).open("rb")


def remove(document_id: UUID) -> None:
    """Take every file of a document off the disk; missing ones are fine."""
    for suffix in ("", PART, THUMB, THUMB + PART):
        place_of(document_id, suffix).unlink(missing_ok=True)


def remove_part(document_id: UUID, suffix: str = PART) -> None:
    """Take an unfinished file off the disk."""
    place_of(document_id, suffix).unlink(missing_ok=True)


def files_older_than(seconds: float) -> Iterator[tuple[UUID, Path]]:
    """Files of this jurisdiction not touched for ``seconds``, with the id of the document each belongs to."""
    before = time.time() - seconds
    if not house().is_dir():
        return
    for shelf in sorted(house().iterdir()):
        for entry in os.scandir(shelf) if shelf.is_dir() else ():
            try:
                if entry.stat().st_mtime < before:
                    yield UUID(entry.name.split(".")[0]), Path(entry.path)
            except (ValueError, FileNotFoundError):
                continue  # not ours, or gone meanwhile
