"""What an applicant is told at each step: the definition's own words, or the house's where it has none."""

from __future__ import annotations

from tongban.lib.words import T
from tongban.matters.rules.parts import Notice
from tongban.matters.rules.shape import Content

# Places: {number} {service} {holder} {day}. Reasons and results stand in the case itself, never in a text message.
_HOUSE: dict[str, Notice] = {
    "accepted": Notice(
        title=T("申请已受理", "Application accepted"),
        text=T(
            "{holder}的“{service}”申请（{number}）已受理，承诺 {day} 前办结。",
            "The application of {holder} for “{service}” ({number}) is accepted; promised by {day}.",
        ),
    ),
    "not_accepted": Notice(
        title=T("不予受理", "Not accepted"),
        text=T(
            "{holder}的“{service}”申请（{number}）不予受理，原因和救济途径请登录查看。",
            "The application of {holder} for “{service}” ({number}) was not accepted: sign in for the reason and your remedies.",
        ),
    ),
    "filed": Notice(
        title=T("已备案", "Filed"),
        text=T(
            "{holder}的“{service}”（{number}）已备案，凭承诺即可实施，有关部门随后核查。",
            "“{service}” of {holder} ({number}) is filed: go ahead as promised; departments check afterwards.",
        ),
    ),
    "terminated": Notice(
        title=T("办件已终止", "Case ended"),
        text=T(
            "{holder}的“{service}”申请（{number}）已终止办理，原因请登录查看，可以重新申请。",
            "The application of {holder} for “{service}” ({number}) was ended: sign in for the reason. You may apply again.",
        ),
    ),
    "clock_stopped": Notice(
        title=T("进入特别程序", "A special procedure began"),
        text=T(
            "{holder}的“{service}”申请（{number}）进入特别程序，所需时间不计入办理时限，详情请登录查看。",
            "A special procedure began for the application of {holder} for “{service}” ({number}); its time is not counted.",
        ),
    ),
    "clock_resumed": Notice(
        title=T("特别程序结束", "The special procedure is over"),
        text=T(
            "{holder}的“{service}”申请（{number}）特别程序已结束，恢复计时，承诺 {day} 前办结。",
            "The special procedure for “{service}” of {holder} ({number}) is over; promised by {day}.",
        ),
    ),
    "extended": Notice(
        title=T("办理时限延长", "Period extended"),
        text=T(
            "{holder}的“{service}”申请（{number}）经批准延长办理时限，至 {day}，理由请登录查看。",
            "The period for “{service}” of {holder} ({number}) was extended to {day}: sign in for the reason.",
        ),
    ),
    "revoked": Notice(
        title=T("证照已撤销", "Certificate revoked"),
        text=T(
            "{holder}的“{service}”证照（{number}）已撤销，理由和救济途径请登录查看。",
            "The certificate of {holder} for “{service}” ({number}) was revoked: sign in for the reason and your remedies.",
        ),
    ),
    "promise_due": Notice(
        title=T("承诺补交的材料快到期了", "A promised document is due soon"),
        text=T(
            "{holder}的“{service}”申请（{number}）还有承诺补交的材料，最迟 {day}，请登录上传。",
            "A document promised for “{service}” of {holder} ({number}) is still owed, {day} at the latest: sign in to send it.",
        ),
    ),
    "promise_broken": Notice(
        title=T("承诺没有兑现", "A promise was not kept"),
        text=T(
            "{holder}的“{service}”申请（{number}）的承诺没有兑现，{day} 前不再适用承诺办理。理由和救济途径请登录查看。",
            "A promise made for “{service}” of {holder} ({number}) was not kept; no other is taken until {day}. Sign in for the "
            "reason and your remedies.",
        ),
    ),
    "fee_asked": Notice(
        title=T("请缴费", "Please pay a fee"),
        text=T(
            "{holder}的“{service}”申请（{number}）需要缴费，请在 {day} 前登录缴纳，也可以到窗口缴纳。",
            "A fee is due for the application of {holder} for “{service}” ({number}): pay by {day} online or at the window.",
        ),
    ),
    "fee_due": Notice(
        title=T("缴费即将到期", "A fee is due soon"),
        text=T(
            "{holder}的“{service}”申请（{number}）还没有缴费，最迟 {day}。缴费后才能继续办理。",
            "The fee for “{service}” of {holder} ({number}) is not paid yet: {day} at the latest. The case waits for it.",
        ),
    ),
    "fee_paid": Notice(
        title=T("已收到缴费", "Fee received"),
        text=T(
            "{holder}的“{service}”申请（{number}）的缴费已收到，凭据可登录查看。",
            "The fee for “{service}” of {holder} ({number}) has arrived: sign in to see the receipt.",
        ),
    ),
    "fee_exempted": Notice(
        title=T("已免缴", "Fee waived"),
        text=T(
            "{holder}的“{service}”申请（{number}）的收费已免缴，理由请登录查看。",
            "The fee for “{service}” of {holder} ({number}) is waived: sign in for the reason.",
        ),
    ),
    "fee_refunded": Notice(
        title=T("已退费", "Fee paid back"),
        text=T(
            "{holder}的“{service}”申请（{number}）已缴的费用已原路退回，请注意查收。",
            "The fee paid for “{service}” of {holder} ({number}) has been paid back the way it came.",
        ),
    ),
}


def notice_for(content: Content, kind: str) -> Notice:
    """The notice of a step."""
    found: Notice | None = getattr(content.definition.notices, kind)
    return found or _HOUSE[kind]
