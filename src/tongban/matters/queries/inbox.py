"""What waits at each kind of desk, narrowed by service, colour, day, applicant, and who has it in hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from tongban.lib.actors import Actor
from tongban.lib.name_search import name_query
from tongban.lib.repeated import Repeated
from tongban.lib.words import T
from tongban.matters.models import Assignment, Definition
from tongban.matters.queries.cases import NOBODYS, cases_to_accept, cases_to_decide, reviews_waiting
from tongban.matters.queries.desks import with_hands


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody filters an inbox by; empty fields narrow nothing. Days are those a case came in."""

    term: str = ""
    service: str = ""
    signal: Literal["", "green", "yellow", "red", "stopped"] = ""
    first: date | None = None
    last: date | None = None
    hands: Literal["", "mine", "nobody", "colleague"] = ""


@dataclass(frozen=True)
class Desk:
    """What waits for an actor's unit: ``case`` is the path from a row to its case, ``due`` the day it waits until."""

    rows: Callable[[Actor], QuerySet[Any]]
    case: str = ""
    due: str = "due_on"

    def warned_on(self, warn_on: date | None) -> date | None:
        """The day on which a row turns yellow; whoever accepts has no such day of their own."""
        return None if self.due == "accept_by" else warn_on

    def narrowed(self, wanted: Wanted, by: Actor) -> QuerySet[Any]:
        """The rows that fit."""
        return narrowed(self.rows(by), wanted, by, case=self.case, due=self.due)

    def read(self, rows: QuerySet[Any], by: Actor, columns: tuple[str, ...]) -> QuerySet[Any]:
        """Of its rows these columns, and as ``hands`` who of the unit has each in hand."""
        key = f"{self.case.removesuffix('__')}_id" if self.case else "pk"
        return with_hands(rows, by, key).values_list(*columns, "hands", named=True)


ACCEPTANCE = Desk(cases_to_accept, due="accept_by")
REVIEWS = Desk(reviews_waiting, "case__")
DECISIONS = Desk(cases_to_decide)


def narrowed(found: QuerySet[Any], wanted: Wanted, by: Actor, *, case: str = "", due: str = "due_on") -> QuerySet[Any]:
    """The rows of an inbox that fit. ``case`` is the path from a row to its case (``case__`` for reviews)."""
    if wanted.term:
        via = case.removesuffix("__")
        named = name_query(wanted.term, via=via, personal=False) if via else name_query(wanted.term, personal=False)
        found = found.filter(named | Q(**{f"{case}number__startswith": wanted.term.upper()}))
    if wanted.service:
        found = found.filter(**{f"{case}definition__code": wanted.service})
    if wanted.first:
        found = found.filter(**{f"{case}submitted_at__date__gte": wanted.first})
    if wanted.last:
        found = found.filter(**{f"{case}submitted_at__date__lte": wanted.last})
    if wanted.signal:
        found = found.filter(_of_colour(wanted.signal, case, due))
    return _in_hands(found, wanted.hands, case, by) if wanted.hands else found


def _of_colour(colour: str, case: str, due: str) -> Q:
    today = timezone.localdate()
    stands = Q(**{f"{case}clock_stopped_at__isnull": False})
    too_late = Q(**{f"{case}clock_stopped_at__date__gt": F(due)})
    late = (~stands & Q(**{f"{due}__lt": today})) | (stands & too_late)
    if colour == "red":
        return late
    if colour == "stopped":
        return stands & ~too_late
    warned = (
        Q(**{f"{due}__lte": today}) if due == "accept_by" else Q(warn_on__lte=today) | Q(warn_on=None, **{due: today})
    )
    running = ~stands & Q(**{f"{due}__gte": today})
    return running & warned if colour == "yellow" else running & ~warned


def _in_hands(found: QuerySet[Any], hands: str, case: str, by: Actor) -> QuerySet[Any]:
    held = Assignment.objects.filter(unit_id=by.unit_id or NOBODYS)
    key = f"{case.removesuffix('__')}_id__in" if case else "pk__in"
    if hands == "nobody":
        return found.exclude(**{key: held.values("case_id")})
    chosen = (
        held.filter(person_id=by.person_id or NOBODYS)
        if hands == "mine"
        else held.exclude(person_id=by.person_id or NOBODYS)
    )
    return found.filter(**{key: chosen.values("case_id")})


_HANDLED = Repeated[tuple[str, str, str]](
    lambda: (
        Definition.objects.filter(version__isnull=False)
        .order_by("name_pinyin", "name")
        .values_list("code", "name", "name_en")
    )
)


def services_handled() -> list[tuple[str, T]]:
    """Every service that was ever published, by name, with its code: what an inbox is filtered by."""
    return [(code, T(name, name_en)) for code, name, name_en in _HANDLED()]
