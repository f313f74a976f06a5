"""A telephone or employer recorded wrongly, corrected by a grid worker; the person sees it and is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.applications.grid.models import Proposal
from tongban.applications.grid.queries.homes import proposal_leaf
from tongban.applications.grid.rules.proposals import SAID
from tongban.applications.grid.rules.rights import WORK
from tongban.foundation.ledger import actions as ledger
from tongban.foundation.notifications.actions import notify
from tongban.foundation.parties.actions import record_look
from tongban.foundation.parties.queries import require
from tongban.foundation.registers import actions as registers
from tongban.foundation.registers.queries import contact_facts, residence_visible_to
from tongban.lib.actors import Actor
from tongban.lib.phones import check_mobile
from tongban.lib.refusals import Refusal
from tongban.lib.words import T

if TYPE_CHECKING:
    from tongban.foundation.registers.models import Residence

_WHAT = {"phone": "newphone", "employer": "newwork"}


@transaction.atomic
def open_contact(residence_id: UUID, *, by: Actor) -> tuple[Residence, dict[str, str]]:
    """How a resident of one's area is reached and where they work, to correct it; they see that it was opened."""
    require(by, WORK)
    row = residence_visible_to(by, residence_id)
    record_look(row.person_id, what="grid.contact", reason="核对登记的手机号和工作单位", by=by)
    return row, contact_facts(row.person_id)


@transaction.atomic
def correct_contact(
    residence_id: UUID, *, seen: Mapping[str, str], wanted: Mapping[str, str], by: Actor
) -> list[Proposal]:
    """Put right what is recorded wrongly, "" where there is none: all of it or, where a colleague changed it meanwhile, nothing."""
    require(by, WORK)
    row = residence_visible_to(by, residence_id)
    if row.person_id == by.person_id:
        raise Refusal("own_record", T("自己的登记由同事更正。", "A colleague corrects your own record."), status=403)
    facts = check_contact(wanted)
    written = registers.correct_contact(row.person_id, seen=seen, wanted=facts, by=by)
    if not written:
        raise Refusal(
            "nothing_changed",
            T("登记的就是这样，没有要改的。", "This is what is on record: there is nothing to change."),
        )
    return [_keep(row, fact, facts[fact], by) for fact in written]


def check_contact(wanted: Mapping[str, str]) -> dict[str, str]:
    """What is to stand there, in its stored form."""
    facts = {fact: " ".join(value.split()) for fact, value in wanted.items()}
    unknown = sorted(set(facts) - set(_WHAT))
    if unknown:
        raise Refusal("fact_unknown", T("没有“{name}”这一项。", "There is no “{name}”.").format(name=unknown[0][:40]), field="wanted")  # fmt: skip
    if facts.get("phone"):
        facts["phone"] = check_mobile(facts["phone"], field="phone")
    if facts.get("employer") and not 2 <= len(facts["employer"]) <= 200:
        raise Refusal("employer_missing", T("工作单位写 2 至 200 字，没有就留空。", "Write the employer in 2 to 200 characters, or leave it empty."),
                      field="employer")  # fmt: skip
    return facts


def _keep(row: Residence, fact: str, value: str, by: Actor) -> Proposal:
    now = timezone.now()
    kept = Proposal.objects.create(
        what=_WHAT[fact], person_id=row.person_id, by_name=by.name[:120], area_code=row.area_code, wanted={fact: value},
        state=Proposal.State.ACCEPTED, settled_at=now, settled_by=by.name[:120], is_sample=row.is_sample,
    )  # fmt: skip
    ledger.record("correction.settled", by=by, subject=("grid.proposal", kept.pk), values=proposal_leaf(kept))
    notify(
        template="grid.contact_corrected", parts={"what": SAID[kept.what]}, by=by, person_id=row.person_id,
    )  # fmt: skip
    return kept
