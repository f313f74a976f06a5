"""Cases that go on under a new version of their service, each with an event that says so."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.lib.actors import Actor, system
from tongban.lib.jobs import job, periodic
from tongban.lib.words import T
from tongban.matters.actions.acceptance import unit_of
from tongban.matters.actions.clock import CLOCK_FIELDS, set_clock, set_reviews
from tongban.matters.actions.common import lock_case, note_units, record, record_act
from tongban.matters.actions.decisions import send_back
from tongban.matters.actions.drafts import with_provenance
from tongban.matters.models import Case, DefinitionVersion, Publication, Review
from tongban.matters.queries import content_of
from tongban.matters.queries.clocks import calendar_now, ticks_of
from tongban.matters.rules.answers import Checked, check_answers
from tongban.matters.rules.cases import DRAFT, IN_REVIEW, NOT_NEEDED, OPEN, OPEN_STATES, READY, RETURNED, hash_of
from tongban.matters.rules.handling import is_joined, parties_asked
from tongban.matters.rules.publishing import ASK, CONFIRMED, FINISH
from tongban.matters.rules.shape import Content

_AT_ONCE = 200
_MOVED = T("事项已更新到第 {number} 版。", "The service is now at version {number}.")
_ASKED = T("因事项更新，需要补充：{what}", "The service was updated and needs: {what}")


@job()
def move_cases(publication_id: UUID, after: str = "") -> None:
    """See to everybody in the middle of an older version, some at a time; safe to run twice."""
    publication = Publication.objects.select_related("version").get(pk=publication_id)
    assert publication.version is not None
    states = [DRAFT] if publication.in_flight == FINISH else [DRAFT, *OPEN_STATES]
    rows = Case.objects.filter(
        definition__code=publication.code, state__in=states, version__number__lt=publication.version.number,
        pk__gt=UUID(after or str(UUID(int=0))),
    )  # fmt: skip
    found = list(rows.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    for case_id in found:
        move_case(case_id, publication)
    if len(found) == _AT_ONCE:
        move_cases.later(publication_id=publication_id, after=str(found[-1]))
    elif publication.enforced_at is None:
        Publication.objects.filter(pk=publication_id).update(enforced_at=timezone.now())


@periodic("5 16 * * *")  # five past midnight in China
def enforce_deadlines() -> None:
    """Move drafts whose time on an older version has run out. Safe to run twice."""
    late = Publication.objects.filter(
        state=CONFIRMED, in_flight=FINISH, until__lt=timezone.localdate(), enforced_at__isnull=True
    )
    for publication_id in late.values_list("pk", flat=True):
        move_cases(publication_id=publication_id)


@transaction.atomic
def move_case(case_id: UUID, publication: Publication) -> bool:
    """Let one case go on under the version a publication made; False where it finishes on its own.

    What the applicant still holds always moves. What the offices hold moves when its answers fit the new version as they
    are; else it stays, or, where the publication says so, goes back to the applicant once with all that is missing.
    """
    case = lock_case(case_id)
    version = publication.version
    assert version is not None
    if case.version.number >= version.number or case.state not in (DRAFT, *OPEN_STATES):
        return False
    by = system("matters.move_cases", channel="job")
    content = Content.model_validate(version.content)
    known = {asked.element for asked in content.fields()}
    kept = {name: value for name, value in case.values.items() if name in known}
    checked = check_answers(content, kept, today=timezone.localdate())
    is_held = case.state in (DRAFT, RETURNED)
    fits = not checked.refusals and len(kept) == len(case.values)
    if not is_held and not fits and publication.in_flight != ASK:
        return False
    _move(case, version, checked, by=by)
    if not is_held and checked.refusals:
        what = T("；".join(r.message.zh for r in checked.refusals), "; ".join(r.message.en for r in checked.refusals))
        send_back(case, str(_ASKED.format(what=what)), publication.until or _today(), by=by)
    return True


def _today() -> date:
    return timezone.localdate()


def _move(case: Case, version: DefinitionVersion, checked: Checked, *, by: Actor) -> None:
    was, dropped = case.version.number, sorted(set(case.values) - set(checked.values))
    case.version = version
    content = content_of(case)
    case.answers = with_provenance(content, case.answers, checked)
    now = timezone.now()
    if case.state not in (DRAFT, RETURNED):
        case.answers_hash = hash_of(case.values)
    if case.number is not None:
        _see_to_units(case, content, now)
    case.save()
    facts: dict[str, Any] = {"from": was, "to": version.number, "dropped": dropped}
    note = str(_MOVED.format(number=version.number))
    if case.number is None:
        record(case, "moved", by=by, at=now, note=note, **facts)
    else:
        record_act(case, "moved", by=by, at=now, note=note, **facts)


def _see_to_units(case: Case, content: Content, now: datetime) -> None:
    """The departments and the last days of the new version; opinions given stay."""
    said = content.definition
    case.decision_unit = unit_of(said.decision.unit, case.region_code)
    note_units(case)
    if case.accepted_at is None:
        return
    ticks, calendar = ticks_of(case), calendar_now()
    set_clock(case, ticks, calendar)
    case.save(update_fields=list(CLOCK_FIELDS))
    asked = {party.unit: place for place, party in enumerate(parties_asked(content, case.values, _today()))}
    case.reviews.exclude(unit_code__in=asked).filter(state=OPEN).update(state=NOT_NEEDED, closed_at=now)
    there = set(case.reviews.values_list("unit_code", flat=True))
    assert case.due_on is not None
    added = [
        Review(case=case, unit=unit_of(code, case.region_code), unit_code=code, region_code=case.region_code, position=place, opened_at=now, due_on=case.due_on)
        for code, place in asked.items()
        if code not in there
    ]  # fmt: skip
    Review.objects.bulk_create(added)
    note_units(case, (one.unit_id for one in added))
    if case.state in (IN_REVIEW, READY):
        states = dict(case.reviews.filter(unit_code__in=asked).values_list("unit_code", "state"))
        case.state = READY if is_joined(said.reviews, states) else IN_REVIEW
    set_reviews(case, ticks, calendar)
