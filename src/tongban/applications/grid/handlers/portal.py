"""What grid puts on the shared pages."""

from __future__ import annotations

from django.urls import reverse

from tongban.applications.grid import queries
from tongban.applications.grid.rules.rights import HANDLE, WORK
from tongban.foundation.registers.hooks import VIEW_RESIDENTS
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.web import portal

GRID = T("社区网格", "Community grid")
_EVENTS = T("网格事件", "Events of grids")


@portal.desk_menu.answer
def desk_menu(*, actor: Actor) -> list[portal.Entry]:
    """The grid worker's day, the areas one may look at, events sent to one's department."""
    entries = []
    if WORK in actor.capabilities:
        entries.append(portal.Entry(T("网格工作", "My grid"), reverse("grid:today"), "home", 3, group=GRID))
        entries.append(portal.Entry(T("任务", "Tasks"), reverse("grid:tasks"), "list-check", 4, group=GRID))
    if WORK in actor.capabilities or (HANDLE in actor.capabilities and actor.unit_id):
        waiting = queries.events_waiting(actor) if actor.second_factor else None
        entries.append(portal.Entry(_EVENTS, reverse("grid:events"), "alert-triangle", 45, waiting, group=GRID))
    if VIEW_RESIDENTS in actor.capabilities:
        people = T("房屋和居民", "Dwellings and people")
        entries.append(portal.Entry(people, reverse("grid:areas"), "building-community", 5, group=GRID))
    return entries
