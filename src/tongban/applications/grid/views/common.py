"""What pages of grid share: who asks, the path above a page, what a dwelling's state looks like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tongban.applications.grid.queries import Area, path_of
from tongban.lib.actors import Actor
from tongban.lib.words import T

# Beside its colour each state has a sign, for whoever cannot tell the colours apart.
SIGNS: dict[str, T] = {
    "together": T("一致", "Home"), "apart": T("分离", "Apart"), "rented": T("出租", "Let"), "vacant": T("空置", "Vacant"),
    "uncollected": T("未采", "New"),
}  # fmt: skip


def area_url(area: Area) -> str:
    """The page of an area."""
    return reverse("grid:area", args=[area.code]) if area.code else reverse("grid:areas")


def crumbs_to(by: Actor, area: Area, *more: tuple[str, Any]) -> list[tuple[str, Any]]:
    """The areas from one's own down to this one, each with its page."""
    return [*((area_url(one), one.name) for one in path_of(by, area)), *more]
