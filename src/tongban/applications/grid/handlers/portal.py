"""What grid puts on the shared pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from tongban.applications.grid import queries
from tongban.applications.grid.rules.proposals import SAID
from tongban.applications.grid.rules.rights import HANDLE, MAKE, WORK
from tongban.foundation.parties.hooks import my_data
from tongban.foundation.registers.hooks import VIEW_RESIDENTS
from tongban.lib.actors import Actor
from tongban.lib.asked import AskedBy
from tongban.lib.words import T
from tongban.web import portal

GRID = T("社区网格", "Community grid")
_WAITING = AskedBy[Any](queries.events_waiting)
_EVENTS = T("网格事件", "Events of grids")


@portal.desk_menu.answer
def desk_menu(*, actor: Actor) -> list[portal.Entry]:
    """The grid worker's day, the areas one may look at, events sent to one's department."""
    entries = []
    if WORK in actor.capabilities:
        entries.append(portal.Entry(T("网格工作", "My grid"), reverse("grid:today"), "home", 3, group=GRID))
        entries.append(portal.Entry(T("任务", "Tasks"), reverse("grid:tasks"), "list-check", 4, group=GRID))
        entries.append(
            portal.Entry(T("一表通", "Lists to hand in"), reverse("grid:reports"), "list-details", 6, group=GRID)
        )
        said = T("居民建议", "Proposals")
        entries.append(portal.Entry(said, reverse("grid:proposals"), "message-circle", 4, group=GRID))
    elif MAKE in actor.capabilities and actor.unit_id:  # whoever works a grid finds it beside the lists
        said = T("要社区报的表", "Lists communities hand in")
        entries.append(portal.Entry(said, reverse("grid:made_reports"), "list-details", 46, group=GRID))
    if WORK in actor.capabilities or (HANDLE in actor.capabilities and actor.unit_id):
        waiting = _WAITING if actor.second_factor else None
        entries.append(portal.Entry(_EVENTS, reverse("grid:events"), "alert-triangle", 45, waiting, group=GRID))
    if VIEW_RESIDENTS in actor.capabilities:
        people = T("房屋和居民", "Dwellings and people")
        entries.append(portal.Entry(people, reverse("grid:areas"), "building-community", 5, group=GRID))
    return entries


@portal.account_menu.answer
def account_menu(*, actor: Actor) -> list[portal.Entry]:
    """The way to what is recorded of one's own home."""
    if actor.person_id is None:
        return []
    return [portal.Entry(T("我的住处", "My home"), reverse("grid:home"), "home", order=20)]


@portal.mine.answer
def tenancies_waiting(*, actor: Actor) -> list[portal.Mine]:
    """Leases that wait for the visitor's word."""
    return [
        portal.Mine(
            T("请确认租约：{address}", "Confirm a lease: {address}").format(address=row.dwelling.address),
            reverse("grid:tenancy", args=[row.pk]), T("待确认", "To confirm"), "message", row.code_until.date(), urgent=True,
            about=T("{name}登记", "registered by {name}").format(name=row.asker_name), verb=T("核对并确认", "Look and confirm"), tone="action",
        )
        for row in queries.tenancies_to_confirm(actor)
    ]  # fmt: skip


@my_data.answer
def held(person_id: UUID) -> list[portal.Section]:
    """What a person proposed to correct, and the leases they registered or confirmed."""
    source = T("本人提出", "You")
    facts = [
        (SAID[row.what], f"{timezone.localtime(row.proposed_at):%Y-%m-%d} {row.get_state_display()} {row.answer}".strip(), source)
        for row in queries.proposals_held(person_id)
    ]  # fmt: skip
    facts += [
        (
            T("双方登记的租约", "Lease of two sides"),
            f"{row.dwelling.address} {row.since}–{row.until} {row.get_state_display()}",
            source,
        )
        for row in queries.tenancies_held(person_id)
    ]
    return [portal.Section(T("住处更正和租约", "My home"), facts, reverse("grid:home"))]
