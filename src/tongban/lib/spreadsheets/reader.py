"""Reads one workbook or web page, in a process of its own whose memory and time are bounded.

Run as a script: the file on standard input, limits as arguments, JSON on standard output. A workbook of a few
kilobytes can ask for terabytes (a cell at XFD1048576, a zip bomb), a page of brackets for hours; here that ends this
process only. Imports nothing of the house, so that it starts in milliseconds.
"""

from __future__ import annotations

import datetime
import io
import json
import re
import resource
import sys
import zipfile
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

MEMORY = 1 << 30
MOST_CELLS = 5_000_000
MOST_SHEETS = 20
# Excel keeps 15 digits of a number: what is longer has lost its end before it reaches us.
LOST = "\x00lost"
LONGEST_EXACT = 10**15
# Put before a number to keep it a text; once a list is copied, Excel no longer hides it.
_MARKS = "'’‘＇"
Span = tuple[tuple[int, int], tuple[int, int]]
MOST_FORMULAS = 1000
# A formula without a result, as programs write it that calculate nothing: no value, and no type that says it is an empty text.
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE = re.compile(rb'\br="([A-Z]{1,3}[0-9]{1,7})"')
_SHEET_ID = re.compile(rb'<(?:\w+:)?sheet\s[^>]*?\b\w+:id="([^"]+)"')
_TARGETS = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_CHUNK = 4 << 20


class TooLarge(Exception):
    """A sheet has more rows or columns than the caller takes."""


