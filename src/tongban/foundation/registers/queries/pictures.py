"""A building as a matrix of floors and units; a community in numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from tongban.foundation.registers.models import Dwelling, Lease, Place, Residence
from tongban.foundation.registers.queries.places import place_visible_to
from tongban.foundation.registers.queries.scopes import scope_of, within
from tongban.foundation.registers.rules.occupancy import Occupant, State, state_of
from tongban.foundation.registers.rules.places import mark_order
from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.words import T

_BLOCKS = 2000
_AGES = (6, 18, 36, 60, 80)  # below six, to eighteen, … and eighty and above


@dataclass(frozen=True, slots=True)
class Cell:
    """One dwelling on the matrix: its state and how many people are recorded there."""

    dwelling_id: UUID
    mark: str
    state: State
    people: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """A building: its units side by side, its floors from the top, the dwellings in each crossing."""

    building: Place
    units: list[str]
    floors: list[int | None]
    cells: dict[tuple[int | None, str], list[Cell]]

    @property
    def counts(self) -> dict[State, int]:
        """How many dwellings stand how."""
        return Counter(cell.state for row in self.cells.values() for cell in row)


def building_matrix(by: Actor, building_id: UUID) -> Matrix:
    """How each dwelling of a building, or house of a village group, stands; four statements however large it is."""
    scope_of(by, "registers.view_residents")
    building = place_visible_to(by, building_id)
    if building.level not in ("building", "group"):
        raise not_found(T("这栋楼", "This building"))
    inside = {"building" if building.level == "building" else "place": building, "ended_on__isnull": True}
    # Values, no models: a row each of dwelling and place would cost more than the database does.
    rows = Dwelling.objects.filter(**inside).values_list(
        "pk", "mark", "floor", "collected_at", "place__level", "place__mark"
    )
    occupants, let = _living_in(inside), _let_now(inside)
    cells: dict[tuple[int | None, str], list[Cell]] = defaultdict(list)
    for pk, mark, floor, collected_at, level, unit in sorted(rows, key=lambda row: mark_order(row[1])):
        found = occupants[pk]
        state = state_of(found, is_collected=collected_at is not None, is_let=pk in let)
        people = sum(one.lives_here for one in found)
        cells[floor, unit if level == "unit" else ""].append(Cell(pk, mark, state, people))
    floors = sorted({floor for floor, _ in cells}, key=lambda floor: -1000 if floor is None else floor, reverse=True)
    return Matrix(building, sorted({unit for _, unit in cells}, key=mark_order), floors, dict(cells))


def _living_in(inside: Mapping[str, Any]) -> dict[UUID, list[Occupant]]:
    found: dict[UUID, list[Occupant]] = defaultdict(list)
    living = Residence.objects.filter(until__isnull=True, **_of_homes(inside))
    for dwelling_id, kind, is_present in living.values_list("dwelling_id", "kind", "is_present"):
        found[dwelling_id].append(Occupant(kind, is_present))
    return found


def _let_now(inside: Mapping[str, Any]) -> set[UUID]:
    today = timezone.localdate()
    found = Lease.objects.filter(since__lte=today, until__gte=today, **_of_homes(inside))
    return set(found.values_list("dwelling_id", flat=True))


def _of_homes(inside: Mapping[str, Any]) -> dict[str, Any]:
    """The same homes as a condition for what stands in them: one statement however many, always the same to prepare."""
    return {f"dwelling__{name}": value for name, value in inside.items()}


@dataclass(frozen=True, slots=True)
class Block:
    """A building or village group of an area: where it stands, how many dwellings it has, how many were visited."""

    place: Place
    dwellings: int
    collected: int

    @property
    def estate(self) -> str:
        """The estate it stands in; "" for one right in the community."""
        return self.place.parent.name if self.place.parent else ""


def blocks_in(by: Actor, *, area: str = "") -> list[Block]:
    """Buildings and village groups of an area, estate by estate, in the order of their numbers; three statements."""
    scope = scope_of(by, "registers.view_residents", area)
    found = Place.objects.filter(level__in=("building", "group"), ended_on__isnull=True, **within(scope))
    places = list(found.select_related("parent")[:_BLOCKS])
    # Rooms of a building hang on its units, houses of a group on the group itself.
    counts: dict[UUID | None, tuple[int, int]] = {}
    for key, ids in (("building_id", [one.pk for one in places if one.level == "building"]),
                     ("place_id", [one.pk for one in places if one.level == "group"])):  # fmt: skip
        rows = Dwelling.objects.filter(ended_on__isnull=True, **{f"{key}__in": ids}).values_list(key).order_by()
        for place_id, many, visited in rows.annotate(many=Count("pk"), visited=Count("collected_at")):
            counts[place_id] = (many, visited)
    blocks = [Block(one, *counts.get(one.pk, (0, 0))) for one in places]
    return sorted(blocks, key=lambda one: (one.place.level, one.estate, mark_order(one.place.mark)))


@dataclass(frozen=True, slots=True)
class Profile:
    """People of an area in numbers, by kind, sex and age (``ages`` counts up to 6, 18, 36, 60, 80 and beyond)."""

    people: int
    kinds: dict[str, int]
    sexes: dict[str, int]
    ages: list[int]
    ages_unknown: int


def profile_of(by: Actor, *, area: str = "") -> Profile:
    """An area in numbers: one statement over one index. Somebody recorded in two ways is counted in both."""
    scope = scope_of(by, "registers.view_residents", area)
    found = Residence.objects.filter(until__isnull=True, **within(scope))
    groups = found.values_list("kind", "sex", "birth_year").annotate(count=Count("pk")).order_by()
    kinds: Counter[str] = Counter()
    sexes: Counter[str] = Counter()
    ages, unknown, year = [0] * (len(_AGES) + 1), 0, timezone.localdate().year
    for kind, sex, birth_year, count in groups:
        kinds[kind] += count
        sexes[sex] += count
        if birth_year is None:
            unknown += count
        else:
            ages[sum(year - birth_year >= limit for limit in _AGES)] += count
    return Profile(sum(kinds.values()), dict(kinds), dict(sexes), ages, unknown)


@dataclass(frozen=True, slots=True)
class Freshness:
    """How much of an area somebody confirmed within so many days."""

    area_code: str
    people: int
    confirmed: int

    @property
    def share(self) -> float:
        """The share confirmed, 0 to 1; an area without anybody has nothing to confirm."""
        return self.confirmed / self.people if self.people else 1.0


def freshness_of(by: Actor, *, area: str = "", days: int = 90) -> list[Freshness]:
    """For each grid (or community without grids) of an area: how many residences were confirmed within ``days``."""
    scope = scope_of(by, "registers.view_residents", area)
    since = timezone.now() - timedelta(days=days)
    found = Residence.objects.filter(until__isnull=True, **within(scope)).values_list("area_code")
    rows = found.annotate(people=Count("pk"), fresh=Count("pk", filter=Q(confirmed_at__gte=since))).order_by(
        "area_code"
    )
    return [Freshness(code, people, fresh) for code, people, fresh in rows]
