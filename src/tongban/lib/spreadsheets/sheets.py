"""Bytes of any format offices send, turned into sheets of texts with merged cells filled."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import charset_normalizer

from tongban.lib.refusals import Refusal
from tongban.lib.spreadsheets import workbook
from tongban.lib.words import T

LOST = workbook.LOST
MOST_UNPACKED = 200 << 20
PATIENCE = 60
_DELIMITERS = ",\t;|"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?(1[4-9]|[2-9]\d)", re.IGNORECASE)
_EXCEL_TEXT = re.compile(r'="?([^"]*)"?$')
_WORKBOOKS = {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}

_REMEDY = T(
    "请在 Excel 或 WPS 中打开后另存为 .xlsx 再上传。", "Open it in Excel or WPS, save it as .xlsx and upload that."
)
_UNREADABLE = T("读不出这个表格文件。{remedy}", "This spreadsheet cannot be read. {remedy}").format(remedy=_REMEDY)
_PASSWORD = T(
    "这个表格文件加了密码。请去掉密码后再上传。", "This spreadsheet is protected by a password. Remove it first."
)
_TOO_LARGE = T(
    "这个表格太大。请拆成几个文件，或删去表外的空行空列后再上传。",
    "This spreadsheet is too large. Split it, or delete the empty rows and columns outside the list.",
)
_TEXT_UNREADABLE = T(
    "这个文本文件的编码认不出来。{remedy}", "The encoding of this text file is not known. {remedy}"
).format(remedy=_REMEDY)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of texts from the first line on; ``LOST`` stands for a number that lost its end in Excel."""

    name: str
    rows: list[list[str]]


def read_sheets(content: bytes, max_rows: int, max_columns: int) -> Iterator[list[Sheet]]:
    """The sheets of a file, once for each way its text may be encoded, the likeliest first."""
    if content[:4] in _WORKBOOKS:
        yield _read_workbook(content, max_rows, max_columns)
        return
    for text in _decoded(content):
        is_page = re.match(r"\s*(<!doctype|<html|<table|<meta|<head|<style)", text, re.IGNORECASE)
        sheets = _read_page(text, max_columns) if is_page else [_read_csv(text)]
        for sheet in sheets:
            _check_size(sheet, max_rows, max_columns)
        yield sheets


def _check_size(sheet: Sheet, max_rows: int, max_columns: int) -> None:
    if sum(map(any, sheet.rows)) > max_rows or any(len(row) > max_columns for row in sheet.rows):
        raise Refusal("spreadsheet_too_large", _TOO_LARGE)


def _read_workbook(content: bytes, max_rows: int, max_columns: int) -> list[Sheet]:
    _check_unpacked_size(content)
    command = [sys.executable, "-I", str(Path(workbook.__file__)), str(max_rows), str(max_columns)]
    try:
        # Nothing of the caller reaches the command line but two numbers.
        done = subprocess.run(command, input=content, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Refusal("spreadsheet_too_large", _TOO_LARGE) from None
    if done.returncode in (-signal.SIGABRT, -signal.SIGXCPU, -signal.SIGKILL):
        raise Refusal("spreadsheet_too_large", _TOO_LARGE)
    answer: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {"refused": "unreadable"}
    # An encrypted .xlsx is an OLE file that holds one stream with this name, in UTF-16.
    if answer.get("refused") == "password" or "EncryptedPackage".encode("utf-16-le") in content:
        raise Refusal("spreadsheet_password", _PASSWORD)
    if answer.get("refused") == "too_large":
        raise Refusal("spreadsheet_too_large", _TOO_LARGE)
    if "refused" in answer:
        raise Refusal("spreadsheet_unreadable", _UNREADABLE)
    return [_filled(sheet["name"], sheet["rows"], sheet["merged"]) for sheet in answer["sheets"]]


def _check_unpacked_size(content: bytes) -> None:
    if not content.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OverflowError):
        raise Refusal("spreadsheet_unreadable", _UNREADABLE) from None
    if unpacked > MOST_UNPACKED:
        raise Refusal("spreadsheet_too_large", _TOO_LARGE)


