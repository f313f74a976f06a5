"""How an edition of the regions is written down, and everything that can be wrong with one.

An edition is UTF-8 CSV, sorted by code and date, under a head of ``# key: value`` lines. It is one authority's word
on the day it was drawn up. ``covers`` says where it is complete (``:county 510502:community`` is the whole country
down to counties, and one county down to villages): only there does a missing code mean that it is no more.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from unicodedata import category

from tongban.foundation.regions.rules.codes import LEVELS, Level, is_at_or_above, level_of, normalised, prefix_of
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

COLUMNS = ["code", "name", "parent", "valid_from", "valid_to"]
REQUIRED = ("authority", "name", "title", "date", "source", "licence", "attribution", "covers", "rows")
NAME_LENGTH = 100
_HEAD = re.compile(r"#\s*([a-z_]+):\s*(.*)")
# Control and format characters and line breaks; private-use ones stand for rare characters and are let in.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_AUTHORITY = re.compile(r"[a-z][a-z0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Cover:
    """One part of the country an edition is complete in: everything under a code prefix, down to a level."""

    prefix: str
    level: Level

    def holds(self, prefix: str, level: str) -> bool:
        """Whether a region of this prefix and level would have to be in the edition."""
        return prefix.startswith(self.prefix) and is_at_or_above(level, self.level)


@dataclass(frozen=True, slots=True)
class Head:
    """What an edition says of itself."""

    authority: str
    name: str
    title: str
    date: date
    source: str
    licence: str
    attribution: str
    covers: tuple[Cover, ...]
    rows: int
    lines: int

    @property
    def covers_text(self) -> str:
        """The covers as they are written in the head."""
        return " ".join(f"{cover.prefix}:{cover.level}" for cover in self.covers)


@dataclass(frozen=True, slots=True)
class Row:
    """One checked row: ``valid_from`` None is unknown, ``valid_to`` (that day excluded) None is still in force."""

    line: int
    code: str
    name: str
    parent: str
    level: Level
    valid_from: date | None
    valid_to: date | None


def refused(code: str, file: str, line: int, what: T) -> Refusal:
    """The one sentence for a broken edition: which file, which line, what is wrong; nothing was loaded."""
    return Refusal(
        code,
        T(
            "{file} 第 {line} 行：{what}本次没有载入任何内容。", "{file}, line {line}: {what} Nothing was loaded."
        ).format(file=file, line=line, what=what),
        field="file",
    )


def read_head(lines: Iterable[str], file: str) -> Head:
    """Read the head and the column line of an edition; ``lines`` is left at the first row."""
    found: dict[str, str] = {}
    number = 0
    for number, text in enumerate(lines, 1):
        head = _HEAD.fullmatch(text.strip())
        if not head:
            if text.strip().split(",") != COLUMNS:
                what = T("这里应是列名“{columns}”。", "The column line “{columns}” belongs here.")
                raise refused("region_head_wrong", file, number, what.format(columns=",".join(COLUMNS)))
            break
        found[head[1]] = head[2].strip()
    missing = [key for key in REQUIRED if not found.get(key)]
    if missing:
        what = T("文件头缺少 {missing}。", "The head lacks {missing}.").format(missing=", ".join(missing))
        raise refused("region_head_wrong", file, max(number, 1), what)
    try:
        return _head(found, number)
    except (ValueError, Refusal):
        what = T(
            "文件头的 authority、date、covers 或 rows 写法不对。",
            "authority, date, covers or rows of the head is malformed.",
        )
        raise refused("region_head_wrong", file, number, what) from None


def _head(found: dict[str, str], lines: int) -> Head:
    if not _AUTHORITY.fullmatch(found["authority"]):
        raise ValueError(found["authority"])
    return Head(
        authority=found["authority"],
        name=found["name"],
        title=found["title"],
        date=date.fromisoformat(found["date"]),
        source=found["source"],
        licence=found["licence"],
        attribution=found["attribution"],
        covers=tuple(read_cover(part) for part in found["covers"].split()),
        rows=int(found["rows"]),
        lines=lines,
    )


def read_cover(text: str) -> Cover:
    """One cover such as ``510502:community`` or, for the whole country, ``:county``."""
    prefix, _, wanted = text.partition(":")
    for level in LEVELS:
        if level == wanted:
            return Cover(prefix_of(prefix) if prefix else "", level)
    raise ValueError(text)


class Reader:
    """Checks the rows of an edition one after another; holds the codes seen above the village level, nothing else."""

    def __init__(self, head: Head, file: str, known_parents: frozenset[str] = frozenset()) -> None:
        self.head = head
        self.file = file
        self.open_codes: set[str] = set(known_parents)
        self.all_codes: set[str] = set(known_parents)
        self.last: Row | None = None
        self.count = 0

    def rows(self, lines: Iterable[str]) -> Iterator[Row]:
        """Every row, checked; ``lines`` begins after the column line."""
        line = self.head.lines
        for line, cells in self._cells(lines):
            row = self._row(line, cells)
            self._in_order(row)
            self._parent_known(row)
            if row.level != "community":
                self.all_codes.add(row.code)
                if row.valid_to is None:
                    self.open_codes.add(row.code)
            self.last = row
            self.count += 1
            yield row
        if self.count != self.head.rows:
            what = T(
                "文件头写明 {rows} 行，实际只读到 {count} 行，文件不完整。",
                "The head promises {rows} rows, {count} were read: the file is incomplete.",
            )
            raise self._refused("region_rows_missing", line, what.format(rows=self.head.rows, count=self.count))

    def _cells(self, lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
        line = self.head.lines
        try:
            for line, cells in enumerate(csv.reader(lines, strict=True), self.head.lines + 1):
                yield line, cells
        except csv.Error as error:
            what = T("引号或分隔符不对（{why}）。", "Quotes or separators are wrong ({why}).").format(why=error)
            raise self._refused("region_row_wrong", line + 1, what) from None

    def _refused(self, code: str, line: int, what: T) -> Refusal:
        return refused(code, self.file, line, what)

    def _row(self, line: int, cells: list[str]) -> Row:
        if len(cells) != len(COLUMNS):
            what = T("应有 {n} 列，实有 {m} 列。", "{n} columns are needed, there are {m}.")
            raise self._refused("region_row_wrong", line, what.format(n=len(COLUMNS), m=len(cells)))
        code = self._code(line, cells[0])
        parent = self._code(line, cells[2]) if cells[2] else ""
        self._above(line, code, parent)
        since, until = self._day(line, cells[3]), self._day(line, cells[4])
        if since and until and since >= until:
            what = T("{code} 的有效期在开始之前就结束了。", "{code} ends before it begins.").format(code=code)
            raise self._refused("region_date_wrong", line, what)
        if (since and since > self.head.date) or (until and until > self.head.date):
            what = T("{code} 的日期晚于本版的日期。", "{code} has a date later than the edition's own.").format(
                code=code
            )
            raise self._refused("region_date_wrong", line, what)
        return Row(line, code, self._name(line, cells[1]), parent, level_of(code), since, until)

    def _code(self, line: int, text: str) -> str:
        try:
            code = normalised(text)
        except Refusal:
            code = ""
        if code != text:
            what = T(
                "“{code}”不是规范的区划代码（6、9 或 12 位）。", "“{code}” is not a region code of 6, 9 or 12 digits."
            )
            raise self._refused("region_code_wrong", line, what.format(code=text[:40]))
        return code

    def _above(self, line: int, code: str, parent: str) -> None:
        prefix = prefix_of(code)
        if not parent and len(prefix) == 2:
            return
        above = prefix_of(parent) if parent else ""
        if not above or above == prefix or not prefix.startswith(above):
            what = T("{code} 的上级“{parent}”不对。", "{code} cannot lie under “{parent}”.")
            raise self._refused("region_parent_wrong", line, what.format(code=code, parent=parent))

    def _day(self, line: int, text: str) -> date | None:
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            what = T("“{text}”不是日期，应写成 2026-01-31。", "“{text}” is not a date such as 2026-01-31.")
            raise self._refused("region_date_wrong", line, what.format(text=text[:40])) from None

    def _name(self, line: int, text: str) -> str:
        if not text or text != text.strip() or len(text) > NAME_LENGTH or any(category(c) in _UNSEEN for c in text):
            what = T("名称为空、过长，或含有空白和控制字符。", "The name is empty, too long, or has blanks around it.")
            raise self._refused("region_name_wrong", line, what)
        return text

    def _in_order(self, row: Row) -> None:
        last = self.last
        if last is None or last.code < row.code:
            return
        if last.code > row.code:
            what = T(
                "{code} 应排在 {last} 之前，行要按代码排序。", "{code} belongs before {last}: rows are sorted by code."
            )
            raise self._refused("region_order_wrong", row.line, what.format(code=row.code, last=last.code))
        if last.valid_to is None or (row.valid_from or date.min) < last.valid_to:
            what = T("{code} 的有效期与第 {other} 行重叠。", "The validity of {code} overlaps that of line {other}.")
            raise self._refused("region_validity_overlaps", row.line, what.format(code=row.code, other=last.line))

    def _parent_known(self, row: Row) -> None:
        codes = self.open_codes if row.valid_to is None else self.all_codes
        if row.parent and row.parent not in codes:
            what = T(
                "{code} 的上级 {parent} 不存在或已撤销。", "{parent}, the parent of {code}, is missing or abolished."
            )
            raise self._refused("region_parent_missing", row.line, what.format(code=row.code, parent=row.parent))
