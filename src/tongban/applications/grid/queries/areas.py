"""Areas by name: one's own, those above up to one's own, those right below with how fresh they are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from tongban.applications.grid.rules.areas import LEVELS, above, below, touches
from tongban.foundation.regions.queries import code_of_schema, name_of_current, region_name, region_names
from tongban.foundation.registers.hooks import VIEW_RESIDENTS
from tongban.foundation.registers.queries import freshness_of, places_under, scope_of
from tongban.lib.actors import Actor
from tongban.lib.jurisdictions import require_current
from tongban.lib.refusals import not_found
from tongban.lib.words import T

FRESH_DAYS = 90


@dataclass(frozen=True, slots=True)
class Area:
    """An area by code ("" is the whole jurisdiction) and name."""

    code: str
    name: T

    @property
    def is_grid(self) -> bool:
        return len(self.code) == LEVELS[-1]

    @property
    def is_small(self) -> bool:
        """Whether it is a community or a grid: small enough to show its buildings."""
        return len(self.code) >= LEVELS[-2]


@dataclass(frozen=True, slots=True)
class Part:
    """An area right below another: how many live there, and how many of them were confirmed of late."""

    area: Area
    people: int
    confirmed: int

    @property
    def percent(self) -> int:
        """Whole percent, rounded down: 99 until everybody is confirmed."""
        return self.confirmed * 100 // self.people if self.people else 100


def area_visible_to(by: Actor, code: str) -> Area:
    """An area of one's own; without a code the whole of it. Another's is not found, as if it were not there."""
    if code and not (code.isascii() and code.isdigit() and len(code) in LEVELS and touches(code, _jurisdiction())):
        raise not_found(T("这个区域", "This area"))
    scope = scope_of(by, VIEW_RESIDENTS, code)
    return Area(scope, _name(by, scope))


def _jurisdiction() -> str:
    """The digits that mean something in the code of whoever operates this: 5105 of 510500."""
    code = code_of_schema(require_current())
    while code.endswith("00"):
        code = code[:-2]
    return code


def _name(by: Actor, code: str) -> T:
    if not code:
        return name_of_current()
    if len(code) == LEVELS[-1]:
        return _grid_names(by, code[: LEVELS[-2]]).get(code, T(code, code))
    return region_name(code) or T(code, code)


def _grid_names(by: Actor, community: str) -> dict[str, T]:
    wanted = community if len(by.region) <= len(community) else by.region
    return {one.area_code: T(one.name, one.name) for one in places_under(by, area=wanted, level="grid")}


def path_of(by: Actor, area: Area) -> list[Area]:
    """The areas above, from one's own down."""
    codes = above(area.code, by.region)
    names = region_names(codes)
    return [Area(code, names.get(code) or T(code, code)) for code in codes]


def parts_of(by: Actor, area: Area, *, days: int = FRESH_DAYS) -> list[Part]:
    """The areas right below, each with how much was confirmed within so many days."""
    if area.is_grid:
        return []
    length, counts = below(area.code), defaultdict[str, list[int]](lambda: [0, 0])
    for row in freshness_of(by, area=area.code, days=days):
        counts[row.area_code[:length]][0] += row.people
        counts[row.area_code[:length]][1] += row.confirmed
    known = _grid_names(by, area.code) if length == LEVELS[-1] else region_names(counts)
    codes = sorted({*counts, *(known if length == LEVELS[-1] else ())})
    known.setdefault(area.code, T("还没有划入网格", "In no grid yet"))  # a list brought buildings nobody has assigned
    return [Part(Area(code, known.get(code) or T(code, code)), *counts[code]) for code in codes]
