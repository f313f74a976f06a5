"""Lists as offices keep them, in Excel, OpenDocument, CSV or a web page called .xls: read as rows of known columns."""

from tongban.lib.spreadsheets.sheets import LOST, Limits
from tongban.lib.spreadsheets.table import (
    Column,
    Headed,
    Rejected,
    Row,
    Table,
    bare_heading,
    read_headed,
    read_table,
)
from tongban.lib.spreadsheets.writer import unarmed, write_csv, write_xlsx

__all__ = [
    "LOST", "Column", "Headed", "Limits", "Rejected", "Row", "Table", "bare_heading", "read_headed", "read_table",
    "unarmed", "write_csv", "write_xlsx",
]  # fmt: skip
