"""Finding people: by name or initials, by the number of a document, by telephone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone

from tongban.applications.grid.queries.areas import FRESH_DAYS
from tongban.foundation.registers.queries import (
    KINDS,
    RELATIONS,
    companies_at,
    moved_in_month,
    places_matching,
    present_not_registered,
    registered_not_present,
    residence_facts,
    residents_by_document,
    residents_by_phone,
    residents_listed,
    residents_named,
    residents_visible_to,
    to_confirm,
)
from tongban.lib.actors import Actor
from tongban.lib.name_search import name_query
from tongban.lib.refusals import not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from tongban.foundation.registers.models import Place, Premises, Residence

_ID = re.compile(r"[0-9]{17}[0-9Xx]")
_PHONE = re.compile(r"(?:\+?86)?1[0-9]{10}")
MOST = 30


@dataclass(frozen=True, slots=True)
class Numbers:
    """What somebody typed into the one search box: ``kind`` is document, phone or name."""

    kind: str
    text: str


def read_term(typed: str) -> Numbers:
    """Tell a document's number and a telephone from a name, whatever spaces and dashes they are written with."""
    bare = re.sub(r"[\s-]", "", typed)
    if _ID.fullmatch(bare):
        return Numbers("document", bare.upper())
    if _PHONE.fullmatch(bare):
        return Numbers("phone", bare[-11:])
    return Numbers("name", " ".join(typed.split())[:40])


@dataclass(frozen=True, slots=True)
class Found:
    """What a search of one's area found."""

    residents: list[Residence]
    places: list[Place]
    companies: list[Premises]


def found_by(by: Actor, asked: Numbers, *, area: str = "") -> Found:
    """Residents by whichever number or name; by name also places and companies."""
    if asked.kind == "document":
        return Found(list(residents_by_document(by, "resident_id", asked.text)[:MOST]), [], [])
    if asked.kind == "phone":
        return Found(list(residents_by_phone(by, asked.text)[:MOST]), [], [])
    if not asked.text:
        return Found([], [], [])
    return Found(
        residents_named(by, asked.text, area=area, most=MOST),
        [one for one in places_matching(by, asked.text, area=area) if one.level in ("building", "group", "grid")],
        list(companies_at(by, area=area).filter(name_query(asked.text, via="company", personal=False))[:10]),
    )


def named(found: QuerySet[Residence], term: str) -> QuerySet[Residence]:
    """A list narrowed to whose name answers to a term."""
    return found.filter(name_query(term)) if term else found


def residents_in(by: Actor, code: str, typed: dict[str, Any], *, most: int = 0) -> QuerySet[Residence]:
    """The list a page shows, and the number that leads to it counts; of a name the first ``most``, where many have it."""
    which, term, kind = typed["which"], typed["q"], typed["kind"]
    if which in ("came", "left"):
        month = typed["month"] or timezone.localdate()
        found = moved_in_month(by, month, left=which == "left", area=code)
    elif which == "away":
        found = registered_not_present(by, area=code)
    elif which == "guest":
        found = present_not_registered(by, area=code)
    elif which == "stale":
        found = to_confirm(by, area=code, days=FRESH_DAYS)
    elif most:
        return residents_listed(by, area=code, term=term, kind=kind, most=most)
    else:
        return residents_visible_to(by, area=code, term=term, kind=kind)
    if kind:
        found = found.filter(kind=kind)
    return named(found, term)


def resident_name(by: Actor, person_id: UUID) -> str:
    """What a resident of one's area is called, who moved away included: lists there show it, too."""
    row = residents_visible_to(by, with_gone=True).filter(person_id=person_id).first()
    if row is None:
        raise not_found(T("这个人", "This person"))
    return row.name


@dataclass(frozen=True, slots=True)
class Home:
    """A household of a dwelling, or those who live there outside any.

    Each member is (residence, kind, relation, facts): the two in words, the facts as a page's form sends them back.
    """

    number: str
    members: list[tuple[Residence, T, T | str, str]]


def households(residents: Iterable[Residence]) -> list[Home]:
    """Residents of one dwelling, household by household, as ``residents_of_dwelling`` orders them."""
    homes: dict[object, Home] = {}
    for row in residents:
        number = row.household.number if row.household else ""
        home = homes.setdefault(row.household_id, Home(number, []))
        home.members.append((row, KINDS[row.kind], RELATIONS.get(row.relation[:2], ""), shown_facts(row)))
    return list(homes.values())


def shown_facts(row: Residence) -> str:
    """A residence with the facts a page shows, as its form sends them back: whoever confirms says what they saw."""
    return f"{row.pk} {json.dumps(residence_facts(row), separators=(',', ':'))}"