def cell_text(value: Any) -> str:
    """A cell as the office would write it in a text field; ``LOST`` for a number too long for Excel."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float | int):
        if abs(value) >= LONGEST_EXACT:
            return LOST
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime.datetime):
        has_time = value.time() != datetime.time()
        return value.isoformat(" ", "minutes") if has_time else value.date().isoformat()
    return unmarked(str(value).strip())


def unmarked(text: str) -> str:
    """A cell without the mark that keeps Excel from turning it into a number or a formula ('0830, '+86 138…)."""
    if len(text) < 2 or text[0] not in _MARKS:
        return text
    rest = text[1:].strip()
    return rest if rest.isalnum() or rest[:1] in "0123456789=+-@" else text


def trimmed(cells: list[Any]) -> list[str]:
    """A row's texts without the empty ones at its end."""
    texts = [cell_text(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


@dataclass(slots=True)
class Cells:
    """A table while it is read: rows of texts, and the spans that reach into later rows."""

    rows: list[list[str]] = field(default_factory=list)
    merged: list[Span] = field(default_factory=list)
    taken: dict[tuple[int, int], None] = field(default_factory=dict)


class Page(HTMLParser):
    """The outermost tables of a web page, as many systems export them under the name .xls."""

    def __init__(self, max_columns: int) -> None:
        super().__init__(convert_charrefs=True)
        self.max_columns = max_columns
        self.tables: list[Cells] = []
        self.depth = 0
        self.text: list[str] | None = None
        self.span = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.depth += 1
            if self.depth == 1:
                if len(self.tables) == MOST_SHEETS:
                    raise TooLarge
                self.tables.append(Cells())
        elif self.depth == 1 and tag == "tr":
            self._close_cell()
            self.tables[-1].rows.append([])
        elif self.depth == 1 and tag in ("td", "th") and self.tables[-1].rows:
            self._close_cell()
            spans = dict(attrs)
            self.span = (span_of(spans.get("rowspan"), 10_000), span_of(spans.get("colspan"), self.max_columns))
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
        table, text = self.tables[-1], " ".join("".join(self.text).split())
        self.text = None
        top, row = len(table.rows) - 1, table.rows[-1]
        while (top, len(row)) in table.taken:
            row.append("")
        left, (down, across) = len(row), self.span
        row.extend([text] + [""] * (across - 1))
        if len(row) > self.max_columns:
            raise TooLarge
        if (down, across) != (1, 1):
            table.merged.append(((top, left), (top + down - 1, left + across - 1)))
            table.taken.update({(top + y, left + x): None for y in range(1, min(down, 2000)) for x in range(across)})


def span_of(text: str | None, most: int) -> int:
    """A rowspan or colspan as browsers take it: at least one, at most ``most``."""
    return min(max(int(text), 1), most) if text and text.strip().isascii() and text.strip().isdigit() else 1


def filled(rows: list[list[str]], merged: list[Span]) -> list[list[str]]:
    """Rows with the text of each merged range in every row of its first column: one heading is said of all."""
    for (top, left), (bottom, _) in merged:
        text = rows[top][left] if top < len(rows) and left < len(rows[top]) else ""
        for row in rows[top + 1 : bottom + 1] if text else ():
            row.extend([""] * (left + 1 - len(row)))
            row[left] = text
    return rows


def read_sheet(sheet: Any, max_rows: int, max_columns: int) -> list[list[str]]:
    """All rows of a sheet from its first line, without the empty ones at its end."""
    bottom, right = sheet.end or (0, 0)
    if (bottom + 1) * (right + 1) > MOST_CELLS:
        raise TooLarge
    rows = [trimmed(cells) for cells in sheet.to_python(skip_empty_area=False)]
    while rows and not rows[-1]:
        rows.pop()
    if sum(map(bool, rows)) > max_rows or any(len(row) > max_columns for row in rows):
        raise TooLarge
    return rows


def uncalculated(content: bytes) -> dict[int, list[str]]:
    """Cells of an .xlsx whose formula nobody ever calculated, by the sheet's place; as texts they would be empty."""
    if not content.startswith(b"PK"):
        return {}
    found: dict[int, list[str]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= parts:
            return {}
        targets: dict[bytes, str] = {}
        for tag in _TARGETS.findall(archive.read("xl/_rels/workbook.xml.rels")):
            said = dict(re.findall(rb'\b(Id|Target)="([^"]*)"', tag))
            targets[said.get(b"Id", b"")] = said.get(b"Target", b"").decode()
        for place, name in enumerate(_SHEET_ID.findall(archive.read("xl/workbook.xml"))[:MOST_SHEETS]):
            target = targets.get(name, "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            cells = formulas_in(archive, path) if path in parts else []
            if cells:
                found[place] = cells
    return found


def formulas_in(archive: zipfile.ZipFile, path: str) -> list[str]:
    """The uncalculated cells of one sheet, read in pieces that end with a row."""
    found: list[str] = []
    rest = b""
    with archive.open(path) as sheet:
        while len(found) < MOST_FORMULAS and (chunk := sheet.read(_CHUNK)):
            text = rest + chunk
            end = text.rfind(b"row>") + 1
            rest = text[end:]
            if b"<f" not in text and b":f" not in text:
                continue
            for cell in _FORMULA.finditer(text, 0, end):
                at = _PLACE.search(cell[1])
                if at is not None and b' t="' not in cell[1]:
                    found.append(at[1].decode())
    return found[:MOST_FORMULAS]


def read_workbook(content: bytes, max_rows: int, max_columns: int) -> dict[str, Any]:
    """The visible sheets of a workbook, or why there are none."""
    import python_calamine as calamine

    try:
        workbook = calamine.load_workbook(io.BytesIO(content))
        sheets = []
        formulas = uncalculated(content)
        for place, about in enumerate(workbook.sheets_metadata[:MOST_SHEETS]):
            is_sheet = about.typ == calamine.SheetTypeEnum.WorkSheet
            if not is_sheet or about.visible != calamine.SheetVisibleEnum.Visible:
                continue
            sheet = workbook.get_sheet_by_index(place)
            rows = read_sheet(sheet, max_rows, max_columns)
            rows = filled(rows, sheet.merged_cell_ranges or [])
            sheets.append({"name": about.name, "rows": rows, "formulas": formulas.get(place, [])})
    except calamine.PasswordError:
        return {"refused": "password"}
    except (TooLarge, MemoryError):
        return {"refused": "too_large"}
    except (calamine.CalamineError, zipfile.BadZipFile):
        return {"refused": "unreadable"}
    return {"sheets": sheets}


def read_page(content: bytes, _max_rows: int, max_columns: int) -> dict[str, Any]:
    """The outermost tables of a web page given in UTF-8."""
    page = Page(max_columns)
    try:
        page.feed(content.decode())
        page.close()
    except (TooLarge, MemoryError):
        return {"refused": "too_large"}
    return {"sheets": [{"name": "", "rows": filled(table.rows, table.merged)} for table in page.tables]}


def main() -> None:
    """Bound this process, then read."""
    max_rows, max_columns, seconds = map(int, sys.argv[2:5])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    read = read_page if sys.argv[1] == "page" else read_workbook
    answer = read(sys.stdin.buffer.read(), max_rows, max_columns)
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
