"""Submit an application, submit it again after corrections, withdraw it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.lib.actors import Actor
from tongban.lib.refusals import Refusal, Refusals, forbidden
from tongban.lib.together import is_known, once, together, write, write_now
from tongban.lib.words import T
from tongban.matters import hooks
from tongban.matters.actions.acceptance import begin, meet_units, silence_accepts_on, unit_of
from tongban.matters.actions.clock import record_turn, set_reviews
from tongban.matters.actions.common import (
    announce,
    lock_own_case,
    meet_applicant,
    note_units,
    record,
    record_act,
    settle_requests,
    store,
    tell_applicant,
)
from tongban.matters.actions.drafts import with_provenance
from tongban.matters.actions.known import count_known_questions, typed_although_known
from tongban.matters.actions.materials import drop_materials, keep_materials
from tongban.matters.actions.payments import settle_fees
from tongban.matters.actions.promises import count_promises, make_promises, void_promises
from tongban.matters.models import Case, SignRequest
from tongban.matters.queries import as_agent, content_of, held_documents, is_version_over, materials_lost, reviews_of
from tongban.matters.queries.cases import standing_in
from tongban.matters.queries.clocks import calendar_now, promised_clock, ticks_of
from tongban.matters.queries.signing import check_not_waiting
from tongban.matters.queries.window import check_confirmed
from tongban.matters.rules.answers import Checked, check_answers
from tongban.matters.rules.cases import (
    CLOSED_STATES,
    CORRECTION,
    DRAFT,
    NOT_NEEDED,
    OPEN,
    OPEN_STATES,
    RECEIVED,
    RETURNED,
    WITHDRAWN,
    check_in_force,
    hash_of,
    moved_on,
    opinions_to_reopen,
)
from tongban.matters.rules.clocks import Tick
from tongban.matters.rules.handling import check_regime, regime_for
from tongban.matters.rules.promises import MATERIAL
from tongban.matters.rules.shape import Content


@transaction.atomic
def submit_case(case_id: UUID, *, by: Actor) -> Case:
    """Hand an application in: it gets its number, its last day and all its reviews at once. Safe to repeat."""
    case = lock_own_case(case_id, by)
    if case.state == WITHDRAWN:
        raise moved_on("申请已经撤回。如需办理请重新申请。", "This application was withdrawn: start a new one.")
    if case.state not in (DRAFT, RETURNED):
        return case
    check_not_waiting(case)
    return hand_in(case, by=by)


def hand_in(case: Case, *, by: Actor) -> Case:
    """Hand in an application the caller holds, when it is complete and the actor's right covers signing.

    Its number, and what is told with it, comes when the block of ``together`` ends which this belongs to.
    """
    with together():
        return _handed_in(case, as_agent(case, by))


def _handed_in(case: Case, by: Actor) -> Case:
    content = content_of(case)
    check_ready(case, content)
    _check_right(case, content, by)
    if not case._state.adding:  # what is begun and handed in at once was in nobody else's hands
        check_confirmed(case, by)
    now = timezone.now()
    if case.state == RETURNED:
        _submit_again(case, content, now, by)
    else:
        _submit_first(case, content, now, by)
    if case._state.adding:  # the registers have just been asked
        case.asked_known = typed_although_known(case, by=by)
    else:
        count_known_questions.later(case_id=str(case.pk))
    if hooks.submitted.answers:  # who answers looks for the case
        write_now()
        hooks.submitted.call(case_id=case.pk, by=by)
    is_told = case.state in OPEN_STATES  # what was decided on the spot has told the applicant already
    if is_told:
        meet_applicant(case, by)
    write(_tell_handed_in, (case, is_told, by), last=True)
    return case


def _tell_handed_in(handed_in: list[tuple[Case, bool, Actor]]) -> None:
    """What is said with the number of a case, which it has by now."""
    for case, is_told, by in handed_in:
        announce(case, hooks.CASE_SUBMITTED, by=by)
        if is_told:
            tell_applicant(case, "submitted", by=by)


@transaction.atomic
def withdraw_case(case_id: UUID, *, reason: str = "", by: Actor) -> Case:
    """Take an application back before it is decided; a draft's answers are erased."""
    case = lock_own_case(case_id, by)
    if case.state == WITHDRAWN:
        return case
    if case.state in CLOSED_STATES:
        raise moved_on("这件事已经办结，不能撤回。", "This case is closed: it cannot be withdrawn.", code="case_closed")
    if case.state == DRAFT:
        case.answers = {}
        drop_materials(case, held_documents(case))
    was_draft = case.state == DRAFT
    case.reviews.filter(state=OPEN).update(state=NOT_NEEDED)
    by = as_agent(case, by)
    settle_requests(case, SignRequest.State.TAKEN_BACK, by=by)
    case.state, case.closed_at, case.accept_by, case.correct_by = WITHDRAWN, timezone.now(), None, None
    case.save(update_fields=["state", "closed_at", "answers", "accept_by", "correct_by"])
    write = record if was_draft else record_act
    write(case, "withdrawn", by=by, note=reason.strip()[:500])
    if not was_draft:
        settle_fees(case, WITHDRAWN, by=by)
        void_promises(case)
        keep_materials(case, timezone.now(), by=by)
        announce(case, hooks.CASE_CLOSED, by=by)
    return case


_CORRECTED = T("补正后再次提交", "submitted again after correction")


def check_ready(case: Case, content: Content) -> None:
    """Refuse whatever is missing or wrong before it is signed; what is computed is brought up to the day."""
    checked = _checked(case, content)
    refused = checked.refusals or materials_lost(case, content)
    if refused:
        raise Refusals(refused)
    case.answers = with_provenance(content, case.answers, checked)  # what is computed may depend on the day
    if case.state == DRAFT:
        check_in_force(content.definition.in_force, timezone.localdate())
        _check_version(case)


