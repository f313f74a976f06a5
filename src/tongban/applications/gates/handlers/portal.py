"""What gates puts on the shared pages."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse

from tongban.applications.gates import queries
from tongban.applications.gates.queries.mandates import SERVICE
from tongban.applications.gates.rules.rights import RUN
from tongban.foundation.parties.hooks import mandate_services, my_data
from tongban.lib.actors import Actor
from tongban.lib.words import T
from tongban.web import portal

_PASSES, _GRID = T("出入证", "Passes"), T("社区网格", "Community grid")


@portal.desk_menu.answer
def desk_menu(*, actor: Actor) -> list[portal.Entry]:
    """The community's gates, and how many applications wait."""
    if RUN not in actor.capabilities:
        return []
    waiting = queries.passes_seen_by(actor).filter(state="waiting").count() if actor.second_factor else None
    return [
        portal.Entry(
            T("门岗和出入证", "Gates and passes"), reverse("gates:desk"), "door-enter", 6, waiting, group=_GRID
        )
    ]


@mandate_services.answer
def services_to_mandate() -> list[tuple[str, T]]:
    """Somebody may take and print another's pass."""
    return [(SERVICE, _PASSES)]


@portal.account_menu.answer
def account_menu(*, actor: Actor) -> list[portal.Entry]:
    """One's own passes."""
    if not actor.is_known or actor.is_staff:
        return []
    return [portal.Entry(_PASSES, reverse("gates:mine"), "id-badge-2", 55)]


@my_data.answer
def held(person_id: UUID) -> list[portal.Section]:
    """A person's passes, what they asked for, and every scan and look-up the house still knows the pass of."""
    return [
        portal.Section(_PASSES, queries.passes_held_on(person_id), reverse("gates:mine")),
        portal.Section(T("门岗扫码和查找", "Scans and look-ups at gates"), queries.scans_held_on(person_id), reverse("gates:mine")),
    ]  # fmt: skip
