"""What a case may become, and who may not touch it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.lib.working_days import working_days_between
from tongban.matters.rules.shape import Content, InForce, Party

DRAFT, RECEIVED, IN_REVIEW, READY, RETURNED = "draft", "received", "in_review", "ready", "returned"
GRANTED, FILED, REFUSED = "granted", "filed", "refused"
NOT_ACCEPTED, WITHDRAWN, TERMINATED = "not_accepted", "withdrawn", "terminated"
OPEN_STATES = (RECEIVED, IN_REVIEW, READY, RETURNED)
CLOSED_STATES = (GRANTED, FILED, REFUSED, NOT_ACCEPTED, WITHDRAWN, TERMINATED)
DECIDED_STATES = (GRANTED, FILED, REFUSED)
STATES: dict[str, T] = {
    DRAFT: T("填写中", "Draft"),
    RECEIVED: T("已收件，待受理", "Received, to be accepted"),
    IN_REVIEW: T("审查中", "Under review"),
    READY: T("待决定", "Awaiting decision"),
    RETURNED: T("待补正", "To be corrected"),
    GRANTED: T("准予", "Granted"),
    FILED: T("已备案", "Filed"),
    REFUSED: T("不予", "Refused"),
    NOT_ACCEPTED: T("不予受理", "Not accepted"),
    WITHDRAWN: T("已撤回", "Withdrawn"),
    TERMINATED: T("已终止", "Terminated"),
}

OPEN, APPROVED, OBJECTED, CORRECTION, NOT_NEEDED = "open", "approved", "objected", "correction", "not_needed"
REVIEW_STATES: dict[str, T] = {
    OPEN: T("审查中", "Reviewing"),
    APPROVED: T("同意", "Approves"),
    OBJECTED: T("不同意", "Objects"),
    CORRECTION: T("需补正", "Asks for corrections"),
    NOT_NEEDED: T("未及发表", "Not needed any more"),
}
OPINIONS = (APPROVED, OBJECTED, CORRECTION)
OUTCOMES = (GRANTED, REFUSED)
LONGEST_OPINION = 2000


def moved_on(zh: str, en: str, *, code: str = "case_moved_on") -> Refusal:
    """The refusal for a case that is no longer in the state an act needs."""
    return Refusal(code, T(zh, en), status=409)


def check_in_force(in_force: InForce, today: date) -> None:
    """Refuse applications outside the period of a service."""
    if today < in_force.since:
        raise Refusal(
            "not_open_yet",
            T("这项服务 {day} 起受理。", "Applications open on {day}.").format(day=in_force.since),
            status=409,
        )
    if in_force.until and today > in_force.until:
        raise Refusal(
            "no_longer_open",
            T("这项服务已于 {day} 停止受理。", "Applications closed on {day}.").format(day=in_force.until),
            status=409,
        )


def check_may_edit(state: str) -> None:
    """Answers change only in a draft or while the office asks for corrections."""
    if state not in (DRAFT, RETURNED):
        raise moved_on("申请已经提交，不能再修改。需要更正请联系受理单位，或先撤回。",
                       "This application has been submitted and cannot be changed. Ask the office, or withdraw it.",
                       code="already_submitted")  # fmt: skip


def check_may_review(case_state: str, review_state: str, opinion: str, text: str) -> None:
    """An opinion is given once per round, while reviews are open, with reasons unless it approves."""
    if case_state in CLOSED_STATES and case_state != FILED:  # what was filed is looked at afterwards
        raise moved_on(
            "这件事已经办结或撤回，不能再审查。", "This case is closed: no more reviews.", code="case_closed"
        )
    if review_state == NOT_NEEDED:
        raise moved_on(
            "这件事已经不需要本部门审查。", "The opinion of your unit is not needed any more.", code="not_needed"
        )
    if review_state != OPEN or case_state not in (IN_REVIEW, FILED):
        raise moved_on(
            "本部门的意见已经提交，不能更改。",
            "Your unit has given its opinion: it cannot be changed.",
            code="already_reviewed",
        )
    if opinion not in OPINIONS:
        raise Refusal("not_a_choice", T("请选择审查意见。", "Choose an opinion."), field="opinion")
    _check_text(text, needed=opinion != APPROVED, field="text")


def check_may_decide(case_state: str, reviews: Iterable[str], outcome: str, reason: str) -> None:
    """One decision, after all reviews, with reasons when it refuses or goes against an objection."""
    found = list(reviews)
    if case_state in DECIDED_STATES:
        raise moved_on("这件事已经作出决定。", "This case has been decided.", code="already_decided")
    if case_state not in (IN_REVIEW, READY):
        raise moved_on("这件事现在不在待决定状态。", "This case does not await a decision now.", code="not_ready")
    if OPEN in found:
        raise moved_on(
            "还有部门没有审查完，不能决定。", "Some departments have not given their opinion yet.", code="reviews_open"
        )
    if outcome not in OUTCOMES:
        raise Refusal("not_a_choice", T("请选择准予或不予。", "Choose to grant or to refuse."), field="outcome")
    if outcome == GRANTED and CORRECTION in found:
        raise moved_on("有部门要求补正，请先退回补正，或作出不予决定。",
                       "A department asks for corrections: return the case first, or refuse.", code="corrections_open")  # fmt: skip
    _check_text(reason, needed=outcome == REFUSED or OBJECTED in found, field="reason")


def check_may_return(case_state: str, reviews: Iterable[str], note: str) -> None:
    """Corrections are asked for once: before acceptance, or when every department has spoken."""
    found = list(reviews)
    if case_state == RECEIVED:
        _check_text(note, needed=True, field="note")
        return
    if case_state != READY or OPEN in found:
        raise moved_on(
            "各部门都审查完之后才能一次性退回补正。",
            "Return a case once every department has given its opinion.",
            code="reviews_open",
        )
    if CORRECTION not in found and not note.strip():
        raise Refusal(
            "reason_missing", T("请写明需要补正的全部内容。", "Say everything that has to be corrected."), field="note"
        )
    _check_text(note, needed=False, field="note")


def _check_text(text: str, *, needed: bool, field: str) -> None:
    if needed and not text.strip():
        raise Refusal("reason_missing", T("请写明理由。", "Give the reasons."), field=field)
    if len(text) > LONGEST_OPINION:
        most = T("最多 {most} 个字。", "At most {most} characters.").format(most=LONGEST_OPINION)
        raise Refusal("too_long", most, field=field)


def check_may_accept(case_state: str) -> None:
    """Accepting, and declining to, happens once, to what was received."""
    if case_state != RECEIVED:
        raise moved_on("这件事已经受理或不在待受理状态。", "This case does not await acceptance.", code="not_received")


def check_told_once(told_before: int, why_again: str) -> None:
    """What is missing is told all at once (行政许可法 Art. 32); a second time needs its reason, which the file shows."""
    if told_before and not why_again.strip():
        raise Refusal(
            "told_once",
            T("补正内容应当一次告知。第二次要求补正，请写明上次为什么没有告知。",
              "Everything missing is told at once. To ask again, say why it was not told the first time."),
            field="why_again",
        )  # fmt: skip


def check_reason(text: str, *, field: str = "reason") -> str:
    """A reason people will read, trimmed; refused when it is missing or too long."""
    _check_text(text, needed=True, field=field)
    return text.strip()


def own_case() -> Refusal:
    """Nobody reviews or decides what they applied for."""
    text = T("您是申请一方，按规定应当回避，请转由同事办理。",
             "You are on the applicant's side and must stand back: hand this to a colleague.")  # fmt: skip
    return Refusal("own_case", text, status=403)


@lru_cache(maxsize=1024)  # the rows of a list share a few days
def signal(due: date | None, today: date, *, warn_on: date | None = None, stopped_on: date | None = None) -> str:
    """Green, yellow, red or stopped, as the electronic supervision shows it; empty without a clock.

    Yellow begins on ``warn_on``, else on the last day; a clock that stopped too late stays red.
    """
    if due is None:
        return ""
    if (stopped_on or today) > due:
        return "red"
    if stopped_on is not None:
        return "stopped"
    warned = today >= warn_on if warn_on else working_days_between(today, due) <= 0
    return "yellow" if warned else "green"


def opinions_to_reopen(parties: Iterable[Party], changed: Collection[str], stale: Collection[str]) -> set[str]:
    """Units that must look again after a correction: those that asked for it, and those whose screens changed.

    ``changed`` are screens whose answers differ, ``stale`` units that asked for corrections; other opinions stay valid.
    """
    touched = {party.unit for party in parties if set(party.looks_at) & set(changed)}
    return touched | set(stale)


def changed_screens(content: Content, before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Screens on which an answer differs."""
    return {
        screen.code
        for screen in content.form.screens
        if any(before.get(asked.element) != after.get(asked.element) for asked in screen.fields)
    }


def hash_of(values: Mapping[str, Any]) -> str:
    """SHA-256 of answers, the same whatever their order: what was submitted, reviewed and decided on."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
