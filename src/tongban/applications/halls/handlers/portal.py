"""What halls puts on the shared pages."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tongban.applications.halls import queries
from tongban.applications.halls.rules.rights import OVERSEE, SERVE
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.web import portal

_HALLS = T("政务大厅", "Service halls")


@portal.ways.answer
def ways(*, actor: Actor, place: Any) -> list[portal.Way]:
    """To be served in a hall."""
    del actor, place
    about = T("看哪个大厅人少，远程取号、预约。", "See which hall is quiet, take a number, make an appointment.")
    return [portal.Way(_HALLS, about, reverse("halls:list"), "building-bank")]


@portal.search.answer
def search(*, term: str, actor: Actor, place: Any) -> list[portal.Found]:
    """Halls by name."""
    del actor
    if len(term) < 2:
        return []
    found = queries.halls_near(place.region_code if place else "", term)[:5]
    return [
        portal.Found(T(one.name, one.name_en or one.name), reverse("halls:door", args=[one.code]), _HALLS)
        for one in found
    ]


@portal.desk_menu.answer
def desk_menu(*, actor: Actor) -> list[portal.Entry]:
    """The district's list of halls, and one's own hall."""
    entries = []
    if OVERSEE in actor.capabilities:
        waiting = queries.halls_overseen(actor, state="provisional").count() if actor.second_factor else None
        entries.append(portal.Entry(_HALLS, reverse("halls:oversee"), "building-bank", 40, waiting))
    if SERVE in actor.capabilities:
        entries.append(portal.Entry(T("我的大厅", "My hall"), reverse("halls:mine"), "users", 5))
    return entries


@portal.account_menu.answer
def account_menu(*, actor: Actor) -> list[portal.Entry]:
    """The way to the hall one runs."""
    if not actor.is_known or actor.is_staff:
        return []
    return [portal.Entry(T("我的大厅", "My halls"), reverse("halls:mine"), "building-bank", 60)]
