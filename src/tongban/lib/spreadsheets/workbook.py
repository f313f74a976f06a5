"""Reads one workbook, in a process of its own whose memory and time are bounded.

Run as a script: the file on standard input, limits as arguments, JSON on standard output. A workbook of a few
kilobytes can ask for terabytes (a cell at XFD1048576, a zip bomb), and the reader aborts when it gets no memory; here
that ends this process only. Imports nothing of the house, so that it starts in milliseconds.
"""

from __future__ import annotations

import datetime
import io
import json
import resource
import sys
from typing import Any

MEMORY = 1 << 30
SECONDS = 20
MOST_CELLS = 5_000_000
MOST_SHEETS = 20
# Excel keeps 15 digits of a number: what is longer has lost its end before it reaches us.
LOST = "\x00lost"
LONGEST_EXACT = 10**15


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
    return str(value).strip()


def trimmed(cells: list[Any]) -> list[str]:
    """A row's texts without the empty ones at its end."""
    texts = [cell_text(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


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


def read(content: bytes, max_rows: int, max_columns: int) -> dict[str, Any]:
    """The visible sheets of a workbook, or why there are none."""
    import python_calamine as calamine

    try:
        workbook = calamine.load_workbook(io.BytesIO(content))
        sheets = []
        for place, about in enumerate(workbook.sheets_metadata[:MOST_SHEETS]):
            is_sheet = about.typ == calamine.SheetTypeEnum.WorkSheet
            if not is_sheet or about.visible != calamine.SheetVisibleEnum.Visible:
                continue
            sheet = workbook.get_sheet_by_index(place)
            rows = read_sheet(sheet, max_rows, max_columns)
            sheets.append({"name": about.name, "rows": rows, "merged": sheet.merged_cell_ranges or []})
    except calamine.PasswordError:
        return {"refused": "password"}
    except (TooLarge, MemoryError):
        return {"refused": "too_large"}
    except calamine.CalamineError:
        return {"refused": "unreadable"}
    return {"sheets": sheets}


def main() -> None:
    """Bound this process, then read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer = read(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
