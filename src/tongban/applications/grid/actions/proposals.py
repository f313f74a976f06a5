"""Proposals of residents about their own facts: proposed, withdrawn, confirmed or refused by a grid worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongban.applications.grid.models import Proposal
from tongban.applications.grid.queries.homes import (
    PROPOSAL,
    OwnHome,
    facts_there,
    own_home,
    own_proposals,
    person_of,
    proposal_leaf,
    proposal_visible_to,
)
from tongban.applications.grid.rules.proposals import MAY_BECOME, MOST_WAITING, WHAT, check_day, check_what, leaving
from tongban.applications.grid.rules.rights import WORK
from tongban.foundation.ledger import actions as ledger
from tongban.foundation.notifications.actions import notify
from tongban.foundation.parties.actions import record_look, record_phone
from tongban.foundation.parties.queries import require
from tongban.foundation.registers.actions import (
    NewResidence,
    correct_residence,
    record_residence,
    record_workplace,
)
from tongban.foundation.registers.queries import dwelling_at
from tongban.lib.actors import Actor
from tongban.lib.phones import check_mobile
from tongban.lib.refusals import Refusal, changed_meanwhile, not_found
from tongban.lib.words import T


@dataclass(frozen=True, slots=True)
class NewProposal:
    """What somebody says of themselves (``what`` as in ``rules.proposals.WHAT``); only what belongs to it is read.

    ``residence_id`` is the residence left, of oneself or of somebody one lives with or lets to.
    """

    what: str
    residence_id: UUID | None = None
    day: date | None = None
    address: str = ""
    kind: str = ""
    phone: str = ""
    employer: str = ""
    said: str = ""


@transaction.atomic
def propose(new: NewProposal, *, by: Actor) -> Proposal:
    """Say what is no longer so; the grid worker of the place sees it beside what is recorded, and nothing changes before."""
    person_id, home = person_of(by), own_home(by)
    row = Proposal(
        what=check_what(new.what), person_id=person_id, by_name=by.name[:120], said=" ".join(new.said.split())[:200]
    )
    {"came": _came, "left": _left, "gone": _left, "phone": _phone, "work": _work}[new.what](row, new, home)
    if own_proposals(by).filter(state="waiting").count() >= MOST_WAITING:
        raise Refusal("proposals_waiting", T("您已有 {n} 条建议在等核实，请先等结果。",
                      "{n} of your proposals wait already: please wait for their result.").format(n=MOST_WAITING), status=409)  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refusal("proposal_waits", T("同样的建议已经提过，正在等核实。", "You have proposed this already: it waits to be confirmed."),
                      status=409) from None  # fmt: skip
    return row


@transaction.atomic
def propose_move(new: NewProposal, *, by: Actor) -> Proposal:
    """Propose where one has moved to and, with ``residence_id``, that one left there the same day; both or neither.

    They are two proposals: the places may lie in two grids, and each worker settles their own.
    """
    came = propose(new, by=by)
    if new.residence_id is not None:
        propose(replace(new, what="left"), by=by)
    return came


def _came(row: Proposal, new: NewProposal, home: OwnHome) -> None:
    if new.kind not in MAY_BECOME:
        raise Refusal("kind_unknown", T("请选择居住类别。", "Choose the kind of residence."), field="kind")
    dwelling = dwelling_at(new.address)
    if any(one.dwelling_id == dwelling.pk and one.kind == new.kind for one in home.residences):
        raise Refusal("residence_exists", T("您在这处房屋已有同类登记。", "You are recorded here already."), field="address", status=409)  # fmt: skip
    row.dwelling, row.area_code, row.is_sample = dwelling, dwelling.area_code, dwelling.is_sample
    row.wanted = {"kind": new.kind, "since": check_day(new.day, timezone.localdate()).isoformat()}


def _left(row: Proposal, new: NewProposal, home: OwnHome) -> None:
    rows = home.residences if new.what == "left" else home.others
    found = next((one for one in rows if one.pk == new.residence_id), None)
    if found is None:
        raise not_found(T("这条居住登记", "This residence"))
    day = check_day(new.day, timezone.localdate())
    if found.since is not None and day < found.since:
        raise Refusal("date_invalid", T("搬离日期应在入住之后。", "The last day lies after moving in."), field="day")
    row.residence, row.area_code, row.is_sample = found, found.area_code, found.is_sample
    row.wanted = leaving(found.kind, day)


def _phone(row: Proposal, new: NewProposal, home: OwnHome) -> None:
    number = check_mobile(new.phone, field="phone")
    if number == home.phone:
        raise Refusal("nothing_changed", T("登记的就是这个号码。", "This is the number on record."), field="phone")
    _at_home(row, home)
    row.wanted = {"phone": number}


def _work(row: Proposal, new: NewProposal, home: OwnHome) -> None:
    employer = " ".join(new.employer.split())[:200]
    if len(employer) < 2:
        raise Refusal("employer_missing", T("请填写工作单位。", "Enter the employer."), field="employer")
    if any(one.employer == employer for one in home.workplaces):
        raise Refusal("nothing_changed", T("登记的就是这个单位。", "This employer is on record."), field="employer")
    _at_home(row, home)
    row.wanted = {"employer": employer}


def _at_home(row: Proposal, home: OwnHome) -> None:
    """Whose grid it is: where the person really lives, else where they are registered."""
    if not home.residences:
        raise Refusal("nowhere_recorded", T("还没有登记您的住处，请先提出“我搬到了新住处”。",
                      "It is not recorded where you live: propose “I have moved here” first."), status=409)  # fmt: skip
    here = min(home.residences, key=lambda one: (one.is_present is False, one.kind == "registered"))
    row.area_code, row.is_sample = here.area_code, here.is_sample


@transaction.atomic
def withdraw_proposal(proposal_id: UUID, *, by: Actor) -> Proposal:
    """Take back what one proposed oneself, as long as nobody settled it."""
    row = Proposal.objects.select_for_update().filter(pk=proposal_id, person_id=person_of(by)).first()
    _check_waits(row)
    assert row is not None
    return _settled(row, Proposal.State.WITHDRAWN, "", by)


def _check_waits(row: Proposal | None) -> None:
    if row is None:
        raise not_found(PROPOSAL)
    if row.state != Proposal.State.WAITING:
        raise Refusal("proposal_settled", T("这条建议已经办结。", "This proposal is settled already."), status=409)


@transaction.atomic
def open_proposal(proposal_id: UUID, *, by: Actor) -> Proposal:
    """A proposal of one's area that waits; whoever proposed it and whom it is about see that it was opened."""
    row = proposal_visible_to(by, proposal_id)
    for person_id in {row.person_id} | ({row.residence.person_id} if row.residence else set()):
        record_look(person_id, what="grid.proposal", reason="核实居民提出的更正", by=by)
    return row


