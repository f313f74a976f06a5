"""Lists as staff use them: sorted by any column, in pages, and taken away as a table file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

from tongban.lib.asked import MOST, Asked
from tongban.lib.refusals import Refusal
from tongban.lib.spreadsheets import write_csv
from tongban.lib.words import T
from tongban.lib.working_days import SHANGHAI

# Only the stubs know pages as generic.
if TYPE_CHECKING:
    _Paginator = Paginator[Any]
else:
    _Paginator = Paginator

PER_PAGE = 30
MOST_COUNTED = MOST  # beyond that nobody turns pages: a list costs the same beside a million rows
EXPORT_ROWS = 50_000  # a table file is made in memory, and a spreadsheet past this serves nobody


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``value`` of a row, ``order`` the field to sort by (empty: not sortable), ``href`` where it leads.

    ``tone`` shows the value as a status; ``is_number`` puts it to the right; ``box`` puts a box to tick before it, named
    ``chosen`` and belonging to the form with the id ``chosen-form``.
    """

    key: str
    label: T
    value: Callable[[Any], Any]
    order: str = ""
    href: Callable[[Any], str] | None = None
    tone: Callable[[Any], str] | None = None
    is_number: bool = False
    box: Callable[[Any], str] | None = None


class Cell(NamedTuple):
    """One value as the table shows it."""

    column: Column
    text: str
    href: str = ""
    tone: str = ""
    box: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, ready for ``{% table listing %}``."""

    columns: Sequence[Column]
    page: Page[Any]
    rows: list[list[Cell]]
    sort: str

    @property
    def total(self) -> str:
        """How many rows there are, as people read it; where counting stopped, that there are more."""
        count = self.page.paginator.count
        return f"{count}+" if self.is_cut else str(count)

    @property
    def is_cut(self) -> bool:
        """Whether there may be more than its pages show."""
        return bool(self.page.paginator.count >= MOST_COUNTED)


class _Pages(_Paginator):
    """Pages of a list of any length; counting them stops at ``MOST_COUNTED``."""

    def __init__(self, rows: Any, per_page: int, counted: QuerySet[Any] | Asked[Any] | int) -> None:
        super().__init__(rows, per_page)
        self.counted = counted

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most ``MOST_COUNTED``."""
        if isinstance(self.counted, int):
            return self.counted
        if isinstance(self.counted, Asked):
            return self.counted.count(MOST_COUNTED)
        return int(self.counted.order_by()[:MOST_COUNTED].count())


def listing(
    request: HttpRequest,
    found: QuerySet[Any] | Asked[Any],
    columns: Sequence[Column],
    *,
    sort: str,
    per_page: int = PER_PAGE,
    read: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None,
    counted: int | None = None,
) -> Listing:
    """The page of ``found`` that the request asks for; ``sort`` is the order nobody asked for, such as ``-filed_at``.

    ``read`` gives of the rows what the columns show, where whole models would be slow; it leaves the rows as many as they are.
    ``counted`` is how many rows there are, where that is known already, at most ``MOST_COUNTED``.
    Asks for an unknown column or page give the default order and the nearest page: an old bookmark is no error.
    """
    chosen = request.GET.get("sort", "")
    orders = {column.key: column.order for column in columns if column.order}
    if chosen.removeprefix("-") not in orders:
        chosen = sort
    field = orders.get(chosen.removeprefix("-"), chosen.removeprefix("-"))
    sign = "-" if chosen.startswith("-") else ""
    # Equal rows need a fixed order, or one of them stands on two pages and another on none.
    rows = read(found) if read and isinstance(found, QuerySet) else found
    pages = _Pages(rows.order_by(f"{sign}{field}", "pk"), per_page, found if counted is None else counted)
    page = pages.get_page(page_number(request))
    return Listing(columns, page, [_cells(row, columns) for row in page.object_list], chosen)


def page_number(request: HttpRequest) -> int:
    """The page of a list the request asks for, from 1; anything that is no number is the first."""
    asked = request.GET.get("page", "")[:9]
    return max(1, int(asked)) if asked.isdecimal() else 1


def table_file(found: QuerySet[Any], columns: Sequence[Column], *, name: str) -> HttpResponse:
    """The whole list as CSV that Excel opens in Chinese; refuses more than ``EXPORT_ROWS`` rows.

    Whoever calls this records the export: the list is the caller's, already narrowed to what the viewer may see.
    """
    rows = list(found[: EXPORT_ROWS + 1])
    if len(rows) > EXPORT_ROWS:
        raise Refusal(
            "export_too_large",
            T("超过 {n} 行，请先筛选再导出。", "More than {n} rows: filter first, then export.").format(n=EXPORT_ROWS),
        )
    content = write_csv(
        [str(column.label) for column in columns], ([plain(column.value(row)) for column in columns] for row in rows)
    )
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename=\"table.csv\"; filename*=UTF-8''{quote(name)}.csv"
    response["Cache-Control"] = "no-store"
    return response


def plain(value: Any) -> str:
    """A value as words: times in Shanghai, dates in ISO form, nothing as nothing."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(" ", "minutes")[:16]
    return value.isoformat() if isinstance(value, date) else str(value)


def _cells(row: Any, columns: Iterable[Column]) -> list[Cell]:
    return [
        Cell(
            column, plain(column.value(row)), column.href(row) if column.href else "",
            column.tone(row) if column.tone else "", column.box(row) if column.box else "",
        )
        for column in columns
    ]  # fmt: skip
