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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import charset_normalizer

from tongban.lib.refusals import Refusal
from tongban.lib.spreadsheets import reader
from tongban.lib.words import T

LOST = reader.LOST
MOST_UNPACKED = 200 << 20
PATIENCE = 60
_DELIMITERS = ",\t;|"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?(1[4-9]|[2-9]\d)", re.IGNORECASE)
_EXCEL_TEXT = re.compile(r'="?([^"]*)"?$')
# A document or a picture whose name was changed: as text it would be searched for a header.
_NO_TABLE = re.compile(rb"%PDF-|\xff\xd8\xff|\x89PNG\r|GIF8|Rar!|7z\xbc\xaf|\x1f\x8b|\{\\rtf")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

_REMEDY = T(
    "请在 Excel 或 WPS 中打开后另存为 .xlsx 再上传。", "Open it in Excel or WPS, save it as .xlsx and upload that."
)
_UNREADABLE = T("读不出这个表格文件。{remedy}", "This spreadsheet cannot be read. {remedy}").format(remedy=_REMEDY)
_PASSWORD = T(
    "这个表格文件加了密码。请在 Excel 或 WPS 中打开，取消打开密码，保存后再上传。",
    "This spreadsheet is protected by a password. Open it in Excel or WPS, remove the password, save it and upload it again.",
)
_TOO_LARGE = T(
    "这个表格太大，最多 {rows} 行、{columns} 列。请拆成几个文件，或删去表外的空行空列后再上传。",
    "This spreadsheet is too large: at most {rows} rows and {columns} columns. Split it, or delete the empty rows and columns "
    "outside the list.",
)
_OTHER_KIND = T(
    "这不是表格文件，改了文件名也读不出来。请上传 Excel、WPS 或 CSV 的原表。",
    "This is no spreadsheet, whatever its name says. Upload the list itself as Excel, WPS or CSV.",
)
_TEXT_UNREADABLE = T(
    "这个文本文件的编码认不出来。{remedy}", "The encoding of this text file is not known. {remedy}"
).format(remedy=_REMEDY)

_REFUSED = {"password": ("spreadsheet_password", _PASSWORD), "unreadable": ("spreadsheet_unreadable", _UNREADABLE)}
_STARVED = (-signal.SIGABRT, -signal.SIGXCPU, -signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be, and the processor time in seconds that reading it may take."""

    bytes: int = 10 << 20
    rows: int = 20_000
    columns: int = 200
    seconds: int = 10


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of texts from the first line on; ``LOST`` stands for a number that lost its end in Excel.

    ``formulas`` are cells whose formula nobody ever calculated (B3): they read as empty.
    """

    name: str
    rows: list[list[str]]
    formulas: tuple[str, ...] = ()


def read_sheets(content: bytes, limits: Limits) -> Iterator[list[Sheet]]:
    """The sheets of a file, once for each way its text may be encoded, the likeliest first."""
    if content.startswith((_ZIP, _OLE)):
        yield _read_workbook(content, limits)
        return
    if _NO_TABLE.match(content):
        raise Refusal("spreadsheet_other_kind", _OTHER_KIND)
    for text in _decoded(content):
        is_page = re.match(r"\s*(<!doctype|<html|<table|<meta|<head|<style)", text, re.IGNORECASE)
        sheets = _read_page(text, limits) if is_page else [_read_csv(text)]
        for sheet in sheets:
            _check_size(sheet, limits)
        yield sheets


def _check_size(sheet: Sheet, limits: Limits) -> None:
    if sum(map(any, sheet.rows)) > limits.rows or any(len(row) > limits.columns for row in sheet.rows):
        raise _too_large(limits)


def _too_large(limits: Limits) -> Refusal:
    return Refusal("spreadsheet_too_large", _TOO_LARGE.format(rows=limits.rows, columns=limits.columns))


def _read_workbook(content: bytes, limits: Limits) -> list[Sheet]:
    _check_unpacked_size(content, limits)
    # An encrypted .xlsx is an OLE file that holds one stream with this name, in UTF-16.
    if content.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in content:
        raise Refusal("spreadsheet_password", _PASSWORD)
    return _read_apart("workbook", content, limits)


def _read_apart(kind: str, content: bytes, limits: Limits) -> list[Sheet]:
    """What the reader finds, in a process of its own; its death for want of memory or time is a refusal too."""
    numbers = map(str, (limits.rows, limits.columns, limits.seconds))
    command = [sys.executable, "-I", str(Path(reader.__file__)), kind, *numbers]
    try:
        # Nothing of the caller reaches the command line but a word and three numbers.
        done = subprocess.run(command, input=content, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise _too_large(limits) from None
    answer: dict[str, Any] = {"refused": "too_large" if done.returncode in _STARVED else "unreadable"}
    if done.returncode == 0:
        answer = json.loads(done.stdout)
    if "refused" in answer:
        raise _too_large(limits) if answer["refused"] == "too_large" else Refusal(*_REFUSED[answer["refused"]])
    return [Sheet(sheet["name"], sheet["rows"], tuple(sheet.get("formulas", ()))) for sheet in answer["sheets"]]


def _check_unpacked_size(content: bytes, limits: Limits) -> None:
    if not content.startswith(_ZIP):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OverflowError):
        raise Refusal("spreadsheet_unreadable", _UNREADABLE) from None
    if unpacked > MOST_UNPACKED:
        raise _too_large(limits)


def _decoded(content: bytes) -> Iterator[str]:
    """The text in each encoding that fits: the one its first bytes tell, or UTF-8, GB18030 (GBK), a guess."""
    tried: set[str] = set()
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        # ASCII is the same in every encoding: once is enough.
        if "\x00" not in text and text not in tried:
            tried.add(text)
            yield text
    if not tried:
        raise Refusal("spreadsheet_encoding", _TEXT_UNREADABLE)


def _encodings(content: bytes) -> Iterator[str]:
    marked = next((encoding for mark, encoding in _MARKS.items() if content.startswith(mark)), None)
    if marked:
        yield marked
        return
    zeros = content[:65536:2].count(0), content[1:65536:2].count(0)
    if any(zeros):  # commas and line ends of UTF-16 without its mark
        yield "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
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
    return reader.unmarked(text)


def _read_page(text: str, limits: Limits) -> list[Sheet]:
    """The outermost tables of a web page, as many systems export them under the name .xls."""
    tables = _read_apart("page", text.encode(), limits)
    return [Sheet("", [[_csv_text(cell) for cell in row] for row in table.rows]) for table in tables]
