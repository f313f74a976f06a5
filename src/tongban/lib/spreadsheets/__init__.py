"""Lists as offices keep them, in Excel, OpenDocument, CSV or a web page called .xls: read as rows of known columns."""

from tongban.lib.spreadsheets.sheets import Limits
from tongban.lib.spreadsheets.table import Column, Rejected, Row, Table, read_table

__all__ = ["Column", "Limits", "Rejected", "Row", "Table", "read_table"]
