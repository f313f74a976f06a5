"""Who of a home may be named on its household's pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from tongban.applications.gates.queries.passes import Home
from tongban.applications.gates.rules.households import may_be_named
from tongban.foundation.parties.queries import people_by_id, people_with_login
from tongban.foundation.registers.queries import BOTH_SIDES, people_living_with, tenants_of

if TYPE_CHECKING:
    from tongban.foundation.registers.models import Residence


def to_be_named(home: Home) -> list[Residence]:
    """Children and the old without a log-in who are recorded in one's own household there, or on the same lease."""
    own, lease = home.residence, home.residence.lease
    rows = people_living_with([own]) + (tenants_of([lease]) if lease else [])
    near = {
        row.person_id: row for row in rows
        if row.dwelling_id == own.dwelling_id and row.person_id != own.person_id and row.is_present is not False
        and not (row.source == BOTH_SIDES and row.confirmed_at is None)
    }  # fmt: skip
    people, with_login, today = people_by_id(near), people_with_login(near), timezone.localdate()
    return [
        row for key, row in near.items()
        if key in people and may_be_named(people[key].birth_date, has_login=key in with_login, day=today)
    ]  # fmt: skip
