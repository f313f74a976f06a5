"""What was handed in is received, accepted, sent back with everything told once, or not accepted.

行政许可法 (2019 revision) Art. 32: what is missing is told on the spot or within five working days, all at once; an
office that says nothing has accepted from the day it received. What does not belong to it is declined at once, in writing.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.parties.queries import unit_for, units_for
from tongban.lib.actors import Actor, system
from tongban.lib.copying import add_rows
from tongban.lib.jobs import periodic
from tongban.lib.refusals import Refusal
from tongban.lib.together import know, once, together, write, write_now
from tongban.lib.words import T
from tongban.lib.working_days import Calendar, add_working_days
from tongban.matters import hooks
from tongban.matters.actions.clock import OPENED, set_clock
from tongban.matters.actions.closing import close
from tongban.matters.actions.common import (
    announce,
    confirm_anew,
    lock_case,
    lock_for_office,
    note_units,
    record_act,
    store,
    tell_applicant,
)
from tongban.matters.actions.materials import keep_materials
from tongban.matters.actions.payments import ask_fees
from tongban.matters.actions.promises import count_promises
from tongban.matters.models import Case, Review
from tongban.matters.queries import content_of
from tongban.matters.queries.clocks import DAYS_TO_ACCEPT, calendar_now
from tongban.matters.rules.cases import (
    FILED,
    GRANTED,
    IN_REVIEW,
    NOT_ACCEPTED,
    READY,
    RECEIVED,
    check_may_accept,
    check_reason,
)
from tongban.matters.rules.clocks import Tick, reckon, warn_from
from tongban.matters.rules.fees import BEFORE_DECISION
from tongban.matters.rules.handling import FILING, is_automatic, parties_asked, units_named
from tongban.matters.rules.promises import MATERIAL
from tongban.matters.rules.shape import Content

if TYPE_CHECKING:
    from tongban.foundation.parties.models import Unit

_ACCEPTED = T("受理", "accepted")
_SILENCE = T(
    "逾期未告知补正，自收到之日起即为受理（行政许可法第三十二条）",
    "nothing was said in time: accepted from the day received",
)


@transaction.atomic
def accept_case(case_id: UUID, *, by: Actor) -> Case:
    """Accept what was received: the clock starts and every department has it at the same moment."""
    case = lock_for_office(case_id, hooks.ACCEPT, by, office="acceptance")
    check_may_accept(case.state)
    with together():
        begin(case, content_of(case), timezone.now(), by=by)
        tell_applicant(case, "accepted", by=by)
    return case


@transaction.atomic
def decline_case(case_id: UUID, *, reason: str, by: Actor) -> Case:
    """Not accepted (不予受理): not this office, or no permission is needed; with the reason, in writing."""
    case = lock_for_office(case_id, hooks.ACCEPT, by, office="acceptance")
    confirm_anew(by)
    check_may_accept(case.state)
    why = check_reason(reason)
    now = timezone.now()
    case.state, case.closed_at, case.accept_by = NOT_ACCEPTED, now, None
    case.save(update_fields=["state", "closed_at", "accept_by"])
    record_act(case, "not_accepted", by=by, at=now, note=why)
    keep_materials(case, now, by=by)
    announce(case, hooks.CASE_CLOSED, by=by)
    tell_applicant(case, "not_accepted", by=by)
    return case


@periodic("10 16 * * *")  # ten past midnight in China
def accept_by_silence() -> None:
    """Accept what was left lying past its day, from the day it was received. Safe to run twice."""
    late = Case.objects.filter(state=RECEIVED, accept_by__lt=timezone.localdate())
    for case_id in list(late.values_list("pk", flat=True)[:1000]):
        with transaction.atomic():
            case = lock_case(case_id)
            if case.state != RECEIVED or case.accept_by is None or case.accept_by >= timezone.localdate():
                continue
            by = system("matters.accept_by_silence", channel="job")
            assert case.submitted_at is not None
            begin(case, content_of(case), timezone.now(), clock_from=case.submitted_at, why=_SILENCE, by=by)
            tell_applicant(case, "accepted", by=by)


def silence_accepts_on(content: Content, now: datetime, calendar: Calendar) -> date:
    """The last day to tell what is missing; afterwards silence has accepted."""
    clock = content.definition.clocks.acceptance
    return add_working_days(now, clock.working_days if clock else DAYS_TO_ACCEPT, calendar).date


def begin(
    case: Case, content: Content, now: datetime, *, clock_from: datetime | None = None, why: T = _ACCEPTED,
    calendar: Calendar | None = None, by: Actor,
) -> None:  # fmt: skip
    """受理: the clock starts, all reviews open at once; what is only filed, or granted by a rule, is closed at once."""
    start, calendar = clock_from or now, calendar or calendar_now()
    ticks = [Tick(start, "start", why)]
    parties = parties_asked(content, case.values, timezone.localdate(now))
    meet_units(content, case.region_code)
    case.state, case.accepted_at, case.accept_by = (IN_REVIEW if parties else READY), now, None
    set_clock(case, ticks, calendar)
    units = {party.unit: unit_of(party.unit, case.region_code) for party in parties}
    note_units(case, (unit.pk for unit in units.values()))
    store(case)
    moved = {"clock_at": start.isoformat()} if clock_from else {}
    assert case.due_on is not None
    record_act(case, "accepted", by=by, at=now, clock="start", why=why.as_json(), due_on=case.due_on.isoformat(),
               statutory=str(case.statutory_due_on), **moved)  # fmt: skip
    clocks = content.definition.clocks
    last_day = reckon([Tick(now, "start", OPENED)], clocks.review_working_days, calendar).due
    assert last_day is not None
    warning = warn_from(last_day, clocks.warning_working_days, calendar)
    for position, party in enumerate(parties):
        review = Review(
            case=case, unit=units[party.unit], unit_code=party.unit, region_code=case.region_code, position=position, opened_at=now, due_on=last_day, warn_on=warning,
        )  # fmt: skip
        write(_store_reviews, review)
        if case.written is not None:
            case.written.reviews.append(review)
    count_promises(case, MATERIAL)
    ask_fees(case, BEFORE_DECISION, by=by)
    regime = next((one for one in content.definition.regimes if one.code == case.regime), None)
    if regime is not None and regime.kind == FILING:
        write_now()
        close(case, FILED, reason="", by=system("matters.filing"))
    elif not parties and is_automatic(content, case.values, timezone.localdate(now)):
        write_now()
        close(case, GRANTED, reason="", by=system("matters.automatic"))


def _store_reviews(reviews: list[Review]) -> None:
    add_rows(reviews)


def meet_units(content: Content, region_code: str) -> None:
    """Read every unit a definition names in one statement, where several will be asked for."""
    named = units_named(content)
    for code, unit in once(("matters.units", named, region_code), lambda: units_for(named, region_code)).items():
        know(("matters.unit", code, region_code), unit)


def unit_of(code: str, region_code: str) -> Unit:
    """The unit a definition names, for a place; refused when nobody has set it up there."""
    unit = once(("matters.unit", code, region_code), lambda: unit_for(code, region_code))
    if unit is None:
        raise Refusal("unit_missing", T("本地还没有设置“{code}”部门，暂时不能受理。请联系受理窗口。",
                      "There is no unit “{code}” for this place yet: please ask the service window.").format(code=code),
                      status=409)  # fmt: skip
    return unit
