"""What every act on a case shares: the lock, the event, the message."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from tongban.foundation.exchange.actions import publish
from tongban.foundation.ledger import actions as ledger
from tongban.foundation.ledger.queries import trail_of
from tongban.foundation.notifications.actions import meet_recipient, notify
from tongban.foundation.parties.queries import name_on_paper, require, require_fresh_factor
from tongban.lib.actors import Actor
from tongban.lib.copying import add_rows
from tongban.lib.refusals import forbidden, not_found
from tongban.lib.repeated import Repeated
from tongban.lib.together import know, once, write
from tongban.lib.words import T
from tongban.matters.actions.numbers import give_numbers
from tongban.matters.models import Case, CaseEvent, SignRequest
from tongban.matters.queries import content_of
from tongban.matters.queries.cases import concerned_with, stands_for
from tongban.matters.queries.leaves import LEAF_OF_EVENT, event_leaf
from tongban.matters.queries.signing import check_not_waiting
from tongban.matters.rules.cases import DRAFT, check_may_edit, own_case
from tongban.matters.rules.notices import notice_for
from tongban.matters.rules.parts import Notice

_HELD = Repeated[Case](
    lambda case_id: Case.objects.select_for_update(of=("self",)).select_related("definition", "organisation").filter(
        pk=case_id
    )
)  # fmt: skip
_HELD_ALONE = Repeated[Case](lambda case_id: Case.objects.select_for_update().filter(pk=case_id))


def lock_case(case_id: UUID, *, alone: bool = False) -> Case:
    """The case, held until the transaction ends: acts on one case follow one another. ``alone``: without its parts."""
    found = (_HELD_ALONE if alone else _HELD)(case_id=case_id)
    if not found:
        raise not_found(T("这件办件", "This case"))
    return found[0]


def lock_for(case_id: UUID, capability: str, by: Actor, *, alone: bool = False) -> Case:
    """A case held for somebody of its place who may do this; a draft is its applicant's alone."""
    case = lock_case(case_id, alone=alone)
    require(by, capability, region=case.region_code)
    if case.state == DRAFT:
        raise not_found(T("这件办件", "This case"))
    return case


def lock_for_office(case_id: UUID, capability: str, by: Actor, *, office: Literal["acceptance", "decision"]) -> Case:
    """A case held for the office that accepts or decides it, by somebody who did not apply."""
    case = lock_for(case_id, capability, by)
    require(by, capability, unit_id=case.acceptance_unit_id if office == "acceptance" else case.decision_unit_id)
    refuse_own(case, by)
    return case


def refuse_own(case: Case, by: Actor) -> None:
    """Whoever is on the applicant's side, or took the case in, stands back (回避)."""
    if concerned_with(case, by):
        raise own_case()


def lock_own_case(case_id: UUID, by: Actor) -> Case:
    """The applicant's case, held; somebody else's is not found."""
    case = lock_case(case_id)
    if not stands_for(case, by):
        raise not_found(T("这件办件", "This case"))
    if by.kind == "client" and "matters.apply" not in by.capabilities:
        raise forbidden()
    return case


def lock_to_edit(case_id: UUID, by: Actor) -> Case:
    """The applicant's case, held to change its answers; refused once it is handed in, or while it waits for a signature."""
    case = lock_own_case(case_id, by)
    check_may_edit(case.state)
    check_not_waiting(case)
    return case


def settle_requests(case: Case, state: str, *, by: Actor) -> None:
    """Nobody is asked for a signature any more: the locked case has ended."""
    SignRequest.objects.filter(case=case, state=SignRequest.State.OPEN).update(
        state=state, settled_at=timezone.now(), settled_by=by.person_id, settled_name=by.name[:120]
    )


def confirm_anew(by: Actor) -> None:
    """What binds the office needs a second factor proved just now (setting ``decision_factor_minutes``)."""
    require_fresh_factor(by, timedelta(minutes=settings.ENVIRONMENT.decision_factor_minutes))


def note_units(case: Case, reviewers: Iterable[UUID] = ()) -> None:
    """Put down whose desks a case is on; the caller saves it. Who had it once keeps it in sight."""
    found = {*case.units, case.acceptance_unit_id, case.decision_unit_id, *reviewers}
    case.units = sorted(unit for unit in found if unit is not None)


