"""What registers puts on the shared pages."""

from __future__ import annotations

from uuid import UUID

from tongban.foundation.parties.hooks import my_data
from tongban.foundation.registers.hooks import MANAGE_REGISTERS
from tongban.foundation.registers.queries.held import held_on
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.web.portal import Entry, Section, desk_menu


@desk_menu.answer
def registers_line(*, actor: Actor) -> list[Entry]:
    """The operators' page of registers."""
    if MANAGE_REGISTERS not in actor.capabilities:
        return []
    return [Entry(T("登记库", "Registers"), "/operations/registers/", "database", 830, group=T("运行", "Operations"))]


@my_data.answer
def registers_held(person_id: UUID) -> list[Section]:
    """What the registers hold on a person: the population register, where they live and work, what they let."""
    return [Section(title, facts) for title, facts in held_on(person_id) if facts]
