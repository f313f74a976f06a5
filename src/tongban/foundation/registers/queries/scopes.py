"""Within which area somebody may see: their own scope, narrowed to the area they ask about."""

from __future__ import annotations

from typing import Any

from tongban.foundation.parties.queries import require
from tongban.foundation.registers.rules.places import GRID_DIGITS
from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.words import T


def scope_of(by: Actor, capability: str, area: str = "") -> str:
    """The area code a query reads by; an area outside one's own is not found, as if it were not there."""
    require(by, capability)
    if not area:
        return by.region
    if area.startswith(by.region):
        return area
    if by.region.startswith(area):
        return by.region
    raise not_found(T("这个区域", "This area"))


def within(scope: str, path: str = "area_code") -> dict[str, Any]:
    """The condition for rows of an area: one grid by equality, so that its index also sorts; a wider one by prefix."""
    if not scope:
        return {}
    return {path: scope} if len(scope) == GRID_DIGITS else {f"{path}__startswith": scope}