def record(case: Case, kind: str, *, by: Actor, at: datetime | None = None, note: str = "", **facts: Any) -> CaseEvent:
    """Write one event of a case's history."""
    event = CaseEvent(
        case=case, at=at or timezone.now(), kind=kind, actor_kind=by.kind, actor_name=name_on_paper(by)[:120],
        membership_id=by.membership_id, unit_id=by.unit_id, channel=by.channel, note=note, facts=facts,
    )  # fmt: skip
    write(_store_events, event)
    if case.written is not None:
        case.written.events.append(event)
    return event


def _store_events(events: list[CaseEvent]) -> None:
    add_rows(events)


def store(case: Case) -> None:
    """Write a case as it stands, a new one or a held one; several times within one block is once, as it stood last.

    What was handed in gets its number then. Others wait for theirs from that moment on, so it comes after all else.
    """
    write(_store_cases, case, last=True)


def _store_cases(cases: list[Case]) -> None:
    found = {case.pk: case for case in cases}.values()
    give_numbers(found)
    new, known = [one for one in found if one._state.adding], [one for one in found if not one._state.adding]
    if new:
        add_rows(new)
    for case in known:
        case.save()


def record_act(
    case: Case, kind: str, *, by: Actor, at: datetime | None = None, note: str = "", **facts: Any
) -> CaseEvent:
    """Write an event of legal weight, and its leaf of the public log. The facts it needs: queries/leaves.py."""
    event = record(case, kind, by=by, at=at, note=note, **facts)
    leaf = ledger.record(
        LEAF_OF_EVENT[kind], by=by, subject=("matters.case", case.pk), values=event_leaf(event), at=event.at,
        is_new=case._state.adding,
    )  # fmt: skip
    know(("matters.leaf", case.pk), leaf.hash)
    return event


def announce(case: Case, event: str, *, by: Actor, **facts: str) -> None:
    """Tell other systems, with ids and public facts only."""
    said = {"case_id": str(case.pk), "number": case.number or "", "service": case.definition.code, "state": case.state}
    publish(event, str(case.pk), said | facts, by=by, region=case.region_code)


def meet_applicant(case: Case, by: Actor) -> None:
    """Read within a block how those can be reached whom ``tell_applicant`` will tell."""
    for person_id in _told(case, by):
        meet_recipient(person_id)


def tell_applicant(case: Case, kind: str, *, by: Actor) -> None:
    """Send the definition's notice of a step, with where its proof stands in the public log."""
    last = {"returned": case.correct_by, "submitted": case.due_on or case.accept_by}.get(kind, case.due_on)
    send_notice(case, notice_for(content_of(case), kind), day=last, is_proved=True, by=by)


def send_notice(
    case: Case, notice: Notice, *, day: date | None = None, is_proved: bool = False, to: UUID | None = None, by: Actor
) -> None:
    """Send a notice to whoever applied, or to one person, maybe with its proof; nobody reachable is no error."""
    told = [to] if to else _told(case, by)
    if not told:
        return
    places = {
        "number": case.number or "", "service": content_of(case).definition.name, "holder": case.name,
        "day": day.isoformat() if day else "", "actor": by.name,
    }  # fmt: skip
    parts = {
        "title": notice.title.format(**places), "text": notice.text.format(**places), "case_id": str(case.pk),
        "proof": _proof(case) if is_proved else "",
    }  # fmt: skip
    for person_id in told:
        notify(template="matters.case_notice", parts=parts, person_id=person_id, by=by)


def _told(case: Case, by: Actor) -> list[UUID]:
    """The applicant, whoever signed and whoever filled in, as long as they may act for the applicant."""
    found = dict.fromkeys(one for one in (case.person_id, case.submitted_by_id, case.started_by_id) if one)
    told = [one for one in found if one in (case.person_id, by.person_id) or _still_acts(case, one)]
    head = case.organisation.legal_representative_id if case.organisation else None
    return told or ([head] if head else [])


def _still_acts(case: Case, person_id: UUID) -> bool:
    return stands_for(case, Actor(kind="person", channel="job", person_id=person_id))


def _proof(case: Case) -> T | str:
    """Where the receipt of the newest step stands in the public log."""
    newest = once(("matters.leaf", case.pk), lambda: _newest_leaf(case))
    if newest is None:
        return ""
    return T("\n这一步已写入公开日志，一分钟内可在本站下载回执并核验：/log/check#{leaf}",
             "\nThis step is in the public log. Within a minute you can fetch its receipt and check it on this site: "
             "/log/check#{leaf}").format(leaf=bytes(newest).hex())  # fmt: skip


def _newest_leaf(case: Case) -> bytes | None:
    steps = trail_of("matters.case", case.pk)
    return bytes.fromhex(steps[0].leaf) if steps else None
