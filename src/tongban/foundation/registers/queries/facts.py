"""What a residence says, as plain text: what a page shows, a phone keeps and a correction is compared with."""

from __future__ import annotations

from uuid import UUID

from tongban.foundation.parties.queries import people_by_id
from tongban.foundation.registers.models import Residence, Workplace

_PRESENCE = {True: "yes", False: "no", None: ""}


def residence_facts(row: Residence) -> dict[str, str]:
    """The facts of a residence that a grid worker may correct, "" for what is not known."""
    return {
        "kind": row.kind, "relation": row.relation, "since": row.since.isoformat() if row.since else "",
        "is_present": _PRESENCE[row.is_present], "until": row.until.isoformat() if row.until else "",
    }  # fmt: skip


def contact_facts(person_id: UUID) -> dict[str, str]:
    """How somebody is reached and where they work, "" for what is not known."""
    person = people_by_id([person_id]).get(person_id)
    work = Workplace.objects.filter(person_id=person_id, until__isnull=True).order_by("pk")
    employers = "、".join(work.values_list("employer", flat=True))
    return {"phone": person.phone if person else "", "employer": employers}
