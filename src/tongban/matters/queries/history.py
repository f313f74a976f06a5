"""The history of a case as people read it: what happened, who has it now, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tongban.lib.words import T
from tongban.matters.models import Case, CaseEvent
from tongban.matters.queries.cases import events_of, reviews_of
from tongban.matters.rules.cases import FILED, GRANTED, IN_REVIEW, OPEN, READY, RECEIVED, RETURNED, REVIEW_STATES
from tongban.matters.rules.fees import ASKED, yuan
from tongban.matters.rules.handling import PROCEDURES

EVENTS: dict[str, T] = {
    "started": T("开始填写", "Begun"),
    "submitted": T("提交申请", "Submitted"),
    "not_accepted": T("不予受理", "Not accepted"),
    "clock_stopped": T("进入特别程序，暂停计时", "Special procedure: the clock stopped"),
    "clock_resumed": T("特别程序结束，恢复计时", "Special procedure over: the clock goes on"),
    "extended": T("延长办理时限", "Period extended"),
    "moved": T("事项更新，按新版继续办理", "The service was updated: going on under the new version"),
    "recounted": T("工作日历变更，重新计算时限", "Calendar changed: last day counted again"),
    "sign_asked": T("填写完毕，请签署", "Filled in; asked to sign"),
    "signed": T("看过全部内容，签署", "Read and signed"),
    "sign_sent_back": T("签署前退回修改", "Sent back before signing"),
    "sign_taken_back": T("取回修改", "Taken back to be changed"),
    "assigned": T("分派承办人", "Put into somebody's hands"),
    "taken_in": T("窗口收件，已核对证件", "Taken in at the window, document seen"),
    "confirmed": T("申请人确认", "Confirmed by the applicant"),
    "mandate_scanned": T("书面授权已扫描入件", "Mandate in writing scanned in"),
    "handed_over": T("窗口交接", "Handed to a colleague at the window"),
    "accepted": T("受理，同时分送各部门", "Accepted and sent to all departments at once"),
    "reviewed": T("部门审查", "Reviewed"),
    "ready": T("各部门审查完毕", "All departments have reviewed"),
    "returned": T("退回补正", "Returned for correction"),
    "resubmitted": T("补正后再次提交", "Submitted again after correction"),
    "granted": T("准予", "Granted"),
    "filed": T("备案完成", "Filed"),
    "refused": T("不予", "Refused"),
    "terminated": T("终止办理", "Ended without a decision"),
    "withdrawn": T("撤回", "Withdrawn"),
    "certified": T("发放电子证照", "Certificate issued"),
    "material_refused": T(
        "一份材料未通过安全检查，需要重新提交", "A document failed its safety check and must be sent again"
    ),
    "revoked": T("撤销证照", "Certificate revoked"),
    "posted": T("交邮寄出", "Posted"),
    "delivered": T("送达，办结", "Delivered: the case is closed"),
    "archived": T("归档", "Archived"),
}
_ACCEPTED_ALONE = T("受理", "Accepted")  # where no department has to be asked
OWN_SIDE = (
    "sign_asked",
    "signed",
    "sign_sent_back",
    "sign_taken_back",
)  # the applicant's own people, named to everybody
PROMISES: dict[str, T] = {
    "promised": T("作出承诺", "Promised"),
    "supplied": T("补交承诺的材料", "Promised document handed in"),
    "promise_kept": T("核查：承诺属实", "Checked: the promise was kept"),
    "promise_reported": T("核查：与承诺不符，转决定部门", "Checked: not as promised; the deciding office has it"),
    "promise_broken": T("承诺没有兑现", "The promise was not kept"),
}
FEES: dict[str, T] = {
    "fee_asked": T("通知缴费", "Fee asked for"),
    "fee_paid": T("已缴费", "Fee paid"),
    "fee_exempted": T("准予免缴", "Fee waived"),
    "fee_to_refund": T("费用待退回", "Fee to be paid back"),
    "fee_refunded": T("已退费", "Fee paid back"),
    "surplus": T("收到多余的付款，将原路退回", "Money came that is not due: it goes back"),
    "surplus_returned": T("多余的付款已退回", "What was not due went back"),
}
INTERNAL = ("assigned",)  # how a unit divides its work is no news for an applicant
_TONES = {"delivered": "good", "granted": "good", "filed": "good", "certified": "good", "refused": "bad", "revoked": "bad", "not_accepted": "bad",
          "terminated": "bad", "material_refused": "bad", "promise_broken": "bad"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the history; ``state`` as the timeline component knows it."""

    title: T
    at: datetime | None = None
    by: str = ""
    text: Any = ""
    state: str = "done"
    href: str = ""


