"""Good and bad ratings (好差评, 国办发〔2019〕51号): five levels, never a default; a bad one is followed up on a clock.

The national text names no number of days for the follow-up (local rules say five working days): it is the definition's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.matters.rules.cases import CLOSED_STATES, WITHDRAWN, check_reason, moved_on

LEVELS: dict[int, T] = {
    5: T("非常满意", "Very satisfied"),
    4: T("满意", "Satisfied"),
    3: T("基本满意", "Fairly satisfied"),
    2: T("不满意", "Dissatisfied"),
    1: T("非常不满意", "Very dissatisfied"),
}
GOOD_FROM = 3  # 好评: the upper three
REASONS: dict[str, T] = {
    "slow": T("办得慢", "It took too long"),
    "unclear": T("要求没有一次说清", "What was needed was not told at once"),
    "repeated": T("要求重复提交材料", "Asked again for what they had"),
    "form": T("表单难填", "The form was hard to fill in"),
    "manner": T("服务态度不好", "Unfriendly"),
    "trips": T("多跑了路", "Needless trips"),
    "wrong": T("结果或理由不对", "The result or its reasons are wrong"),
    "paid": T("收费不清楚", "Fees unclear"),
}
RATED_STATES = tuple(state for state in CLOSED_STATES if state != WITHDRAWN)
DAYS_TO_RATE = 30  # calendar days after the end of a case
FOLLOW_UP_WORKING_DAYS = 5  # where the definition says nothing
LONGEST_TEXT = 1000
FOLLOWS: dict[str, T] = {
    "none": T("无须整改", "Nothing to follow up"),
    "open": T("待核实整改", "To be checked and mended"),
    "answered": T("已反馈，待回访", "Answered, to be called back"),
    "appealed": T("申诉中", "Appealed"),
    "settled": T("已办结", "Settled"),
}
MEASURES: dict[str, T] = {
    "fixed": T("当场整改", "Mended at once"),
    "planned": T("限期整改", "To be mended by a day"),
    "explained": T("解释说明", "Explained"),
}


def is_bad(level: int) -> bool:
    """Whether a rating is a bad one (差评), which must be followed up."""
    return level < GOOD_FROM


def check_may_rate(state: str, closed_at: datetime | None, *, is_rated: bool, now: datetime) -> None:
    """A case is rated once, after its end, while people still remember it."""
    if is_rated:
        raise moved_on("这件事已经评价过，每件只评一次。", "It has been rated: once each.", code="already_rated")
    if state not in RATED_STATES or closed_at is None:
        raise moved_on("办结之后才能评价。", "You can rate it once it is closed.", code="not_closed")
    if now > closed_at + timedelta(days=DAYS_TO_RATE):
        text = T(
            "办结 {days} 天内可以评价，现在已经过了。", "It can be rated within {days} days of its end; they are over."
        )
        raise Refusal("too_late_to_rate", text.format(days=DAYS_TO_RATE), status=409)


def may_be_rated(state: str, closed_at: datetime | None, now: datetime) -> bool:
    """Whether to ask for a rating now."""
    return state in RATED_STATES and closed_at is not None and now <= closed_at + timedelta(days=DAYS_TO_RATE)


def check_rating(level: int | None, reasons: Sequence[str], text: str) -> None:
    """A level must be chosen: none is set beforehand."""
    if level not in LEVELS:
        raise Refusal("not_a_choice", T("请选择满意程度。", "Choose how satisfied you are."), field="level")
    if set(reasons) - set(REASONS):
        raise Refusal("not_a_choice", T("请从列出的原因中选择。", "Choose from the reasons listed."), field="reasons")
    if len(text) > LONGEST_TEXT:
        most = T("最多 {most} 个字。", "At most {most} characters.").format(most=LONGEST_TEXT)
        raise Refusal("too_long", most, field="text")


def check_answer(measure: str, measure_by: date | None, answer: str, today: date) -> str:
    """What the office did: mended, until when it will, or explained; told in words. The answer, trimmed."""
    if measure not in MEASURES:
        raise Refusal("not_a_choice", T("请选择处理方式。", "Choose what was done."), field="measure")
    if measure == "planned" and (measure_by is None or measure_by < today):
        raise Refusal("day_missing", T("限期整改请写明期限，不能早于今天。", "Say by which day, not before today."),
                      field="measure_by")  # fmt: skip
    return check_reason(answer, field="answer")


def check_follow(follow: str, *, awaited: Sequence[str]) -> None:
    """Refuse a step of the follow-up that is not the next one."""
    if follow not in awaited:
        now = T("现在的状态是“{state}”。", "It now stands at “{state}”.").format(state=FOLLOWS[follow])
        raise moved_on(f"不能这样处理：{now.zh}", f"Not now: {now.en}", code="wrong_step")
