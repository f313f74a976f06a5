"""What somebody's lists hold: the SQL of a query that a function of the actor makes, made once for each kind of actor.

``AskedBy(cases_to_accept)`` makes the query with stand-ins for the actor's ids and region, once for each role, set of
capabilities and way of acting, and asks it with those of whoever asks. The function may look at anything of the actor that
says what kind they are. What else it looks at stays in the statement: it asks nothing of the database, nor which day or
which jurisdiction it is.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from tongban.lib.actors import Actor
from tongban.lib.repeated import Given, Made, ask, with_constants

Row = TypeVar("Row")
Read = Callable[[QuerySet[Any], Actor], QuerySet[Any]]
_IDS = ("account_id", "person_id", "client_id", "device_id", "membership_id", "delegation_id", "unit_id",
        "organisation_id", "mandate_id")  # fmt: skip
MOST = 1_000  # how far a menu counts
_MOST_KEPT = 512  # statements of one question: orders and pages of a list, kinds of actors


def _kind(by: Actor) -> Hashable:
    """All that decides which query is made; the rest of an actor only stands in it as a value."""
    known = tuple(getattr(by, name) is None for name in _IDS)
    for_whom = by.on_behalf_of and by.on_behalf_of[0]
    return (
        by.kind,
        by.channel,
        by.role,
        by.capabilities,
        by.assurance,
        by.second_factor,
        bool(by.region),
        for_whom,
        known,
    )


def _stand_in(by: Actor) -> Actor:
    given: dict[str, Any] = {name: Given(name) for name in _IDS if getattr(by, name) is not None}
    given["region"] = Given("region") if by.region else ""
    if by.on_behalf_of:
        given["on_behalf_of"] = (by.on_behalf_of[0], Given("principal_id"))
    return replace(by, name="", principal="", second_factor_at=None, **given)


def _values(by: Actor) -> dict[str, Any]:
    whose = by.on_behalf_of and by.on_behalf_of[1]
    return {"region": by.region, "principal_id": whose, **{name: getattr(by, name) for name in _IDS}}


class AskedBy(Generic[Row]):
    """A list of each actor; ``make`` builds its query. Calling it gives the actor's own.

    ``read`` makes of the rows what is read of them; for counting them they are enough as they are.
    """

    def __init__(self, make: Callable[[Actor], QuerySet[Any]], read: Read | None = None) -> None:
        self.make, self.read = make, read
        self._made: dict[Hashable, Made | None] = {}

    def __call__(self, by: Actor) -> Asked[Row]:
        """The list of this actor; nothing is asked before rows are."""
        return Asked(self, by)

    def rows(self, by: Actor, order: tuple[str, ...] | None, part: slice) -> list[Row]:
        """A part of the actor's list, in this order or its own."""
        key = order, part.start, part.stop, _kind(by)
        if key not in self._made:
            if len(self._made) >= _MOST_KEPT:
                self._made.clear()
            self._made[key] = self._make(by, order, part)
        made = self._made[key]
        return made.rows(_values(by)) if made else []

    def _make(self, by: Actor, order: tuple[str, ...] | None, part: slice) -> Made | None:
        stand_in = _stand_in(by)
        found = self.make(stand_in)
        if self.read:
            found = self.read(found, stand_in)
        try:
            return Made((found if order is None else found.order_by(*order))[part])
        except EmptyResultSet:
            return None  # nothing can be in it


@dataclass(frozen=True, slots=True)
class Asked(Generic[Row]):
    """One actor's list, as far as its page needs a query: in an order, in parts."""

    question: AskedBy[Row]
    by: Actor
    order: tuple[str, ...] | None = None

    def order_by(self, *fields: str) -> Asked[Row]:
        """The same list in another order."""
        return replace(self, order=fields)

    def __iter__(self) -> Iterator[Row]:
        return iter(self[:])

    def __getitem__(self, part: slice) -> list[Row]:
        return self.question.rows(self.by, self.order, part)

    def count(self, most: int) -> int:
        """How many rows there are; counting stops at ``most``."""
        return counts(self.by, self.question, most=most)[0]


def counts(by: Actor, *lists: AskedBy[Any], most: int = MOST) -> list[int]:
    """How many rows each of an actor's lists has, in one statement; a list that cannot hold anything costs none.

    Counting stops at ``most``, so that a menu costs the same beside a million rows.
    """
    if not lists:
        return []
    key = lists, most, _kind(by)
    if key not in _COUNTS:
        if len(_COUNTS) >= _MOST_KEPT:
            _COUNTS.clear()
        _COUNTS[key] = _counting(by, lists, most)
    sql, given = _COUNTS[key]
    values = _values(by)
    (found,) = ask(sql, [values[name] for name in given])
    return list(found)


_COUNTS: dict[Hashable, tuple[str, list[str]]] = {}


def _counting(by: Actor, lists: Iterable[AskedBy[Any]], most: int) -> tuple[str, list[str]]:
    parts: list[str] = []
    params: list[Any] = []
    stand_in = _stand_in(by)
    for one in lists:
        try:
            sql, given = one.make(stand_in).order_by().values("pk")[:most].query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608 - the ORM's own statement, its values as parameters
        params += given
    return with_constants(f"SELECT {', '.join(parts)}", params)