def _checked(case: Case, content: Content) -> Checked:
    """All answers checked; once, where they were kept in the same block and are still the same."""
    seen = ("matters.checked", case.pk)
    if is_known(seen):
        known = once(seen, Checked)
        if known.values == case.values:
            return known
    return check_answers(content, case.values, today=timezone.localdate())


def _check_right(case: Case, content: Content, by: Actor) -> None:
    if by.assurance < content.definition.assurance:
        raise Refusal(
            "assurance_too_low", T("提交前请先完成身份核验。", "Confirm your identity before you submit."), status=403
        )
    standing = standing_in(case, by)
    if standing is None or not standing.may_sign:
        raise forbidden(T("您的授权只能填写，不能签署提交。请点“请签署”，由法定代表人或本人签署。",
                          "Your mandate covers filling in, not signing: ask the legal representative, or the person, to sign."))  # fmt: skip
    if standing.mandate_id or case.channel != "agent":
        case.mandate_id = standing.mandate_id


def _check_version(case: Case) -> None:
    """Nothing new for a service that was closed, nor on a version whose last day is over before the nightly move came."""
    if not case.definition.is_open:
        raise Refusal(
            "no_longer_open", T("这项服务已停止受理。", "This service takes no applications now."), status=409
        )
    if is_version_over(case, timezone.localdate()):
        raise Refusal("version_over", T("这份草稿用的是旧版表格，已过期限，将自动转到新版，请明天再提交。",
                      "This draft uses a form whose time is over. It moves to the new one by itself: submit tomorrow."), status=409)  # fmt: skip


def _submit_first(case: Case, content: Content, now: datetime, by: Actor) -> None:
    said = content.definition
    regime = regime_for(content, case.values, timezone.localdate(now))
    check_regime(regime)
    meet_units(content, case.region_code)
    case.decision_unit = unit_of(said.decision.unit, case.region_code)
    accepting = said.acceptance.unit or said.decision.unit
    case.acceptance_unit = unit_of(accepting, case.region_code) if said.acceptance.by == "office" else None
    note_units(case)
    case.submitted_by_id, case.submitted_at = by.person_id, now
    if case.channel not in ("window", "agent"):  # whoever took it in, or filled it in for another, stays named
        case.channel, case.operator = by.channel, by.name[:120]
    case.answers_hash, case.regime = hash_of(case.values), regime.code if regime else ""
    _hand_in(case, content, now, by)


def _hand_in(case: Case, content: Content, now: datetime, by: Actor, *, kind: str = "submitted") -> None:
    """Record that it came in; an office looks at it first, or the form's own checks have accepted it."""
    calendar = calendar_now()
    if case.written is not None:
        case.written.calendar = calendar
    due = promised_clock(content, [Tick(now, "start", T("", ""))], calendar).due
    if content.definition.acceptance.by == "office":
        due = silence_accepts_on(content, now, calendar)
        case.state, case.accept_by = RECEIVED, due
    assert due is not None
    store(case)
    record_act(case, kind, by=by, at=now, answers=case.answers_hash, due_on=due.isoformat())
    make_promises(case, by=by)
    if case.state != RECEIVED:
        begin(case, content, now, calendar=calendar, by=by)


def _submit_again(case: Case, content: Content, now: datetime, by: Actor) -> None:
    """Reopen the opinions that the corrections touch; the others stay valid. The clock goes on where it stood."""
    case.answers_hash, case.correct_by = hash_of(case.values), None
    if case.accepted_at is None:
        case.submitted_at = now
        _hand_in(case, content, now, by, kind="resubmitted")
        return
    make_promises(case, by=by)
    count_promises(case, MATERIAL)
    reopened = sorted(_reopen(case, content, now))
    case.state = "in_review"
    case.save()
    if case.clock_stopped_at is not None:
        record_turn(case, "resubmitted", Tick(now, "resume", _CORRECTED), by=by, answers=case.answers_hash,
                    reopened=reopened)  # fmt: skip
        return
    assert case.due_on is not None
    set_reviews(case, ticks_of(case), calendar_now())
    record_act(case, "resubmitted", by=by, at=now, answers=case.answers_hash, due_on=case.due_on.isoformat(),
               reopened=reopened)  # fmt: skip


def _reopen(case: Case, content: Content, now: datetime) -> set[str]:
    """Open again the reviews that must look once more; their units' codes."""
    reviews = reviews_of(case)
    returned = case.events.filter(kind="returned").order_by("-at").first()
    before: dict[str, Any] = returned.facts.get("screens", {}) if returned else {}
    changed = {code for code, known in before.items() if known != _screen_hash(case, content, code)}
    stale = {review.unit_code for review in reviews if review.state == CORRECTION}
    reopened = opinions_to_reopen(content.definition.reviews.parties, changed, stale)
    for review in reviews:
        if review.unit_code in reopened:
            review.state, review.opened_at, review.round = OPEN, now, review.round + 1
            review.closed_at, review.by_name, review.by_person_id, review.text = None, "", None, ""
            review.save()
    return reopened


def _screen_hash(case: Case, content: Content, code: str) -> str:
    screen = content.screen(code)
    assert screen is not None
    return hash_of({asked.element: case.values.get(asked.element) for asked in screen.fields})


def screen_hashes(case: Case, content: Content) -> dict[str, str]:
    """A hash for each screen: enough to tell later which ones a correction changed."""
    return {screen.code: _screen_hash(case, content, screen.code) for screen in content.form.screens}
