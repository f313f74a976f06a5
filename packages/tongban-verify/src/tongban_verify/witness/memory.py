"""What a witness must never forget: the newest head it cosigned of each log. One small SQLite file, synced to disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tongban_verify.merkle import EMPTY_ROOT

PATIENCE = 10.0  # seconds one request waits for another one's disk


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest head cosigned of a log; before the first one a tree of nothing."""

    size: int = 0
    root: bytes = EMPTY_ROOT
    note: bytes = b""
    at: int = 0


class Memory:
    """The heads, in a file. Several threads or processes may share it: one transaction reads and advances a log."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._open() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS head (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, "
                "note BLOB NOT NULL, at INTEGER NOT NULL)"
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)) as connection:
            # A head is on the disk, and so is the name of the journal's removal, before anybody hears of it.
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA synchronous = EXTRA")
            yield connection

    def newest(self, origin: str) -> Seen:
        """The newest head of a log."""
        with self._open() as connection:
            return _newest(connection, origin)

    def origins(self) -> list[str]:
        """Every log a head was cosigned of."""
        with self._open() as connection:
            return [origin for (origin,) in connection.execute("SELECT origin FROM head ORDER BY origin")]

    def advance(self, origin: str, judge: Callable[[Seen], Seen]) -> Seen:
        """Replace the newest head of a log by what ``judge`` makes of it; nothing changes when it raises.

        Nobody else can advance the log between the judgement and its being on the disk.
        """
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                fresh = judge(_newest(connection, origin))
                connection.execute(
                    "INSERT INTO head (origin, size, root, note, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) "
                    "DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note, at = excluded.at",
                    (origin, fresh.size, fresh.root, fresh.note, fresh.at),
                )
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
        return fresh


def _newest(connection: sqlite3.Connection, origin: str) -> Seen:
    row = connection.execute("SELECT size, root, note, at FROM head WHERE origin = ?", (origin,)).fetchone()
    return Seen(*row) if row else Seen()
