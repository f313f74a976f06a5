"""People somebody holds a mandate of: their homes, and the passes they hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from tongban.applications.gates.models import Pass
from tongban.applications.gates.queries.passes import PASS, Home, homes_of
from tongban.foundation.parties.queries import may_act_for_person, persons_acted_for
from tongban.lib.actors import Actor
from tongban.lib.refusals import not_found
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.parties.models import Person

SERVICE = "passes"
"""The code that limits a mandate to passes."""


@dataclass(frozen=True, slots=True)
class CaredFor:
    """Somebody whose passes one may take and print: what they hold, and where they could have one at once."""

    person: Person
    passes: list[Pass]
    homes: list[Home]


def acting_for(by: Actor, person_id: UUID) -> Actor:
    """Oneself, acting for another person by their mandate."""
    right = may_act_for_person(by, person_id, service=SERVICE) if by.person_id != person_id else None
    if right is None:
        raise not_found(T("这个人的委托", "A mandate of this person"))
    return replace(
        by,
        person_id=person_id,
        on_behalf_of=("person", person_id),
        principal=right.principal,
        mandate_id=right.mandate_id,
    )


def cared_for(by: Actor) -> list[CaredFor]:
    """Everybody one may do this for today, by name."""
    people = [one for one in persons_acted_for(by) if may_act_for_person(by, one.pk, service=SERVICE)]
    return [
        CaredFor(one, _in_force(one.pk), [home for home in homes_of(acting_for(by, one.pk)) if home.own is None])
        for one in people
    ]


def _in_force(person_id: UUID) -> list[Pass]:
    found = Pass.objects.filter(person_id=person_id, state="active", ends_at__gt=timezone.now()).exclude(kind="visitor")
    return list(found.select_related("community").order_by("kind", "pk"))


def pass_under_mandate(by: Actor, pass_id: UUID) -> Pass:
    """A pass in force of somebody whose mandate one holds."""
    row = Pass.objects.filter(pk=pass_id, state="active").exclude(kind="visitor").select_related("community").first()
    if row is None or row.person_id is None:
        raise not_found(PASS)
    acting_for(by, row.person_id)
    return row