def unit_title(unit: Any) -> T:
    """A unit's name in both languages."""
    return T(unit.name, unit.name_en or unit.name)


def _moment(event: CaseEvent, *, names: bool, is_reviewed: bool) -> Moment:
    title = EVENTS.get(event.kind) or FEES.get(event.kind) or PROMISES.get(event.kind) or T(event.kind, event.kind)
    who = str(unit_title(event.unit)) if event.unit else ""
    if event.kind == "accepted" and not is_reviewed:
        title = _ACCEPTED_ALONE
    if event.kind == "reviewed":
        outcome = REVIEW_STATES[event.facts["state"]]
        title = T("{unit}：{outcome}", "{unit}: {outcome}").format(unit=unit_title(event.unit), outcome=outcome)
        who = ""
    if (names or event.kind in OWN_SIDE) and event.actor_name:
        who = f"{who} {event.actor_name}".strip()
    state = _TONES.get(event.kind) or ("bad" if event.facts.get("state") == "objected" else "done")
    return Moment(title, event.at, who, _words(event), state)


def _words(event: CaseEvent) -> T | str:
    if event.kind in FEES:
        return _fee_words(event)
    if event.kind not in PROMISES:
        return str(event.note)
    title = T.read(event.facts["title"])
    return T(f"{title.zh}：{event.note}", f"{title.en}: {event.note}") if event.note else title


def _fee_words(event: CaseEvent) -> T | str:
    text = T("{title} {amount} 元", "{title}, {amount} yuan").format(
        title=T.read(event.facts["title"]), amount=yuan(event.facts["amount"])
    )
    return T(f"{text.zh}：{event.note}", f"{text.en}: {event.note}") if event.note else text


def history_of(case: Case, *, names: bool) -> list[Moment]:
    """Everything that happened, oldest first, then who has the case now; ``names`` adds who acted (staff see it)."""
    events = [event for event in events_of(case) if names or event.kind not in INTERNAL]
    is_reviewed = bool(reviews_of(case))
    return [_moment(event, names=names, is_reviewed=is_reviewed) for event in events] + waiting_for(case)


def waiting_for(case: Case) -> list[Moment]:
    """Who has the case now, since when, until when; and what comes after."""
    if case.state == RECEIVED:
        unit = unit_title(case.acceptance_unit) if case.acceptance_unit else T("受理部门", "The office")
        title = T("{unit}正在核对材料", "{unit} is looking at what was handed in").format(unit=unit)
        return [Moment(title, case.submitted_at, text=_until(case.accept_by), state="now")]
    if case.clock_stopped_at is not None and case.state in (IN_REVIEW, READY):
        return _procedure(case)
    if case.state == IN_REVIEW:
        reviews = reviews_of(case)
        left = [review for review in reviews if review.state == OPEN]
        title = T("{left} 个部门正在审查（共 {all} 个）", "{left} of {all} departments are reviewing")
        since, last = min(review.opened_at for review in left), max(review.due_on for review in left)
        now = Moment(title.format(left=len(left), all=len(reviews)), since, "", _until(last), "now")
        return [now, Moment(T("作出决定", "Decision"), text=_until(case.due_on), state="next")]
    if case.state == READY:
        unit = unit_title(case.decision_unit) if case.decision_unit else T("决定部门", "The deciding office")
        title = T("{unit}正在作出决定", "{unit} is deciding").format(unit=unit)
        return [Moment(title, text=_until(case.due_on), state="now")]
    if case.state == RETURNED:
        title = T("等待申请人补正", "Waiting for the applicant's corrections")
        return [Moment(title, text=_until(case.correct_by), state="now")]
    return _unpaid(case) if case.state in (GRANTED, FILED) and case.deliver_by is None else []


def _unpaid(case: Case) -> list[Moment]:
    """The certificate waits for its fee."""
    due = case.payments.filter(state=ASKED).order_by("due_on").first()
    if due is None:
        return []
    title = T("等待缴费，缴清后发放证照", "Waiting for the fee; then the certificate is issued")
    return [Moment(title, due.asked_at, text=_until(due.due_on), state="now")]


def _procedure(case: Case) -> list[Moment]:
    open_one = case.procedures.filter(ended_at__isnull=True).select_related("unit").first()
    if open_one is None:
        return []
    text = T("预计 {day} 结束，不计入办理时限。", "Expected to end by {day}; not counted.")
    return [Moment(PROCEDURES[open_one.kind], open_one.began_at, str(unit_title(open_one.unit)),
                   text.format(day=open_one.expected_by), "now")]  # fmt: skip


def _until(day: date | None) -> T | str:
    return T("最迟 {day}", "by {day} at the latest").format(day=day.isoformat()) if day else ""
