"""Reads of lists of residents on their way into the register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from tongban.foundation.regions.queries import children_of, region_by_code
from tongban.foundation.registers.models import ListColumns, ListPart, ListPlace, ListRow, Place, ResidentList
from tongban.foundation.registers.queries.scopes import scope_of, within
from tongban.foundation.registers.rules.places import COMMUNITY_DIGITS
from tongban.foundation.registers.rules.resident_rows import RowReader
from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.words import T

IMPORT = "registers.import_residents"
TOWNSHIP_DIGITS = 9
LIST = T("这份名单", "This list")
MOST_NAMED = 50


def lists_visible_to(by: Actor) -> QuerySet[ResidentList]:
    """Lists of one's area, the newest first."""
    return ResidentList.objects.filter(**within(scope_of(by, IMPORT))).order_by("-pk")


def list_visible_to(by: Actor, list_id: UUID) -> ResidentList:
    """One list of one's area."""
    found = lists_visible_to(by).filter(pk=list_id).first()
    if found is None:
        raise not_found(LIST)
    return found


def remembered_columns(area_code: str, heading_key: str) -> ListColumns | None:
    """How the last list with these headings was read there."""
    return ListColumns.objects.filter(area_code=area_code, heading_key=heading_key).first()


def phones_brought(found: ResidentList) -> QuerySet[ListRow]:
    """Rows of a list that bring somebody on record a telephone: one nobody had recorded, or one a person settled on.

    A row whose residence another row brings may still have the number that holds.
    """
    rows = ListRow.objects.filter(resident_list=found, verdict__in=("known", "fresh", "skipped"), is_new=False)
    return rows.exclude(phone_use="")


def estates_brought(found: ResidentList) -> list[str]:
    """The estates a list would add, by name: a misspelt one is seen before it is there."""
    rows = ListPlace.objects.filter(resident_list=found, level__in=("estate", "group")).order_by("name_pinyin", "name")
    return list(rows.values_list("name", flat=True)[:MOST_NAMED])


def rows_told_of(found: ResidentList, verdicts: tuple[str, ...] = ("rejected", "kept", "skipped")) -> QuerySet[ListRow]:
    """Rows that were not taken over, or not undone, in their order."""
    return ListRow.objects.filter(resident_list=found, verdict__in=verdicts).order_by("number")


def original_rows(found: ResidentList) -> dict[int, list[str]]:
    """Every row as it stood in the file, by its number."""
    parts = ListPart.objects.filter(resident_list=found).order_by("number")
    return {number: cells for part in parts.iterator(chunk_size=4) for number, cells in part.rows}


@dataclass(frozen=True, slots=True)
class UnreadAddress:
    """An address that led to no dwelling, with all its rows and why."""

    address: str
    numbers: list[int]
    why: T

    @property
    def count(self) -> int:
        """How many rows have it."""
        return len(self.numbers)


def unread_addresses(found: ResidentList, originals: Mapping[int, list[str]] | None = None) -> list[UnreadAddress]:
    """Addresses of rows that cannot be taken over for their address alone, those of the most rows first."""
    rejected = ListRow.objects.filter(resident_list=found, verdict="rejected").order_by("number")
    why = {number: T(notes[0][2], notes[0][3]) for number, notes in rejected.values_list("number", "notes")
           if notes and notes[0][1] == "address"}  # fmt: skip
    if not why:
        return []
    cells = original_rows(found) if originals is None else originals
    reader = RowReader(found.places, found.kind, timezone.localdate())
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for number in why:
        groups[reader.address_of(cells.get(number, []))].append(number)
    groups.pop("", None)
    shown = [UnreadAddress(address, numbers, why[numbers[0]]) for address, numbers in groups.items()]
    return sorted(shown, key=lambda one: (-one.count, one.numbers[0]))


def samples_of(found: ResidentList, count: int = 3) -> list[list[str]]:
    """The first rows of a list, for whoever maps its columns."""
    part = ListPart.objects.filter(resident_list=found).order_by("number").first()
    return [cells for _, cells in part.rows[:count]] if part else []


def areas_to_import(by: Actor) -> list[tuple[str, str]]:
    """Communities and grids somebody may bring a list for, with their names; none where the area is a county or more."""
    if len(by.region) < TOWNSHIP_DIGITS:
        return []
    above = region_by_code(by.region[:COMMUNITY_DIGITS])
    communities = list(children_of(by.region)) if len(by.region) == TOWNSHIP_DIGITS else [above] if above else []
    grids = Place.objects.filter(level="grid", ended_on__isnull=True, **within(by.region)).order_by("area_code")
    named = [(one.code, one.name) for one in communities if one.code.startswith(by.region)]
    return [*named, *((grid.area_code, f"{grid.name}（{grid.area_code}）") for grid in grids[:300])]