def _filled(name: str, rows: list[list[str]], merged: list[list[list[int]]]) -> Sheet:
    """The text of a merged range stands in every row of its first column: one heading over ten rows is said of ten."""
    for (top, left), (bottom, _) in merged:
        text = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        for row in rows[top + 1 : bottom + 1] if text else ():
            row.extend([""] * (left + 1 - len(row)))
            row[left] = text
    return Sheet(name, rows)


def _decoded(content: bytes) -> Iterator[str]:
    """The text in each encoding that fits: the one its first bytes tell, or UTF-8, GB18030 (GBK), a guess."""
    is_read = False
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            is_read = True
            yield text
    if not is_read:
        raise Refusal("spreadsheet_encoding", _TEXT_UNREADABLE)


def _encodings(content: bytes) -> Iterator[str]:
    marked = next((encoding for mark, encoding in _MARKS.items() if content.startswith(mark)), None)
    if marked:
        yield marked
        return
    yield from ("utf-8", "gb18030")
    guess = charset_normalizer.from_bytes(content[:65536]).best()
    if guess:
        yield guess.encoding


def _read_csv(text: str) -> Sheet:
    head = text[:4096]
    # A full-width comma separates only where nothing else does: remarks are full of them.
    delimiter = max(_DELIMITERS, key=head.count) if any(sign in head for sign in _DELIMITERS) else "，"
    try:
        rows = [[_csv_text(cell) for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter)]
    except csv.Error:
        raise Refusal("spreadsheet_unreadable", _UNREADABLE) from None
    return Sheet("", rows)


def _csv_text(cell: str) -> str:
    """A cell without the tricks that keep Excel from turning it into a number (="0830", '0830, a tab in front)."""
    text = cell.strip()
    if _SCIENTIFIC.fullmatch(text):
        return LOST
    if text.startswith("="):
        wrapped = _EXCEL_TEXT.match(text)
        return wrapped[1].strip() if wrapped else text
    return text[1:] if text.startswith("'") and text[1:].isalnum() else text


@dataclass(slots=True)
class _Cells:
    """A table while it is read: rows of texts, and the spans that reach into later rows."""

    rows: list[list[str]] = field(default_factory=list)
    merged: list[list[list[int]]] = field(default_factory=list)
    taken: dict[tuple[int, int], None] = field(default_factory=dict)


class _Page(HTMLParser):
    """The outermost tables of a web page, as many systems export them under the name .xls."""

    def __init__(self, max_columns: int) -> None:
        super().__init__(convert_charrefs=True)
        self.max_columns = max_columns
        self.tables: list[_Cells] = []
        self.depth = 0
        self.text: list[str] | None = None
        self.span = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                if len(self.tables) == workbook.MOST_SHEETS:
                    raise Refusal("spreadsheet_too_large", _TOO_LARGE)
                self.tables.append(_Cells())
        elif self.depth == 1 and tag == "tr":
            self._close_cell()
            self.tables[-1].rows.append([])
        elif self.depth == 1 and tag in ("td", "th") and self.tables[-1].rows:
            self._close_cell()
            spans = dict(attrs)
            self.span = (_span(spans.get("rowspan"), 10_000), _span(spans.get("colspan"), self.max_columns))
            self.text = []
        elif tag == "br" and self.text is not None:
            self.text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table") and self.depth == 1:
            self._close_cell()
        if tag == "table":
            self.depth = max(0, self.depth - 1)

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def _close_cell(self) -> None:
        if self.text is None:
            return
        table, text = self.tables[-1], _csv_text(" ".join("".join(self.text).split()))
        self.text = None
        top, row = len(table.rows) - 1, table.rows[-1]
        while (top, len(row)) in table.taken:
            row.append("")
        left, (down, across) = len(row), self.span
        row.extend([text] + [""] * (across - 1))
        if len(row) > self.max_columns:
            raise Refusal("spreadsheet_too_large", _TOO_LARGE)
        if (down, across) != (1, 1):
            table.merged.append([[top, left], [top + down - 1, left + across - 1]])
            table.taken.update({(top + y, left + x): None for y in range(1, min(down, 2000)) for x in range(across)})


def _span(text: str | None, most: int) -> int:
    return min(max(int(text), 1), most) if text and text.strip().isascii() and text.strip().isdigit() else 1


def _read_page(text: str, max_columns: int) -> list[Sheet]:
    page = _Page(max_columns)
    page.feed(text)
    page.close()
    return [_filled("", table.rows, table.merged) for table in page.tables]
