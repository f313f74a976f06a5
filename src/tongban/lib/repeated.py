"""Questions asked many times a second: their SQL is made once in a process, and asked with other values each time.

Making the SQL of a query costs Django several times what asking it costs. ``Repeated(lambda case_id:
Review.objects.filter(case_id=case_id))`` is called with the values by name and gives the rows, as ``list`` of the query
would: instances with their ``select_related`` parts, or tuples of a ``values_list``. Values stand where a column is compared
with them, as they are in Python (ids, dates, texts, numbers); a list stands where ``__one_of`` asks for it (``__in`` would
make other SQL for each length); prefixes and slices that differ each time do not fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper
from django.db.models import Expression, Field, Lookup, QuerySet
from django.db.models.query import NamedValuesListIterable, ValuesListIterable, get_related_populators
from django.db.models.utils import create_namedtuple_class
from django.db.transaction import TransactionManagementError
from psycopg.sql import Literal

Row = TypeVar("Row")
_Step = tuple[int, list[Callable[..., Any]], Any]


class Given(Expression):
    """The place of a value in a query that is made once; ``name`` says which value belongs there."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """A placeholder, whose parameter says which value belongs there."""
        del compiler, connection
        return "%s", [self]


@Field.register_lookup
class _OneOf(Lookup):
    """``column__one_of=values``: the column is one of a list that is given anew each time."""

    lookup_name = "one_of"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """``= ANY(list)``."""
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", [*left_params, *right_params]


def ask(sql: str, values: Sequence[Any], *, planned_anew: bool = False) -> list[tuple[Any, ...]]:
    """All rows the database answers with; ``planned_anew`` with the values known to whoever makes the plan."""
    with _cursor(_Unprepared if planned_anew else ServerBindingCursor) as cursor:
        cursor.execute(sql, values)
        return cast("list[tuple[Any, ...]]", cursor.fetchall())


def change(sql: str, values: Sequence[Any]) -> int:
    """Write with a statement that is asked again and again; how many rows it was."""
    with _cursor(ServerBindingCursor) as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


class _Unprepared(ServerBindingCursor):
    """One whose statements are never prepared."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        as_it_is: Any = super()  # its stub lacks what psycopg gives it
        return as_it_is.execute(query, params, **how | {"prepare": False})


def _cursor(kind: type[ServerBindingCursor]) -> CursorWrapper:
    """A cursor that sends values beside their statement: the database prepares what it hears again and again.

    Django's own writes them into the statement, which is then parsed and planned each time.
    """
    database: Any = connections[DEFAULT_DB_ALIAS]  # looked up once; ``connection`` does so for each of its attributes
    if database.queries_logged:
        return cast(
            "CursorWrapper", database.cursor()
        )  # so that the log shows the values; of a prepared statement it would show nothing
    database.ensure_connection()
    return cast("CursorWrapper", database._prepare_cursor(cast("Any", kind)(database.connection)))


class Repeated(Generic[Row]):
    """One question; ``make`` builds its query, once, from stand-ins for the values.

    ``planned_anew`` where a plan for every value would be a bad one for some: one company has three cases, another a
    hundred thousand.
    """

    def __init__(self, make: Callable[..., QuerySet[Any]], *, planned_anew: bool = False) -> None:
        self._make, self._planned_anew = make, planned_anew
        self._made: Made | None = None

    def __call__(self, **values: Any) -> list[Row]:
        """The rows for these values."""
        if self._made is None:
            self._made = Made(self._make(**{name: Given(name) for name in values}), planned_anew=self._planned_anew)
        return self._made.rows(values)

    def first(self, **values: Any) -> Row | None:
        """The first of the rows, where the question asks for one."""
        return next(iter(self(**values)), None)


def with_constants(text: str, params: Sequence[Any]) -> tuple[str, list[str]]:
    """SQL in which what is the same each time is written out, and the names of the values that are not.

    A plan that is kept knows no values: ``state = 'waiting'`` has to stand in it for a partial index to be found. A day is
    never the same each time: one that is not given by its name is refused.
    """
    connection.ensure_connection()
    given, names, parts = iter(params), [], []
    for part in _PLACES.split(text):
        value = next(given) if part == "%s" else None
        if isinstance(value, Given):
            names.append(value.name)
            parts.append(part)
        elif isinstance(value, date):
            raise TypeError(f"{value} would stay in a statement that is made once: give it by its name")
        elif part == "%s":
            parts.append(Literal(value).as_string(connection.connection).replace("%", "%%"))
        else:
            parts.append(part)
    return "".join(parts), names


_PLACES = re.compile(r"(%%|%s)")


class Made:
    """A query's SQL, and how its rows become what the query gives."""

    def __init__(self, found: QuerySet[Any], *, planned_anew: bool = False) -> None:
        self.planned_anew = planned_anew
        compiler: Any = found.query.get_compiler(found.db)
        self.sql, self.given = with_constants(*compiler.as_sql())
        self.locks = bool(found.query.select_for_update)
        # Of a column: its place, what turns it into Python, and the column that may be asked for its type.
        converters = compiler.get_converters([column[0] for column in compiler.select])
        self.steps: list[_Step] = [(place, *how) for place, how in converters.items()]
        self.is_tuple = issubclass(found._iterable_class, ValuesListIterable)
        self.row: Any = None
        if found._iterable_class is NamedValuesListIterable:
            self.row = create_namedtuple_class(*cast("Any", found)._fields)._make
        if self.is_tuple:
            return
        info, columns = compiler.klass_info, compiler.select
        self.database, self.model = found.db, info["model"]
        self.first, self.end = info["select_fields"][0], info["select_fields"][-1] + 1
        self.names = [column[0].target.attname for column in columns[self.first : self.end]]
        populators: Any = get_related_populators  # its stub is of another release
        self.parts = populators(info, columns, found.db)

    def rows(self, values: dict[str, Any]) -> list[Any]:
        """Ask with these values."""
        if self.locks and not connection.in_atomic_block:
            raise TransactionManagementError("what is locked belongs in a transaction")
        found = ask(self.sql, [values[name] for name in self.given], planned_anew=self.planned_anew)
        plain = [self._converted(row) for row in found] if self.steps else found
        if self.is_tuple:
            return [self.row(row) for row in plain] if self.row else plain
        return [self._instance(row) for row in plain]

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        changed = list(row)
        for place, converters, column in self.steps:
            for convert in converters:
                changed[place] = convert(changed[place], column, connection)
        return tuple(changed)

    def _instance(self, row: tuple[Any, ...]) -> Any:
        one = self.model.from_db(self.database, self.names, row[self.first : self.end])
        for part in self.parts:
            part.populate(row, one)
        return one
