"""A list with known columns, read from whatever file holds it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from string import ascii_uppercase

from tongban.lib.refusals import Refusal
from tongban.lib.spreadsheets.sheets import LOST, Limits, Sheet, read_sheets
from tongban.lib.words import T

HEADER_WITHIN = 20
"""The header is looked for in this many first rows, below titles and notes."""

_DITTO = {"同上", "〃", "″", "''", '"'}
_ASIDE = re.compile(r"[(\[【].*?[)\]】]|[\s*:]|必填|选填")

_EMPTY = T("文件是空的。请选择填好的表格。", "The file is empty. Choose a list that is filled in.")
_TOO_MANY_BYTES = T(
    "文件超过 {size} MB。请拆成几个文件再上传。", "The file is larger than {size} MB. Split it and upload the parts."
)
_NO_HEADER = T(
    "表格前 {rows} 行里没有找到表头。表头应有这些列：{columns}。",
    "No header was found in the first {rows} rows. It should have these columns: {columns}.",
)
_MISSING = T(
    "表格缺少这些列：{columns}。请补上后再上传。",
    "The list lacks these columns: {columns}. Add them and upload it again.",
)
_TWICE = T("“{column}”一列出现了两次。请只保留一列。", "The column {column} is there twice. Keep only one.")
_BLANK = T("没有填写{column}。", "{column} is not filled in.")
_FORMULAS = T(
    "表格里有 {count} 个公式还没有算出结果：{cells}。请在 Excel 或 WPS 中打开，保存后再上传。",
    "The list has {count} formulas nobody calculated yet: {cells}. Open it in Excel or WPS, save it and upload it again.",
)
_LOST_DIGITS = T(
    "{column}被 Excel 存成了数字，末尾几位已经丢失。请先把这一列的格式设为“文本”，再重新输入。",
    "Excel stored {column} as a number and lost its last digits. Format the column as text and type it again.",
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column to read: ``name`` is its key in a row, its labels and ``aliases`` are the headers it is known by.

    ``is_required`` columns must be in the file and filled in each row. ``check`` gives the stored form of a value
    that is not empty, or raises a Refusal, which then stands beside the row.
    """

    name: str
    label: T
    aliases: tuple[str, ...] = ()
    is_required: bool = False
    check: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row that can be used; ``number`` is the row's in the file, as Excel shows it."""

    number: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row that cannot be used, as it was typed, with every reason; each ``field`` is a column's name."""

    number: int
    values: dict[str, str]
    reasons: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: rows to use, rows refused, and headers nobody asked for."""

    sheet: str
    header_row: int
    rows: list[Row] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def read_table(content: bytes, filename: str, columns: Sequence[Column], limits: Limits | None = None) -> Table:
    """The rows of the first visible sheet whose header has the columns; the format is told by the content.

    Merged cells and 同上 are filled, empty rows skipped, values trimmed. Whatever is wrong with the file as a whole
    raises a Refusal with field ``file``; what is wrong with one row rejects that row only. ``filename`` is what the
    sheet is called when it has no name of its own.
    """
    limits = limits or Limits()
    _check_content(content, limits)
    try:
        sheet, at, places = _find_header(content, columns, limits)
    except Refusal as refusal:
        refusal.field = "file"
        raise
    _check_formulas(sheet, at)
    table = Table(sheet.name or filename, at + 1, unknown=_unknown(sheet.rows[at], places))
    _read_rows(table, sheet.rows, at, columns, places)
    return table


@dataclass(frozen=True, slots=True)
class Headed:
    """A sheet with its header found but not yet understood: headings, what they were taken for, and the rows below.

    ``places`` are the columns recognised, by their position; ``rows`` have the number Excel shows, and hold ``LOST``
    where a number lost its end.
    """

    sheet: str
    header_row: int
    headings: list[str]
    places: dict[str, int]
    rows: list[tuple[int, list[str]]]


def read_headed(content: bytes, filename: str, columns: Sequence[Column], limits: Limits) -> Headed:
    """The sheet whose header knows most of the columns, whatever else is in it; for lists a person maps.

    Where no heading is known, the first row with the most cells filled is the header. Rows that are empty, or repeat
    the header as each printed page does, are left out; 同上 is filled.
    """
    _check_content(content, limits)
    best: tuple[tuple[int, int], Sheet, int] | None = None
    try:
        for sheets in read_sheets(content, limits):
            for sheet in sheets:
                for at, row in enumerate(sheet.rows[:HEADER_WITHIN]):
                    rank = len(_places(row, columns)), sum(map(bool, row))
                    if rank[1] > 1 and (best is None or rank > best[0]):
                        best = rank, sheet, at
            if best is not None and best[0][0] > 1:
                break
    except Refusal as refusal:
        refusal.field = "file"
        raise
    if best is None:
        labels = _join([column.label for column in columns if column.is_required])
        raise Refusal("spreadsheet_no_header", _NO_HEADER.format(rows=HEADER_WITHIN, columns=labels), field="file")
    _, sheet, at = best
    _check_formulas(sheet, at)
    at, header = _whole_header(sheet.rows, at, columns)
    return Headed(sheet.name or filename, at + 1, header, _places(header, columns), _below(sheet.rows, at))


def _whole_header(rows: list[list[str]], at: int, columns: Sequence[Column]) -> tuple[int, list[str]]:
    """The header with its other line, where it has two: 家庭住址 above 小区, 楼栋, 房号, beside columns of one line.

    Merged cells say so in a workbook; in CSV only blanks are left of them.
    """
    known = len(_places(rows[at], columns))
    lines = [(at - 1, at)] if at else []
    if at + 1 < len(rows) and len(_places(rows[at + 1], columns)) == sum(map(bool, rows[at + 1])):
        lines.append((at, at + 1))
    for upper, lower in lines:
        both = [low or up for up, low in zip_longest(rows[upper], rows[lower], fillvalue="")]
        if len(_places(both, columns)) > known:
            return lower, both
    return at, rows[at]


def _check_formulas(sheet: Sheet, at: int) -> None:
    below = [cell for cell in sheet.formulas if int(cell.lstrip(ascii_uppercase)) > at]
    if below:
        cells = "、".join(below[:5]), ", ".join(below[:5])
        more = T("{cells} 等", "{cells} and more") if len(below) > 5 else T("{cells}", "{cells}")
        shown = T(more.zh.format(cells=cells[0]), more.en.format(cells=cells[1]))
        raise Refusal("spreadsheet_formulas", _FORMULAS.format(count=len(below), cells=shown), field="file")


def _below(rows: list[list[str]], at: int) -> list[tuple[int, list[str]]]:
    header = rows[at]
    above: list[str] = []
    found: list[tuple[int, list[str]]] = []
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        if not any(row) or row == header:
            continue
        if _DITTO.isdisjoint(row):
            above = row
        else:
            above = [above[place] if text in _DITTO and place < len(above) else text for place, text in enumerate(row)]
        found.append((number, above))
    return found


def _check_content(content: bytes, limits: Limits) -> None:
    if not content.strip():
        raise Refusal("spreadsheet_empty", _EMPTY, field="file")
    if len(content) > limits.bytes:
        raise Refusal("spreadsheet_too_large", _TOO_MANY_BYTES.format(size=limits.bytes >> 20), field="file")


def _find_header(content: bytes, columns: Sequence[Column], limits: Limits) -> tuple[Sheet, int, dict[str, int]]:
    """The sheet, the header's place in it, and the place of each column found."""
    best: tuple[Sheet, int, dict[str, int]] | None = None
    for sheets in read_sheets(content, limits):
        for sheet in sheets:
            for at, row in enumerate(sheet.rows[:HEADER_WITHIN]):
                places = _places(row, columns)
                if len(places) > (len(best[2]) if best else 0):
                    best = sheet, at, places
            if best and best[0] is sheet and not _missing(best[2], columns):
                _check_twice(sheet.rows[best[1]], columns)
                return best
    if best is None:
        labels = _join([column.label for column in columns])
        raise Refusal("spreadsheet_no_header", _NO_HEADER.format(rows=HEADER_WITHIN, columns=labels))
    raise Refusal("spreadsheet_columns_missing", _MISSING.format(columns=_join(_missing(best[2], columns))))


