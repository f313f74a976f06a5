"""Files of region editions, and the way of their rows into the table."""

from __future__ import annotations

import gzip
import hashlib
import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast
from uuid import UUID

from django.db import connection
from psycopg import sql

from tongban.foundation.regions.models import Region
from tongban.foundation.regions.rules.codes import level_of, prefix_of
from tongban.foundation.regions.rules.editions import refused
from tongban.lib.ids import uuid7
from tongban.lib.named import INITIALS_LENGTH, PINYIN_LENGTH
from tongban.lib.names import name_key
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.regions.rules.reconcile import Span


PACKED = Path(__file__).parents[1] / "editions"
_LONGEST_LINE = 10_000
_COLUMNS = (
    "id", "name", "name_pinyin", "name_initials", "authority", "code", "level", "parent_code", "valid_from",
    "valid_to", "edition_id",
)  # fmt: skip


def packed_editions() -> list[str]:
    """Names of the editions that come with the house."""
    return sorted(path.name.removesuffix(".csv.xz") for path in PACKED.glob("*.csv.xz"))


def edition_path(path_or_name: str | Path) -> Path:
    """The file of an edition given by its name (``mca-2026``) or by a path."""
    if str(path_or_name) in packed_editions():
        return PACKED / f"{path_or_name}.csv.xz"
    path = Path(path_or_name)
    if not path.is_file():
        raise Refusal(
            "region_file_missing",
            T("找不到文件 {path}。可以给出文件路径，或自带版本的名称：{names}。",
              "There is no file {path}. Give a path, or one of the editions that come along: {names}.")
            .format(path=path, names=", ".join(packed_editions())),
            field="file",
        )  # fmt: skip
    return path


class EditionFile:
    """The lines of an edition as text, read once from first to last; ``sha256`` is of the unpacked content."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.line = 0
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The digest of what was read so far, in hexadecimal."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[str]:
        try:
            with _unpacked(self.path) as file:
                for raw in self._short_lines(file):
                    self._digest.update(raw)
                    yield raw.decode("utf-8-sig" if self.line == 1 else "utf-8")
        except UnicodeDecodeError:
            what = T("不是 UTF-8 文字，请另存为 UTF-8 编码的 CSV。", "Not UTF-8 text: save the file as UTF-8 CSV.")
            raise refused("region_file_unreadable", self.path.name, self.line, what) from None
        except (OSError, EOFError, lzma.LZMAError) as error:
            what = T("文件在此之后损坏或读不出来（{why}）。", "The file is damaged or unreadable from here on ({why}).")
            raise refused("region_file_unreadable", self.path.name, self.line, what.format(why=error)) from None

    def _short_lines(self, file: IO[bytes]) -> Iterator[bytes]:
        while raw := file.readline(_LONGEST_LINE + 1):
            self.line += 1
            if len(raw) > _LONGEST_LINE:
                what = T("这一行太长，不是区划数据。", "This line is too long to be a region.")
                raise refused("region_file_unreadable", self.path.name, self.line, what)
            yield raw


def _unpacked(path: Path) -> IO[bytes]:
    if path.suffix == ".xz":
        return lzma.open(path, "rb")
    return cast("IO[bytes]", gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")


def digest_of(path: Path) -> str:
    """The SHA-256 of an edition's unpacked content, so that packing it anew does not make it another edition."""
    file = EditionFile(path)
    for _ in file:
        pass
    return file.sha256


def copy_regions(spans: Iterable[Span], *, authority: str, edition_id: UUID) -> None:
    """Add spans to the table of regions through COPY."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(Region._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for span in spans:
            key = name_key(span.name, personal=False)
            level = Region.Level[level_of(span.code).upper()].value
            parent = prefix_of(span.parent) if span.parent else ""
            copy.write_row((
                uuid7(), span.name, key.pinyin[:PINYIN_LENGTH], key.initials[:INITIALS_LENGTH], authority,
                prefix_of(span.code), level, parent, span.since, span.until, edition_id,
            ))  # fmt: skip
