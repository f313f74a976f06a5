"""Visits: what still holds is confirmed, what does not is corrected, what clashes with a colleague waits for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.applications.grid.models import Edit, HomeVisit
from tongban.applications.grid.rules.rights import WORK
from tongban.applications.grid.rules.visits import OUTCOMES, believable
from tongban.foundation.parties.queries import require
from tongban.foundation.registers.actions import correct_residence, visit_dwelling
from tongban.foundation.registers.queries import dwelling_visible_to, residents_of_dwelling
from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, not_found
from tongban.lib.words import T

EDIT = T("这条更正", "This correction")
_MOST_EDITS = 100


@dataclass(frozen=True, slots=True)
class Said:
    """What is true of one residence, and what was seen recorded when that was said; ``wanted`` repeats what still holds."""

    residence_id: UUID
    seen: Mapping[str, str]
    wanted: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """A visit as it comes from a page or, later, from a phone that was offline."""

    nonce: UUID
    dwelling_id: UUID
    outcome: str = "met"
    said: Sequence[Said] = ()
    at: datetime | None = None
    is_live: bool = False  # somebody waits for the answer: what cannot be taken over is refused as a whole


@transaction.atomic
def report_visit(report: Report, *, by: Actor) -> HomeVisit:
    """Record a visit with everything said on it; sent again, it is the same visit.

    One correction that cannot be taken over does not undo the others: it is kept with its reason.
    """
    require(by, WORK)
    if by.person_id is None:
        raise Refusal("sign_in_first", T("请先登录。", "Please sign in first."), status=401)
    dwelling = dwelling_visible_to(by, report.dwelling_id)
    at = believable(report.at, timezone.now())
    if report.outcome not in OUTCOMES:
        raise Refusal("outcome_unknown", T("请选择走访结果。", "Say what the visit found."), field="outcome")
    visit, is_new = HomeVisit.objects.get_or_create(
        person_id=by.person_id, nonce=report.nonce,
        defaults={"dwelling": dwelling, "area_code": dwelling.area_code, "outcome": report.outcome, "at": at,
                  "by_name": by.name[:120], "is_sample": dwelling.is_sample},
    )  # fmt: skip
    if not is_new:
        return visit
    if report.outcome == "vacant" and residents_of_dwelling(by, dwelling.pk):
        raise Refusal("dwelling_not_vacant", T("这处房屋还登记有人。请先登记他们搬离，再记为空置。",
                      "People are recorded here: record first that they moved out."), field="outcome", status=409)  # fmt: skip
    if report.outcome != "absent":
        visit_dwelling(dwelling.pk, by=by)
    for one in report.said[:_MOST_EDITS]:
        _take(visit, one, by, is_live=report.is_live)
    return visit


def _take(visit: HomeVisit, said: Said, by: Actor, *, is_live: bool) -> None:
    try:
        with transaction.atomic():
            found = correct_residence(said.residence_id, seen=said.seen, wanted=said.wanted, at=visit.at, by=by)
            if found.residence.dwelling_id != visit.dwelling_id:
                raise not_found(T("这处房屋里的这条登记", "This residence at this dwelling"))
    except Refusal as refusal:
        if is_live or refusal.status in (403, 404):
            raise
        _keep(visit, said, Edit.State.REFUSED, refusal=_said_of(refusal))
        return
    changed = any(found.there[fact] != value for fact, value in said.wanted.items())
    if found.clashes or changed:
        state = Edit.State.CLASH if found.clashes else Edit.State.APPLIED
        _keep(visit, said, state, there=found.there, there_by=found.there_by, there_at=found.there_at)


def _said_of(refusal: Refusal) -> dict[str, str]:
    return {"code": refusal.code, **refusal.message.as_json()}


def _keep(visit: HomeVisit, said: Said, state: str, **more: object) -> None:
    Edit.objects.update_or_create(
        visit=visit, residence_id=said.residence_id,
        defaults={"area_code": visit.area_code, "seen": dict(said.seen), "wanted": dict(said.wanted), "state": state, **more},
    )  # fmt: skip


def _lock_edit(edit_id: UUID, by: Actor) -> Edit:
    edit = Edit.objects.select_for_update().select_related("visit").filter(pk=edit_id).first()
    require(by, WORK)
    if edit is None or not edit.area_code.startswith(by.region):
        raise not_found(EDIT)
    if edit.state not in (Edit.State.CLASH, Edit.State.REFUSED):
        raise Refusal("edit_settled", T("这条更正已经核对过。", "This has been settled already."), status=409)
    return edit


@transaction.atomic
def settle_edit(edit_id: UUID, *, seen: Mapping[str, str], wanted: Mapping[str, str], by: Actor) -> Edit:
    """Settle what two people said differently: ``wanted`` is what is true, ``seen`` what the page showed as recorded.

    Without ``wanted`` the record stays as it is and is not confirmed. What changes between the page and the answer is a new clash, shown anew; nothing is overwritten unseen.
    """
    edit = _lock_edit(edit_id, by)
    found = correct_residence(edit.residence_id, seen=seen, wanted=wanted, by=by) if wanted else None
    if found is not None and found.clashes:
        edit.there, edit.there_by, edit.there_at = found.there, found.there_by, found.there_at
        edit.state = Edit.State.CLASH
        edit.save(update_fields=["there", "there_by", "there_at", "state"])
        return edit
    edit.state, edit.settled_at, edit.settled_by = Edit.State.SETTLED, timezone.now(), by.name[:120]
    edit.save(update_fields=["state", "settled_at", "settled_by"])
    return edit