def _places(row: list[str], columns: Sequence[Column]) -> dict[str, int]:
    heads = [bare_heading(text) for text in row]
    found = {}
    for column in columns:
        place = next((at for at, head in enumerate(heads) if head in _heads(column)), None)
        if place is not None:
            found[column.name] = place
    return found


def _check_twice(row: list[str], columns: Sequence[Column]) -> None:
    for column in columns:
        if sum(bare_heading(text) in _heads(column) for text in row) > 1:
            raise Refusal("spreadsheet_column_twice", _TWICE.format(column=column.label))


def _heads(column: Column) -> set[str]:
    return {bare_heading(text) for text in (column.name, column.label.zh, column.label.en, *column.aliases)}


def bare_heading(text: str) -> str:
    """A header without stars, colons, spaces and remarks in brackets: 姓 名*（必填） is 姓名."""
    return _ASIDE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _missing(places: dict[str, int], columns: Sequence[Column]) -> list[T]:
    return [column.label for column in columns if column.is_required and column.name not in places]


def _unknown(header: list[str], places: dict[str, int]) -> list[str]:
    known = set(places.values())
    return list(dict.fromkeys(text for at, text in enumerate(header) if text and at not in known))


def _join(labels: list[T]) -> T:
    return T("、".join(label.zh for label in labels), ", ".join(label.en for label in labels))


def _read_rows(table: Table, rows: list[list[str]], at: int, columns: Sequence[Column], places: dict[str, int]) -> None:
    above: dict[str, str] = {}
    heads = {column.name: _heads(column) for column in columns}
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        typed = {name: row[place] if place < len(row) else "" for name, place in places.items()}
        # A header of several lines, or one repeated at the top of each printed page.
        if not any(typed.values()) or all(bare_heading(text) in heads[name] for name, text in typed.items()):
            continue
        typed = {name: above.get(name, "") if text in _DITTO else text for name, text in typed.items()}
        above = typed
        values, reasons = _checked(typed, columns)
        if reasons:
            shown = {name: "" if text == LOST else text for name, text in typed.items()}
            table.rejected.append(Rejected(number, shown, tuple(reasons)))
        else:
            table.rows.append(Row(number, values))


def _checked(typed: dict[str, str], columns: Sequence[Column]) -> tuple[dict[str, str], list[Refusal]]:
    values = {column.name: "" for column in columns}
    reasons: list[Refusal] = []
    for column in columns:
        text = typed.get(column.name, "")
        try:
            values[column.name] = _value(column, text)
        except Refusal as refusal:
            refusal.field = column.name
            reasons.append(refusal)
    return values, reasons


def _value(column: Column, text: str) -> str:
    if text == LOST:
        raise Refusal("spreadsheet_digits_lost", _LOST_DIGITS.format(column=column.label))
    if not text and column.is_required:
        raise Refusal("spreadsheet_value_missing", _BLANK.format(column=column.label))
    return column.check(text) if text and column.check else text