def _lock(proposal_id: UUID, by: Actor) -> Proposal:
    row = Proposal.objects.select_for_update(of=("self",)).filter(pk=proposal_id).first()
    require(by, WORK)
    if row is not None and not row.area_code.startswith(by.region):
        row = None
    _check_waits(row)
    assert row is not None
    if row.person_id == by.person_id:
        raise Refusal("own_proposal", T("自己提的由同事核实。", "A colleague settles your own proposal."), status=403)
    return row


@transaction.atomic
def accept_proposal(proposal_id: UUID, *, seen: Mapping[str, str], by: Actor) -> Proposal:
    """Confirm a proposal: what is recorded becomes what was proposed. ``seen`` is what the page showed as recorded.

    What a colleague changed meanwhile is not overwritten; the proposal waits, to be looked at again.
    """
    row = _lock(proposal_id, by)
    wanted = dict(row.wanted or {})
    there = facts_there(row)
    if any(there.get(fact, "") != seen.get(fact, "") for fact in wanted):
        raise changed_meanwhile()
    if row.residence_id is not None:
        if correct_residence(row.residence_id, seen=seen, wanted=wanted, by=by).clashes:
            raise changed_meanwhile()
    elif row.dwelling_id is not None:
        new = NewResidence(row.person_id, row.dwelling_id, wanted["kind"], date.fromisoformat(wanted["since"]),
                           is_present=True, source="self")  # fmt: skip
        record_residence(new, by=by)
    elif row.what == "phone":
        record_phone(row.person_id, wanted["phone"], replace=True, by=by)
    else:
        record_workplace(row.person_id, wanted["employer"], source="self", by=by)
    return _settle(row, Proposal.State.ACCEPTED, "", by)


@transaction.atomic
def refuse_proposal(proposal_id: UUID, *, reason: str, by: Actor) -> Proposal:
    """Leave what is recorded as it is, with a reason the resident reads."""
    row = _lock(proposal_id, by)
    why = " ".join(reason.split())
    if not 2 <= len(why) <= 200:
        raise Refusal(
            "reason_missing",
            T("请写明为什么不采纳（2 至 200 字）。", "Say why, in 2 to 200 characters."),
            field="reason",
        )
    return _settle(row, Proposal.State.REFUSED, why, by)


def _settle(row: Proposal, state: str, answer: str, by: Actor) -> Proposal:
    _settled(row, state, answer, by)
    ledger.record("correction.settled", by=by, subject=("grid.proposal", row.pk), values=proposal_leaf(row))
    outcome = T("已核实，登记已更正", "confirmed, the record is corrected")
    if state == Proposal.State.REFUSED:
        outcome = T("没有采纳：{why}", "not taken over: {why}").format(why=answer)
    notify(
        template="grid.proposal_settled",
        parts={"what": WHAT[row.what], "outcome": outcome},
        by=by,
        person_id=row.person_id,
    )
    return row


def _settled(row: Proposal, state: str, answer: str, by: Actor) -> Proposal:
    row.state, row.answer, row.settled_at, row.settled_by = state, answer, timezone.now(), by.name[:120]
    row.save(update_fields=["state", "answer", "settled_at", "settled_by"])
    return row
