"""Rate a case; answer a bad rating, call back, appeal against a mistaken one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tongban.foundation.ledger import actions as ledger
from tongban.foundation.parties.queries import require
from tongban.lib.actors import Actor
from tongban.lib.refusals import forbidden, not_found
from tongban.lib.words import T
from tongban.lib.working_days import add_working_days
from tongban.matters import hooks
from tongban.matters.actions.common import lock_own_case, send_notice
from tongban.matters.models import Rating
from tongban.matters.queries import as_agent, content_of
from tongban.matters.queries.clocks import calendar_now
from tongban.matters.rules.cases import check_reason
from tongban.matters.rules.parts import Notice
from tongban.matters.rules.ratings import (
    FOLLOW_UP_WORKING_DAYS,
    check_answer,
    check_follow,
    check_may_rate,
    check_rating,
    is_bad,
)


@transaction.atomic
def rate_case(
    case_id: UUID, *, level: int | None, reasons: Sequence[str] = (), text: str = "", by: Actor
) -> Rating:  # fmt: skip
    """Rate a closed case, once; a bad rating opens a follow-up at the office that handled it."""
    case = lock_own_case(case_id, by)
    by, now = as_agent(case, by), timezone.now()
    check_may_rate(case.state, case.closed_at, is_rated=Rating.objects.filter(case=case).exists(), now=now)
    check_rating(level, reasons, text)
    unit_id = case.decision_unit_id
    assert level is not None
    assert unit_id is not None
    due = None
    if is_bad(level):
        clock = content_of(case).definition.clocks.rating_follow_up
        due = add_working_days(now, clock.working_days if clock else FOLLOW_UP_WORKING_DAYS, calendar_now()).date
    return Rating.objects.create(
        case=case, definition_id=case.definition_id, unit_id=unit_id, region_code=case.region_code, channel=case.channel,
        rated_through=by.channel, level=level, reasons=sorted(set(reasons)), text=text.strip(), by_person_id=by.person_id,
        rated_at=now, follow="open" if due else "none", follow_due_on=due,
    )  # fmt: skip


@transaction.atomic
def answer_rating(
    rating_id: UUID, *, is_confirmed: bool, measure: str, measure_by: date | None = None, answer: str, by: Actor
) -> Rating:  # fmt: skip
    """Say whether a bad rating is true and what was done about it; the applicant is told."""
    rating = _lock(rating_id, by)
    check_follow(rating.follow, awaited=("open",))
    now = timezone.now()
    rating.answer = check_answer(measure, measure_by, answer, timezone.localdate(now))
    rating.is_confirmed, rating.measure = is_confirmed, measure
    rating.measure_by = measure_by if measure == "planned" else None
    rating.answered_by, rating.answered_by_person_id, rating.answered_at = by.name[:120], by.person_id, now
    rating.follow = "answered"
    rating.save()
    send_notice(rating.case, _ANSWERED, by=by)
    return rating


@transaction.atomic
def call_back(rating_id: UUID, *, is_content: bool, note: str, by: Actor) -> Rating:
    """Close a follow-up after speaking with the applicant; not by whoever answered. Discontent opens it once more."""
    rating = _lock(rating_id, by)
    check_follow(rating.follow, awaited=("answered",))
    if by.person_id is not None and by.person_id == rating.answered_by_person_id:
        raise forbidden(
            T("答复人不能自己回访，请转由同事办理。", "Whoever answered cannot call back: ask a colleague.")
        )
    rating.callback, rating.is_content = check_reason(note, field="note"), is_content
    rating.called_back_at, rating.called_back_by = timezone.now(), by.name[:120]
    if is_content or rating.measure != "planned":
        rating.follow, rating.settled_at = "settled", rating.called_back_at
    else:  # what was promised is not done: it stands open again, to the day that was promised
        rating.follow, rating.follow_due_on = (
            "open",
            max(rating.measure_by or timezone.localdate(), timezone.localdate()),
        )
    rating.save()
    return rating


@transaction.atomic
def appeal_rating(rating_id: UUID, *, reason: str, by: Actor) -> Rating:
    """Hold that a bad rating is mistaken or malicious; the auditor decides."""
    rating = _lock(rating_id, by)
    check_follow(rating.follow, awaited=("open", "answered"))
    rating.appeal, rating.follow = check_reason(reason), "appealed"
    rating.save(update_fields=["appeal", "follow"])
    return rating


@transaction.atomic
def settle_appeal(rating_id: UUID, *, is_upheld: bool, reason: str, by: Actor) -> Rating:
    """Decide an appeal: an upheld one takes the rating out of the score, in public; else the follow-up goes on."""
    require(by, hooks.SETTLE_RATING)
    rating = (
        Rating.objects.select_for_update(of=("self",)).select_related("case__definition").filter(pk=rating_id).first()
    )
    if rating is None or not rating.region_code.startswith(by.region):
        raise not_found(_THIS_RATING)
    check_follow(rating.follow, awaited=("appealed",))
    rating.appeal_answer = check_reason(reason)
    rating.is_excluded = is_upheld
    if is_upheld:
        rating.follow, rating.settled_at = "settled", timezone.now()
        ledger.record(
            "rating.excluded", by=by, subject=("matters.case", rating.case_id),
            values={"level": rating.level, "reason": rating.appeal_answer},
        )  # fmt: skip
    else:
        rating.follow = "answered" if rating.answered_at else "open"
    rating.save()
    return rating


def _lock(rating_id: UUID, by: Actor) -> Rating:
    """A rating of the actor's own unit, held; others are not found."""
    require(by, hooks.ANSWER_RATING)
    rating = (
        Rating.objects.select_for_update(of=("self",)).select_related("case__definition").filter(pk=rating_id).first()
    )
    if rating is None or rating.unit_id != by.unit_id or not rating.region_code.startswith(by.region):
        raise not_found(_THIS_RATING)
    return rating


_ANSWERED = Notice(
    title=T("对您评价的答复", "An answer to your rating"),
    text=T("对您就“{service}”（{number}）所作评价，承办单位已核实并答复，请登录查看。",
           "The office has looked into your rating of “{service}” ({number}) and answered: please sign in."),
)  # fmt: skip
_THIS_RATING = T("这条评价", "This rating")
