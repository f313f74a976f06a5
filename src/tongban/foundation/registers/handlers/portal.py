"""What registers puts on the shared pages."""

from __future__ import annotations

from uuid import UUID

from tongban.foundation.parties.hooks import my_data
from tongban.foundation.registers.hooks import IMPORT_RESIDENTS, MANAGE_REGISTERS
from tongban.foundation.registers.queries.held import held_on
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.web.portal import Entry, Section, desk_menu


@desk_menu.answer
def registers_line(*, actor: Actor) -> list[Entry]:
    """The operators' page of registers, and whoever keeps residents: their lists."""
    entries = []
    if IMPORT_RESIDENTS in actor.capabilities:
        entries.append(Entry(T("导入居民名单", "Lists of residents"), "/desk/resident-lists/", "upload", 34))
    if MANAGE_REGISTERS not in actor.capabilities:
        return entries
    return [
        *entries,
        Entry(T("登记库", "Registers"), "/operations/registers/", "database", 830, group=T("运行", "Operations")),
    ]


@my_data.answer
def registers_held(person_id: UUID) -> list[Section]:
    """What the registers hold on a person: the population register, where they live and work, what they let."""
    return [Section(title, facts) for title, facts in held_on(person_id) if facts]
